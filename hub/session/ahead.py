"""Pages fetched while others are applied: those that are ready are taken together, so that each needs no transaction of its own."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from contracts.connector import Page
from hub import spare

_TOGETHER = 2_000
# Pages that wait in memory at most, and with how many records no further page is fetched: as many as are taken together, or
# twice that while whoever takes them waits for the database and leaves the processor to whoever fetches.
_DEPTH, _ENOUGH, _PLENTY = 40, _TOGETHER, 2 * _TOGETHER

# An app with nothing new says so in a page and an end that come at once: they are worth waiting a moment, and one transaction.
_PAGES, _FEW, _SOON = 2, 50, 0.05

_NOT_YET = object()
_Coming = SimpleQueue[Page | BaseException | None]


class Ready(list[Page]):
    """Pages that are there. ``last``: nothing comes after them; where it is False, that may not have been known yet."""

    def __init__(self, pages: Iterable[Page], *, last: bool = False) -> None:
        super().__init__(pages)
        self.last = last


class _Room:
    """How much waits. Closed, nobody waits for room any more."""

    def __init__(self) -> None:
        self.closed = False
        self._changed = threading.Condition()
        self._pages = self._records = 0
        self._most = _ENOUGH

    def wait(self) -> bool:
        """Wait for room for one more page; False if none is wanted any more."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or (self._pages < _DEPTH and self._records < self._most))
            return not self.closed

    def change(self, pages: int, records: int) -> None:
        """Note what has come or gone."""
        with self._changed:
            self._pages, self._records = self._pages + pages, self._records + records
            self._changed.notify()

    def spare(self, there_is: bool) -> None:
        """Make it larger while there is processor time to spare."""
        with self._changed:
            self._most = _PLENTY if there_is else _ENOUGH
            self._changed.notify()

    def close(self) -> None:
        """Let nobody wait."""
        with self._changed:
            self.closed = True
            self._changed.notify()


def fetched(source: Iterator[Page]) -> Generator[Ready, None, None]:
    """Yield what is ready, never an empty list, and raise what ``source`` raised after what came before it.

    Closing it ends the fetching after the call under way.
    """
    ready: _Coming = SimpleQueue()
    room = _Room()
    fetcher = threading.Thread(target=_fetch, args=(source, ready, room), name="simpul-ahead", daemon=True)
    fetcher.start()
    try:
        with spare.heard(room.spare):
            yield from _taken(ready, room)
    finally:
        room.close()
        fetcher.join()


def _fetch(source: Iterator[Page], ready: _Coming, room: _Room) -> None:
    try:
        with closing(source) if isinstance(source, Generator) else nullcontext():
            while room.wait():
                page = next(source, None)
                if page is not None:
                    room.change(1, len(page.records))
                ready.put(page)
                if page is None:
                    return
    except BaseException as error:
        ready.put(error)


def _taken(ready: _Coming, room: _Room) -> Generator[Ready, None, None]:
    coming: Any = ready.get()
    while coming is not None:
        if isinstance(coming, BaseException):
            raise coming
        pages: list[Page] = []
        while isinstance(coming, Page) and _fits(pages, coming):
            pages.append(coming)
            room.change(-1, -len(coming.records))
            coming = _at_hand(ready, pages)
        yield Ready(pages, last=coming is None)
        coming = ready.get() if coming is _NOT_YET else coming


def _at_hand(ready: _Coming, pages: Sequence[Page]) -> Page | BaseException | object | None:
    few = len(pages) <= _PAGES and sum(len(page.records) for page in pages) < _FEW
    try:
        return ready.get(timeout=_SOON) if few else ready.get_nowait()
    except Empty:
        return _NOT_YET


def _fits(pages: Sequence[Page], page: Page) -> bool:
    # What tells of a restore stands alone, and a record that comes again is a second reading of it.
    if not pages:
        return True
    if page.regressed or pages[-1].regressed or page.epoch != pages[-1].epoch:
        return False
    if sum(len(each.records) for each in pages) + len(page.records) > _TOGETHER:
        return False
    refs = {record.ref for record in page.records}
    return all(record.ref not in refs for each in pages for record in each.records)


def joined(pages: Sequence[Page]) -> Page:
    """Return one page that says what these say one after the other."""
    if len(pages) == 1:
        return pages[0]
    records = tuple(record for page in pages for record in page.records)
    rejected = tuple(each for page in pages for each in page.rejected)
    cursors = [page.cursor for page in pages if page.cursor is not None]
    return replace(pages[-1], records=records, rejected=rejected, cursor=cursors[-1] if cursors else None)
