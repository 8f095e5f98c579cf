"""How many pages a pull may ask for, where an app takes only so many calls a minute."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, nullcontext

from contracts.connector import Page
from contracts.errors import Abandoned
from contracts.gateway import Pull

# Seconds between two looks, while it waits, at whether there is anything to wait for.
_LOOK = 0.5


class Pages:
    """The pages of one pull. ``cut``: there may be more, but it has been asked enough, and the next pull goes on from here.

    ``rest`` waits so many seconds. Leaving the context ends a wait in another thread.
    """

    def __init__(self, task: Pull, wanted: Callable[[], bool], rest: Callable[[float], object] | None = None) -> None:
        self.cut = False
        self._task, self._wanted = task, wanted
        self._over = threading.Event()
        self._rest = rest or self._over.wait

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def of(self, source: Iterator[Page]) -> Generator[Page, None, None]:
        """Yield what ``source`` has, no faster than the app takes it; raises Abandoned where nobody wants it any more."""
        with closing(source) if isinstance(source, Generator) else nullcontext():
            asked, cursor = 0, self._task.cursor
            while not self._enough(asked, cursor):
                page = next(source, None)
                if page is None:
                    return
                asked, cursor = asked + 1, cursor if page.cursor is None else page.cursor
                yield page

    def _enough(self, asked: int, cursor: str | None) -> bool:
        if self._task.calls is None or asked < self._task.calls:
            return False
        self.cut = self._task.why == "feed" and cursor != self._task.cursor
        if not self.cut:
            # It would begin again from where it began: it waits here instead.
            self._wait(self._task.apart)
        return self.cut

    def _wait(self, seconds: float) -> None:
        while seconds > 0:
            if self._over.is_set() or not self._wanted():
                raise Abandoned("the session ends.")
            self._rest(min(seconds, _LOOK))
            seconds -= _LOOK
