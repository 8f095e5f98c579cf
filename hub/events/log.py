"""The ledger as a log: every change in the order of its number, and none before those that could still come in below it.

A number is drawn before its transaction commits, so a smaller one may appear after a larger. On PostgreSQL a number is
therefore read only once every transaction that was writing the ledger when it was first seen has ended; others, also
those of other databases, are not waited for. SQLite has one writer at a time. A complaint's own entries are in order by
themselves, because they are written under its lock. History, which is older than a connection's go-live, is left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from sqlalchemy import case, func, literal, null, select, text

from contracts.content import Field
from contracts.events import RESPONSES, Change, Kind, region
from hub.store import tables
from hub.store.store import Store

_entry, _complaint, _connection = tables.ledger.c, tables.complaints.c, tables.connections.c
# Of these, and only these, what was written names the fields; of the others it may be content.
_NAMING = (Kind.FILED.value, Kind.DELIVERED.value)
_ABOUT_RESPONSES = frozenset({Kind.RESPONDED, Kind.AMENDED, Kind.WITHDRAWN})
_SPAN = 2_000

# Whoever inserts locks the table before a number is drawn, and lets it go after the row can be seen.
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE relation = 'ledger'::regclass AND mode = 'RowExclusiveLock' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

_CHANGES = (
    select(
        _entry.seq,
        _entry.hash,
        _entry.complaint_id,
        _entry.kind,
        _entry.field,
        case((_entry.kind.in_(_NAMING), _entry.new), else_=null()).label("told"),
        _entry.learned_at,
        _complaint.content[Field.PLACE_CODE.value].as_string().label("place"),
        _connection.name.label("connection"),
    )
    .join(tables.complaints, _complaint.id == _entry.complaint_id)
    .outerjoin(tables.connections, _connection.id == _entry.connection_id)
    .where(_complaint.historic.is_(False))
    .order_by(_entry.seq)
)


class Log:
    """Reads changes by number. One reader remembers how far the numbers are settled; it is not for several threads."""

    def __init__(self, store: Store, *, settled: int = 0) -> None:
        self._store = store
        self._settled = settled
        # Numbers that were seen, and the transactions that could then have drawn a smaller one.
        self._seen: deque[tuple[int, frozenset[str]]] = deque()

    def newest(self) -> int:
        """Return the highest number that can be seen now."""
        with self._store.reading() as sql:
            return int(sql.execute(select(func.max(_entry.seq))).scalar() or 0)

    def settled(self) -> int:
        """Return the number below which, itself included, nothing can appear any more."""
        newest = self.newest()
        if self._store.engine.dialect.name != "postgresql":
            self._settled = newest
            return newest
        if newest == self._settled:
            return newest
        # Asked after the number was seen, never before.
        writers = self._writers()
        if newest > (self._seen[-1][0] if self._seen else self._settled):
            self._seen.append((newest, writers))
        while self._seen and not self._seen[0][1] & writers:
            self._settled = self._seen.popleft()[0]
        return self._settled

    def _writers(self) -> frozenset[str]:
        with self._store.reading() as sql:
            return frozenset(sql.execute(_WRITERS).scalars())

    def read(self, after: int, upto: int) -> list[Change]:
        """Return the changes with numbers above ``after``, up to ``upto``, in order."""
        with self._store.reading() as sql:
            found = sql.execute(_CHANGES.where(_entry.seq > literal(after), _entry.seq <= literal(upto))).all()
        return [_change(row) for row in found]

    def spans(self, after: int, upto: int) -> Iterator[tuple[int, list[Change]]]:
        """Go through the same in parts small enough for memory: how far each goes, and what is in it."""
        while after < upto:
            end = min(after + _SPAN, upto)
            yield end, self.read(after, end)
            after = end


def _change(row: Any) -> Change:
    kind = Kind(row.kind)
    told = row.told.get("fields", ()) if isinstance(row.told, dict) else ()
    named = (row.field,) if row.field else (RESPONSES,) if kind in _ABOUT_RESPONSES else tuple(told)
    return Change(row.seq, row.hash, row.complaint_id, kind, region(row.place), row.connection, named, row.learned_at)
