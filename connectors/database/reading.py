"""Reading: whole pages with their replies and reporters, in a fixed number of queries however many rows there are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.database import rows, statements, values
from connectors.database.dialect import Kind, Row
from connectors.database.layout import Layout, Reporters
from connectors.database.rows import Found
from connectors.database.session import Database, Session
from connectors.database.values import Nonsense
from contracts.connector import Page, Record, Rejected
from contracts.errors import Gone, Reject

_BATCH = 20
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a poll came: a time the app wrote, in the form the app writes it, and the key that had it."""

    stamp: Any
    key: str

    def dump(self) -> str:
        """Return the opaque text."""
        return json.dumps([values.packed(self.stamp), self.key])

    @classmethod
    def load(cls, written: str | None) -> Cursor | None:
        """Read the text back; None (everything) for none, and for one that cannot be read."""
        try:
            stamp, key = json.loads(written or "null")
            return cls(values.unpacked(stamp), str(key))
        except (TypeError, ValueError):
            return None


class Reader:
    """Reads records of one database."""

    def __init__(self, database: Database, layout: Layout) -> None:
        self._db, self._layout = database, layout
        self._dialect = database.dialect

    def records(self, session: Session, found: Sequence[Row]) -> list[Record | Rejected]:
        """Read the records of some rows, with one query per other table."""
        return [rows.record(self._layout, each) for each in self.whole(session, found)]

    def whole(self, session: Session, found: Sequence[Row]) -> list[Found]:
        """Bring together each row with its reporter and its replies."""
        people, replies = self._people(session, found), self._replies(session, found)
        table, layout = self._layout.reporter, self._layout
        return [
            Found(row, people.get(_loose(row[table.column])) if table else None, tuple(replies.get(str(row[layout.complaints.key]), ())))
            for row in found
        ]

    def _people(self, session: Session, found: Sequence[Row]) -> dict[str, Row]:
        table = self._layout.reporter
        pointers = {row[table.column] for row in found if rows.has_reporter(row[table.column])} if table else set()
        if not table or not pointers:
            return {}
        keys = [key for pointer in sorted(pointers, key=str) for key in self._reporter_keys(session, table, pointer)]
        if not keys:
            return {}
        return {_loose(row[table.key]): row for row in session.ask(*statements.reporters(self._dialect, table, keys))}

    def _reporter_keys(self, session: Session, table: Reporters, pointer: object) -> list[Any]:
        """Return how a pointer may be written as a key: one of the two columns may have lost a NIK's leading zeros."""
        written = str(values.storable(pointer))
        ways = [written]
        if written.strip().isdigit() and self._db.column(session, table.table, table.key).kind is Kind.TEXT:
            ways += [written.strip().zfill(values.NIK_DIGITS), written.strip().lstrip("0")]
        keys = [self._db.key(session, table.table, table.key, way) for way in dict.fromkeys(ways)]
        return [key for key in keys if key is not None]

    def _replies(self, session: Session, found: Sequence[Row]) -> dict[str, list[Any]]:
        grouped: dict[str, list[Any]] = {}
        for replies in self._layout.replies:
            keys = [self._db.key(session, replies.table, replies.complaint, row[self._layout.complaints.key]) for row in found]
            keys = [key for key in keys if key is not None]
            for row in session.ask(*statements.replies_of(self._dialect, replies, keys)) if keys else ():
                grouped.setdefault(str(row[replies.complaint]), []).append((replies, row))
        return grouped

    def row(self, session: Session, ref: str, *, lock: bool = False) -> Row:
        """Find the row of a ref. Raises Gone."""
        table = self._layout.complaints
        key = self._db.key(session, table.table, table.key, ref)
        found = session.ask(*statements.one(self._dialect, self._layout, key, lock=lock)) if key is not None else []
        # A database may compare loosely (case, trailing spaces); a ref is exact.
        exact = [row for row in found if str(values.storable(row[table.key])) == ref]
        if not exact:
            raise Gone("The app has no complaint with this key.")
        return exact[0]

    def fetch(self, ref: str) -> Record:
        """Read one record. Raises Gone or Reject."""
        with self._db.reading() as session:
            read = self.records(session, [self.row(session, ref)])[0]
        return sound(read)

    def find(self, session: Session, token: str) -> Record | None:
        """Find the record with the hub's mark; the oldest if there are several. Raises Reject if it makes no sense."""
        found = session.ask(*statements.by_token(self._dialect, self._layout, token))
        table = self._layout.complaints
        exact = [row for row in found if values.storable(row[table.token or ""]) == token]
        return sound(self.records(session, exact[:1])[0]) if exact else None

    def listing(self) -> Iterator[Page]:
        """List everything in key order; what lived throughout is never missed, which the final count confirms."""
        after: Any = None
        seen, size = 0, self._layout.page_size
        while True:
            with self._db.reading() as session:
                batch = session.ask(*statements.listing(self._dialect, self._layout, after, size + 1))
                last, batch = len(batch) <= size, batch[:size]
                records, rejected = rows.split(self.records(session, batch))
                seen += len(batch)
                complete = last and self._count(session) <= seen
            yield Page(records, None, rejected, complete=complete)
            if last:
                return
            after = batch[-1][self._layout.complaints.key]

    def _count(self, session: Session) -> int:
        return int(session.ask(*statements.count(self._dialect, self._layout.complaints))[0]["n"])

    def poll(self, since: str | None) -> Iterator[Page]:
        """List what changed since a cursor, oldest first; without a cursor everything, and then provably."""
        start = Cursor.load(since)
        with self._db.reading() as session:
            ends = session.ask(*statements.newest(self._dialect, self._layout))[0]
        now = values.moment(ends["now"], _UTC)
        regressed = bool(start and self._older(ends["s"], start.stamp))
        best, seen = start, set[str]()
        for keys, stamps, last in self._chunks(start):
            best = self._furthest(best, keys, stamps, now)
            with self._db.reading() as session:
                found = self._by_keys(session, keys)
                records, rejected = rows.split(self.records(session, found))
                seen.update(str(row[self._layout.complaints.key]) for row in found)
                complete = last and start is None and self._count(session) <= len(seen)
            yield Page(records, best.dump() if best else None, rejected, complete=complete, regressed=regressed)
            regressed = False

    def _chunks(self, start: Cursor | None) -> Iterator[tuple[list[Any], list[Any], bool]]:
        """Yield (keys, stamps, whether these are the last), at least once."""
        size = self._layout.page_size
        since = values.earlier(start.stamp, self._layout.overlap) if start else None
        day = values.midnight(since) if start else None
        after: tuple[Any, Any] | None = None
        while True:
            with self._db.reading() as session:
                batch = session.ask(*statements.changed(self._dialect, self._layout, since, day, after, size * _BATCH))
            done = len(batch) < size * _BATCH
            for begin in range(0, max(len(batch), 1), size):
                chunk = batch[begin : begin + size]
                yield [row["k"] for row in chunk], [row["s"] for row in chunk], done and begin + size >= len(batch)
            if done:
                return
            after = (_bindable(batch[-1]["s"]), batch[-1]["k"])

    def _by_keys(self, session: Session, found: Sequence[Any]) -> list[Row]:
        table = self._layout.complaints
        keys = [self._db.key(session, table.table, table.key, key) for key in found]
        wanted = [key for key in keys if key is not None]
        if not wanted:
            return []
        place = {str(key): index for index, key in enumerate(wanted)}
        read = session.ask(*statements.by_keys(self._dialect, self._layout, wanted))
        return sorted(read, key=lambda row: place.get(str(row[table.key]), len(place)))

    def _furthest(self, best: Cursor | None, keys: Sequence[Any], stamps: Sequence[Any], now: datetime | None) -> Cursor | None:
        """Move the cursor to the newest time that is not in the app's future: one row from 2099 must not hide the rest."""
        for key, stamp in zip(reversed(keys), reversed(stamps), strict=True):
            moment = self._moment(stamp)
            if moment is None or (now is not None and moment > now):
                continue
            newer = best is None or not self._older(stamp, best.stamp)
            return Cursor(stamp, str(key)) if newer else best
        return best

    def _older(self, stamp: Any, than: Any) -> bool:
        one, other = self._moment(stamp), self._moment(than)
        return other is not None and (one is None or one < other)

    def _moment(self, stamp: Any) -> datetime | None:
        try:
            return values.moment(stamp, self._layout.zone)
        except Nonsense:
            return None


def sound(read: Record | Rejected) -> Record:
    """Return a record that makes sense. Raises Reject with what is wrong."""
    if isinstance(read, Rejected):
        raise Reject(read.problem, "Correct the row in the app, or the map in the settings.", field=read.field)
    return read


def _loose(key: object) -> str:
    """Return a reporter's key so that a number column and a text column agree about it."""
    written = str(values.storable(key)).strip()
    return written.lstrip("0") if written.isdigit() else written.casefold()


def _bindable(stamp: Any) -> Any:
    return str(stamp) if isinstance(stamp, values.Undecodable) else stamp
