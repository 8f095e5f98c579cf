"""Which updates belong to which requests: asked for by request where the server can, else by time and then sorted out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.open311.client import City
from connectors.open311.plan import Plan, Updates
from connectors.open311.records import lenient, ref_of
from connectors.open311.windows import FAR, walk
from connectors.open311.wire import Row

_DAY = timedelta(days=1)


class Sayings:
    """The updates of requests, for one reading; what was read by time is kept until its end."""

    def __init__(self, plan: Plan, city: City) -> None:
        self._plan = plan
        self._city = city
        self._by_ref: dict[str, list[Row]] = {}
        self._known: set[str] = set()
        self._begin: datetime | None = None

    def of(self, rows: Sequence[Any]) -> Mapping[str, Sequence[Row]]:
        """Return the updates of these requests, by ref."""
        updates = self._plan.updates
        refs = [ref for row in rows if (ref := ref_of(row))]
        if updates is None or not refs:
            return {}
        if updates.by_request:
            return _grouped(self._asked(refs, updates))
        self._reach(min((lenient(self._plan, row, "requested_datetime") or FAR for row in rows), default=FAR))
        return self._by_ref

    def since(self, begin: datetime) -> Iterator[Row]:
        """Yield what was written from a time on, on whatever request; some perhaps twice."""
        yield from self._between(begin, FAR)

    def _asked(self, refs: Sequence[str], updates: Updates) -> Iterator[Row]:
        for some in self._city.packed(refs, len(refs)):
            yield from self._of_some(some, updates)

    def _of_some(self, refs: Sequence[str], updates: Updates) -> list[Row]:
        wanted = set(refs)
        found = self._city.updates(service_request_id=",".join(refs))
        if updates.limit is None or len(found) < updates.limit:
            return [row for row in found if ref_of(row) in wanted]
        if len(refs) > 1:
            half = len(refs) // 2
            return [*self._of_some(refs[:half], updates), *self._of_some(refs[half:], updates)]
        return list(_once(self._between(self._plan.since, FAR, service_request_id=refs[0]), set(), wanted))

    def _reach(self, earliest: datetime) -> None:
        """Read by time as far back as these requests go; what was read before is not read again."""
        begin = max(earliest, self._plan.since) - _DAY
        if self._begin is not None and begin >= self._begin:
            return
        until = self._begin or FAR
        for row in _once(self._between(begin, until), self._known):
            self._by_ref.setdefault(str(ref_of(row)), []).append(row)
        self._begin = begin

    def _between(self, begin: datetime, until: datetime, **more: str) -> Iterator[Row]:
        assert self._plan.updates is not None
        say, limit = self._plan.say, self._plan.updates.limit

        def ask(start: datetime, stop: datetime | None) -> list[Any]:
            return self._city.updates(start_date=say(start), end_date=say(stop or FAR), **more)

        if limit is None:
            yield from ask(begin, until)
            return
        # Our own clock only shapes the windows; what is dated later is in the last one.
        bound = min(until, datetime.now(UTC) + _DAY)
        for found, _ in walk(ask, begin, bound, cap=limit, widest=timedelta(days=self._plan.window), beyond=until == FAR):
            yield from found


def _once(rows: Iterable[Row], known: set[str], wanted: set[str] | None = None) -> Iterator[Row]:
    """Drop what neighbouring windows both had."""
    for row in rows:
        key = str(row.get("update_id") or json.dumps(row, sort_keys=True, default=str))
        if key in known or (wanted is not None and ref_of(row) not in wanted):
            continue
        known.add(key)
        yield row


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(str(ref_of(row)), []).append(row)
    return grouped
