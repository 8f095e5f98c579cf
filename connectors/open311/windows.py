"""Windows of time over a listing that gives only so many at once: they shrink when one comes back full. Pure but for the asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Ask = Callable[[datetime, datetime | None], list[Any]]

SECOND = timedelta(seconds=1)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def walk(
    ask: Ask, begin: datetime, until: datetime, *, cap: int, widest: timedelta, beyond: bool = True
) -> Iterator[tuple[list[Any], bool]]:
    """Yield what lies from ``begin`` on, earlier windows first, each with whether it is surely all of its window.

    With ``beyond``, one more window stays open after ``until``, for what is dated in the future. Neighbours share a second, because
    cities disagree about whether a border belongs to what it ends.
    """
    start = begin.replace(microsecond=0)
    if start < until:
        yield from _closed(ask, start, until, cap, widest)
        start = until.replace(microsecond=0) - SECOND
    if not beyond:
        return
    found = ask(start, None)
    if len(found) < cap:
        yield found, True
    else:
        yield from _closed(ask, start, max(FAR, start + SECOND), cap, FAR - start)


def _closed(ask: Ask, start: datetime, until: datetime, cap: int, widest: timedelta) -> Iterator[tuple[list[Any], bool]]:
    width = widest
    while True:
        stop = min(start + width, until)
        found = ask(start, stop)
        if len(found) >= cap and stop - start > SECOND:
            width = _half(stop - start)
            continue
        yield found, len(found) < cap
        if stop >= until:
            return
        # A second that is full keeps its window a second long, so it is left whole.
        start = stop - SECOND if stop - start > SECOND else stop
        width = min(max(width * 2, 2 * SECOND), widest)


def _half(width: timedelta) -> timedelta:
    return max(timedelta(seconds=int(width.total_seconds()) // 2), SECOND)
