"""Going through a listing to its end: by pages where the server has them, else by windows of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.open311.client import City
from connectors.open311.plan import Plan
from connectors.open311.records import changed_at, lenient, raw, ref_of
from connectors.open311.windows import FAR, SECOND, walk
from contracts.errors import Stop

Batches = Iterator[tuple[list[Any], bool]]
"""Rows, earlier ones first, each batch with whether nothing of it can have been left out."""


class Walk:
    """One walk through a city's requests; what two answers both had is given once, unless it was changed in between."""

    def __init__(self, plan: Plan, city: City) -> None:
        self._plan = plan
        self._city = city
        self._seen: dict[str, Any] = {}

    def everything(self) -> Batches:
        """Walk from the first day on."""
        return self.filed(self._plan.since)

    def filed(self, begin: datetime) -> Batches:
        """Walk through what was filed from a time on."""
        if self._plan.paging:
            for rows in self._pages(start_date=self._plan.say(begin)):
                yield self._fresh(rows, "requested_datetime"), True
            return
        yield from self._windows("start_date", "end_date", begin, "requested_datetime")

    def changed(self, begin: datetime) -> Batches:
        """Walk through what was changed from a time on, oldest change first."""
        if self._plan.paging:
            yield from self._changed_by_pages(begin)
        else:
            yield from self._windows("updated_after", "updated_before", begin, "updated_datetime")

    def _windows(self, after: str, before: str, begin: datetime, name: str) -> Batches:
        say = self._plan.say

        def ask(start: datetime, stop: datetime | None) -> list[Any]:
            return self._city.requests(**{after: say(start)}, **({before: say(stop)} if stop else {}))

        # Our own clock only shapes the windows; what is dated later is in the last one, which stays open.
        until = datetime.now(UTC) + timedelta(days=1)
        for rows, surely in walk(ask, begin, until, cap=self._plan.page_size, widest=timedelta(days=self._plan.window)):
            yield self._fresh(rows, name), surely

    def _changed_by_pages(self, begin: datetime) -> Batches:
        """Ask again from the last time that was seen, never for a later page: rows that are changed meanwhile move between pages.

        Only what shares one second is turned page by page. A server with another order is read to its end and then sorted.
        """
        after, number = begin.replace(microsecond=0), 1
        while True:
            rows = self._page(number, updated_after=self._plan.say(after))
            if number == 1 and self._more(rows) and not self._ascending(rows):
                rows = [row for each in self._pages(updated_after=self._plan.say(after)) for row in each]
                yield self._fresh(rows, "updated_datetime"), True
                return
            fresh = self._fresh(rows, "updated_datetime")
            yield fresh, True
            if not self._more(rows) or (not fresh and len(rows) < self._plan.page_size):
                return
            reached = max((changed_at(self._plan, row) or begin for row in rows), default=begin).replace(microsecond=0) - SECOND
            if reached > after:
                after, number = reached, 1
                continue
            self._turned(number, fresh)
            number += 1

    def _pages(self, **arguments: str) -> Iterator[list[Any]]:
        known: set[str] = set()
        number = 1
        while True:
            rows = self._page(number, **arguments)
            yield rows
            fresh = {key for row in rows if (key := ref_of(row) or raw(row)) not in known}
            if not self._more(rows) or (not fresh and len(rows) < self._plan.page_size):
                return
            self._turned(number, fresh)
            known |= fresh
            number += 1

    def _turned(self, number: int, fresh: Any) -> None:
        if number > 1 and not fresh:
            raise Stop("The server gives the same page again and again.", "It knows no pages: set 'paging' to false.")

    def _page(self, number: int, **arguments: str) -> list[Any]:
        return self._city.requests(**arguments, page=str(number), page_size=str(self._plan.page_size))

    def _more(self, rows: list[Any]) -> bool:
        """Tell whether there may be another page: this one is full, or cut at a round number below what we believe is full."""
        return len(rows) >= self._plan.page_size or (len(rows) > 0 and len(rows) % 10 == 0)

    def _ascending(self, rows: list[Any]) -> bool:
        times = [changed_at(self._plan, row) or FAR for row in rows]
        return times == sorted(times)

    def _fresh(self, rows: list[Any], name: str) -> list[Any]:
        """Drop what was given before and is the same still, and sort the rest; cities like the newest first."""
        kept = []
        for row in rows:
            ref = ref_of(row)
            if ref is None or self._seen.get(ref, self) != row:
                kept.append(row)
            if ref is not None:
                self._seen[ref] = row
        if name == "updated_datetime":
            return sorted(kept, key=lambda row: changed_at(self._plan, row) or FAR)
        return sorted(kept, key=lambda row: lenient(self._plan, row, name) or FAR)
