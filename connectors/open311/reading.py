"""Pages of records, by what the server offers: everything in windows, what was changed, or what was written upon."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.open311.client import City
from connectors.open311.plan import Plan
from connectors.open311.records import lenient, record, ref_of
from connectors.open311.sayings import AT_ONCE, Sayings
from connectors.open311.walking import Walk
from contracts.connector import Page, Record, Rejected
from contracts.errors import Reject, Stop

_DAY = timedelta(days=1)


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

    def fetch(self, ref: str) -> Record:
        """Read one request with its updates. Raises Gone or Reject."""
        return self.sound(self._city.request(ref))

    def sound(self, row: Any) -> Record:
        """Make the record of one request. Raises Reject if it makes no sense."""
        read = self._records([row], Sayings(self._plan, self._city))[0]
        if isinstance(read, Rejected):
            raise Reject(read.problem, "Correct it in the city's app, or the settings.", field=read.field)
        return read

    def listing(self) -> Iterator[Page]:
        """List everything; the last page says so if no answer was so full that something could be behind it."""
        sayings, whole = Sayings(self._plan, self._city), True
        for rows, surely in Walk(self._plan, self._city).everything():
            whole = whole and surely
            for chunk in _chunks(rows, self._plan.page_size):
                yield self._page(chunk, sayings, None)
        yield Page((), complete=whole)

    def updated(self, since: str | None) -> Iterator[Page]:
        """List what was changed at or after a time that the city itself sent, oldest change first."""
        begin = self._moment(since) if since is not None else None
        sayings, cursor, whole, newest = Sayings(self._plan, self._city), since, begin is None, None
        start = self._earlier(begin) if begin else self._plan.since
        for rows, surely in Walk(self._plan, self._city).changed(start):
            whole = whole and surely
            for chunk in _chunks(rows, self._plan.page_size):
                newest, cursor = self._furthest(chunk, ("updated_datetime", "requested_datetime"), newest, cursor)
                yield self._page(chunk, sayings, cursor)
        # Nothing at all from the cursor's own time on: the record that made it is not what it was.
        regressed = begin is not None and (newest is None or newest < begin)
        yield Page((), cursor, complete=whole, regressed=regressed)

    def updates(self, since: str | None) -> Iterator[Page]:
        """List what was filed or written upon since; a change that nobody wrote upon waits for the next whole listing."""
        return self._first() if since is None else self._following(_Cursor.load(since))

    def _first(self) -> Iterator[Page]:
        sayings, whole, newest, cursor = Sayings(self._plan, self._city), True, None, _Cursor()
        for rows, surely in Walk(self._plan, self._city).everything():
            whole = whole and surely
            # What is written from now on is news: the city's own clock, as it was when it began to answer.
            cursor = cursor if cursor.said else _Cursor(cursor.filed, self._now().isoformat())
            for chunk in _chunks(rows, self._plan.page_size):
                newest, filed = self._furthest(chunk, ("requested_datetime",), newest, cursor.filed)
                cursor = _Cursor(filed, cursor.said)
                yield self._page(chunk, sayings, cursor.dump())
        yield Page((), cursor.dump(), complete=whole)

    def _following(self, cursor: _Cursor) -> Iterator[Page]:
        sayings = Sayings(self._plan, self._city)
        said = list(sayings.since(self._from(cursor.said)))
        _, newest_said = self._furthest(said, ("updated_datetime",), self._moment_or_none(cursor.said), cursor.said)
        newest, filed, seen = self._moment_or_none(cursor.filed), cursor.filed, set[str | None]()
        for rows, _ in Walk(self._plan, self._city).filed(self._from(cursor.filed)):
            newest, filed = self._furthest(rows, ("requested_datetime",), newest, filed)
            seen |= {ref_of(row) for row in rows}
            for chunk in _chunks(rows, self._plan.page_size):
                yield self._page(chunk, sayings, cursor.dump())
        written = sorted({str(ref_of(row)) for row in said} - seen)
        for chunk in _chunks(written, min(self._plan.page_size, AT_ONCE)):
            yield self._page(self._city.some(chunk), sayings, cursor.dump())
        yield Page((), _Cursor(filed, newest_said).dump())

    # -- records

    def _page(self, rows: Sequence[Any], sayings: Sayings, cursor: str | None) -> Page:
        read = self._records(rows, sayings)
        records = tuple(each for each in read if isinstance(each, Record))
        return Page(records, cursor, tuple(each for each in read if isinstance(each, Rejected)))

    def _records(self, rows: Sequence[Any], sayings: Sayings) -> list[Record | Rejected]:
        said = sayings.of(rows)
        read = [record(self._plan, row, said.get(ref_of(row) or "", ())) for row in rows]
        if self._plan.feed != "updates":
            return read
        # Such a city does not promise that its updated_datetime moves with its updates.
        return [replace(each, updated_at=None) if isinstance(each, Record) else each for each in read]

    # -- cursors

    def _now(self) -> datetime:
        return self._city.said_at or datetime.now(UTC) + _DAY

    def _furthest(
        self, rows: Iterable[Any], names: Sequence[str], newest: datetime | None, text: str | None
    ) -> tuple[datetime | None, str | None]:
        """Move on to the newest time that does not lie in the city's own future: one request from 2099 hides no other."""
        now = self._now()
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
