"""Going through a listing to its end: by pages where the server has them, else by windows of time."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connectors.open311.client import City
from connectors.open311.plan import Plan
from connectors.open311.records import changed_at, lenient, raw, ref_of
from connectors.open311.seen import Seen
from connectors.open311.windows import FAR, SECOND, walk
from contracts.errors import NotDone


class Batch(NamedTuple):
    """Rows, earlier ones first; ``whole`` if nothing of their span can have been left out; and the city's clock when it sent them."""

    rows: list[Any]
    whole: bool
    now: datetime


Batches = Generator[Batch, None, None]


class Walk:
    """One walk through a city's requests; what neighbouring answers both had is given once, unless it was changed in between."""

    def __init__(self, plan: Plan, city: City) -> None:
        self._plan = plan
        self._city = city
        self._seen = Seen(plan)

    def everything(self) -> Batches:
        """Walk from the first day on."""
        return self.filed(self._plan.since)

    def filed(self, begin: datetime) -> Batches:
        """Walk through what was filed from a time on."""
        if not self._plan.paging:
            yield from self._windows("start_date", "end_date", begin, "requested_datetime")
            return
        for rows in self._pages(start_date=self._plan.say(begin)):
            yield self._batch(self._sorted(self._seen.follows(rows), "requested_datetime"))

    def changed(self, begin: datetime) -> Batches:
        """Walk through what was changed from a time on, oldest change first."""
        if self._plan.paging:
            yield from self._changed_by_pages(begin)
        else:
            yield from self._windows("updated_after", "updated_before", begin, "updated_datetime")

    def named(self, refs: Sequence[str]) -> Batches:
        """Walk through requests by their ids; those that are gone are left out."""
        for chunk in self._city.packed(refs, self._plan.page_size):
            yield self._batch(self._city.some(chunk))

    def _windows(self, after: str, before: str, begin: datetime, name: str) -> Batches:
        say = self._plan.say

        def ask(start: datetime, stop: datetime | None) -> list[Any]:
            return self._city.requests(**{after: say(start)}, **({before: say(stop)} if stop else {}))

        # Our own clock only shapes the windows; what is dated later is in the last one, which stays open.
        until = datetime.now(UTC) + timedelta(days=1)
        for rows, whole in walk(ask, begin, until, cap=self._plan.page_size, widest=timedelta(days=self._plan.window)):
            yield self._batch(self._sorted(self._seen.follows(rows), name), whole)

    def _changed_by_pages(self, begin: datetime) -> Batches:
        """Ask again from the last time that was seen, never for a later page: rows that are changed meanwhile move between pages.

        Only what shares one second is turned page by page. A server with another order is read to its end and then sorted.
        """
        after, number = begin.replace(microsecond=0), 1
        turned: set[str] = set()
        while True:
            rows = self._page(number, updated_after=self._plan.say(after))
            times = [changed_at(self._plan, row) for row in rows]
            ascending = _ascending(times)
            if number == 1 and self._more(rows) and not ascending:
                yield self._batch(self._all_sorted(after))
                return
            fresh = self._seen.adds(rows)
            yield self._batch(fresh if ascending else self._sorted(fresh, "updated_datetime"))
            if self._ends(rows, fresh):
                return
            reached = max((time or begin for time in times), default=begin).replace(microsecond=0) - SECOND
            if reached > after:
                self._seen.passes(reached)
                after, number, turned = reached, 1, set()
                continue
            # What an earlier question had already may fill a page of this one; the same page has nothing that this one had not.
            keys = _keys(rows)
            self._turned(number, keys - turned)
            turned |= keys
            number += 1

    def _all_sorted(self, after: datetime) -> list[Any]:
        pages = self._pages(updated_after=self._plan.say(after))
        rows = [row for each in pages for row in self._seen.adds(each, most=sys.maxsize)]
        return self._sorted(rows, "updated_datetime")

    def _pages(self, **arguments: str) -> Generator[list[Any], None, None]:
        first: set[str] = set()
        before: set[str] = set()
        number = 1
        while True:
            rows = self._page(number, **arguments)
            yield rows
            keys = _keys(rows)
            # Servers that know no pages give the first again; some give the last again when there is no more.
            fresh = keys - before - first
            if self._ends(rows, fresh):
                return
            self._turned(number, fresh)
            first, before, number = first or keys, keys, number + 1

    def _ends(self, rows: list[Any], fresh: Any) -> bool:
        return not self._more(rows) or (not fresh and len(rows) < self._plan.page_size)

    def _turned(self, number: int, fresh: Any) -> None:
        if number > 1 and not fresh:
            # Perhaps it was only this once: nobody is called for that, as long as it does not last.
            raise NotDone("The server gave the same page again.", "If that lasts, it knows no pages: set 'paging' to false.")

    def _page(self, number: int, **arguments: str) -> list[Any]:
        return self._city.requests(**arguments, page=str(number), page_size=str(self._plan.page_size))

    def _more(self, rows: list[Any]) -> bool:
        """Tell whether there may be another page: this one is full, or cut at a round number below what we believe is full."""
        return len(rows) >= self._plan.page_size or (len(rows) > 0 and len(rows) % 10 == 0)

    # -- rows

    def _batch(self, rows: list[Any], whole: bool = True) -> Batch:
        return Batch(rows, whole, self._city.now)

    def _sorted(self, rows: list[Any], name: str) -> list[Any]:
        """Sort by time; cities like the newest first."""
        if name == "updated_datetime":
            return sorted(rows, key=lambda row: changed_at(self._plan, row) or FAR)
        return sorted(rows, key=lambda row: lenient(self._plan, row, name) or FAR)


def _keys(rows: Sequence[Any]) -> set[str]:
    return {ref_of(row) or raw(row) for row in rows}


def _ascending(times: Sequence[datetime | None]) -> bool:
    known = [time or FAR for time in times]
    return known == sorted(known)
