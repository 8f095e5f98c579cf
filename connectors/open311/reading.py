"""Pages of records, by what the server offers: everything in windows, what was changed, or what was written upon."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from connectors.open311.ahead import ahead
from connectors.open311.client import City
from connectors.open311.plan import Plan
from connectors.open311.records import lenient, record, ref_of
from connectors.open311.sayings import Sayings
from connectors.open311.walking import Batch, Batches, Walk
from connectors.open311.wire import Row
from contracts.connector import Page, Record, Rejected
from contracts.errors import Reject, Stop

_CHANGED = ("updated_datetime", "requested_datetime")
_FILED = ("requested_datetime",)
_FRESH = 1.0
"""Seconds; the hub reads a request and at once decides on it and writes: it is not read twice for that."""
_NOTHING: tuple[str, Row, float] = ("", {}, 0.0)


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The newest times the city has sent, as it wrote them: of a filing and of an update."""

    filed: str | None = None
    said: str | None = None

    def dump(self) -> str:
        return json.dumps([self.filed, self.said])

    @staticmethod
    def load(text: str) -> _Cursor:
        try:
            filed, said = json.loads(text)
            return _Cursor(filed, said)
        except (ValueError, TypeError):
            raise _foreign() from None


class Reader:
    """Reads one city."""

    def __init__(self, plan: Plan, city: City) -> None:
        self._plan = plan
        self._city = city
        self._read = _NOTHING

    def fetch(self, ref: str) -> Record:
        """Read one request with its updates. Raises Gone or Reject."""
        row = self._city.request(ref)
        record = self.sound(row)
        self._read = ref, row, monotonic()
        return record

    def standing(self, ref: str) -> Row:
        """Return a request as it stands: as `fetch` has read it this very moment, else read now. Raises Gone, NotDone or Stop."""
        (read, row, moment), self._read = self._read, _NOTHING
        return row if read == ref and monotonic() - moment < _FRESH else self._city.request(ref)

    def sound(self, row: Any) -> Record:
        """Make the record of one request. Raises Reject if it makes no sense."""
        read = self._records([row], Sayings(self._plan, self._city))[0]
        if isinstance(read, Rejected):
            raise Reject(read.problem, "Correct it in the city's app, or the settings.", field=read.field)
        return read

    def listing(self) -> Iterator[Page]:
        """List everything; the last page says so if no answer was so full that something could be behind it."""
        sayings, whole = Sayings(self._plan, self._city), True
        with self._walked(Walk.everything) as batches:
            for rows, surely, _ in batches:
                whole = whole and surely
                for chunk in _chunks(rows, self._plan.page_size):
                    yield self._page(chunk, sayings, None)
        yield Page((), complete=whole)

    def updated(self, since: str | None) -> Iterator[Page]:
        """List what was changed at or after a time that the city itself sent, oldest change first."""
        begin = self._moment(since) if since is not None else None
        sayings, cursor, whole, newest = Sayings(self._plan, self._city), since, begin is None, None
        start = self._earlier(begin) if begin else self._plan.since
        with self._walked(lambda walk: walk.changed(start)) as batches:
            for rows, surely, now in batches:
                whole = whole and surely
                for chunk in _chunks(rows, self._plan.page_size):
                    newest, cursor = self._furthest(chunk, _CHANGED, now, newest, cursor)
                    yield self._page(chunk, sayings, cursor)
        # Nothing at all from the cursor's own time on: the record that made it is not what it was.
        regressed = begin is not None and (newest is None or newest < begin)
        yield Page((), cursor, complete=whole, regressed=regressed)

    def updates(self, since: str | None) -> Iterator[Page]:
        """List what was filed or written upon since; a change that nobody wrote upon waits for the next whole listing."""
        return self._first() if since is None else self._following(_Cursor.load(since))

    def _first(self) -> Iterator[Page]:
        sayings, whole, newest, cursor = Sayings(self._plan, self._city), True, None, _Cursor()
        with self._walked(Walk.everything) as batches:
            for rows, surely, now in batches:
                whole = whole and surely
                # What is written from now on is news: the city's own clock, as it was when it began to answer.
                cursor = cursor if cursor.said else _Cursor(cursor.filed, now.isoformat())
                for chunk in _chunks(rows, self._plan.page_size):
                    newest, filed = self._furthest(chunk, _FILED, now, newest, cursor.filed)
                    cursor = _Cursor(filed, cursor.said)
                    yield self._page(chunk, sayings, cursor.dump())
        yield Page((), cursor.dump(), complete=whole)

    def _following(self, cursor: _Cursor) -> Iterator[Page]:
        sayings = Sayings(self._plan, self._city)
        written, said = self._written(sayings, cursor.said)
        newest, filed = self._moment_or_none(cursor.filed), cursor.filed
        with self._walked(lambda walk: walk.filed(self._from(cursor.filed))) as batches:
            for rows, _, now in batches:
                newest, filed = self._furthest(rows, _FILED, now, newest, filed)
                written.difference_update(ref for row in rows if (ref := ref_of(row)))
                for chunk in _chunks(rows, self._plan.page_size):
                    yield self._page(chunk, sayings, cursor.dump())
        with self._walked(lambda walk: walk.named(sorted(written))) as batches:
            for rows, _, _ in batches:
                yield self._page(rows, sayings, cursor.dump())
        yield Page((), _Cursor(filed, said).dump())

    def _written(self, sayings: Sayings, since: str | None) -> tuple[set[str], str | None]:
        """Return the refs of what was written upon since, and the newest time of that."""
        refs, newest, text = set[str](), self._moment_or_none(since), since
        for row in sayings.since(self._from(since)):
            refs.add(str(ref_of(row)))
            newest, text = self._furthest([row], ("updated_datetime",), self._city.now, newest, text)
        return refs, text

    @contextmanager
    def _walked(self, batches: Callable[[Walk], Batches]) -> Iterator[Generator[Batch, None, None]]:
        """Walk; where each batch costs another question for its updates, one batch ahead of whoever reads."""
        walk = Walk(self._plan, self._city.apart())
        source = batches(walk)
        asks = self._plan.updates is not None and self._plan.updates.by_request
        with closing(ahead(source) if asks else source) as coming:
            yield coming

    # -- records

    def _page(self, rows: Sequence[Any], sayings: Sayings, cursor: str | None) -> Page:
        read = self._records(rows, sayings)
        records = tuple(each for each in read if isinstance(each, Record))
        return Page(records, cursor, tuple(each for each in read if isinstance(each, Rejected)))

    def _records(self, rows: Sequence[Any], sayings: Sayings) -> list[Record | Rejected]:
        said = sayings.of(rows)
        return [record(self._plan, row, said.get(ref_of(row) or "", ()) if said else ()) for row in rows]

    # -- cursors

    def _furthest(
        self, rows: Iterable[Any], names: Sequence[str], now: datetime, newest: datetime | None, text: str | None
    ) -> tuple[datetime | None, str | None]:
        """Move on to the newest time that does not lie in the city's own future: one request from 2099 hides no other."""
        for row in rows:
            for name in names:
                moment = lenient(self._plan, row, name)
                if moment is not None:
                    if moment <= now and (newest is None or moment > newest):
                        newest, text = moment, str(row[name])
                    break
        return newest, text

    def _moment(self, text: str) -> datetime:
        try:
            return self._plan.moment(text)
        except (ValueError, OverflowError):
            raise _foreign() from None

    def _moment_or_none(self, text: str | None) -> datetime | None:
        return self._moment(text) if text is not None else None

    def _from(self, text: str | None) -> datetime:
        return self._earlier(self._moment(text)) if text is not None else self._plan.since

    def _earlier(self, moment: datetime) -> datetime:
        # At least a second: some servers give only what is later than asked.
        return moment - timedelta(seconds=max(self._plan.overlap, 1))


def _foreign() -> Stop:
    return Stop("The cursor is none of this city's.", "Reset the connection's cursor.")


def _chunks(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
