"""Asks the database who is due and wakes them: what a lost message, a retry time or the schedule has left to do; and tidies up."""

from __future__ import annotations

import time
from collections.abc import Callable

from hub.store.filling import fill_some
from hub.store.store import Store
from hub.work.due import due

# Seconds between two looks for complaints whose words code of the release before has left behind while an upgrade rolls; where there
# are many, some are done in every round.
_FILLED = 60.0
# A connection that is still due after it was woken waits in the queue, or its worker is gone: seconds until it is woken again.
_FIRST, _LONGEST = 2.0, 60.0


class Relay:
    """Wakes what is due, and the same connection ever more rarely until a worker has taken it."""

    def __init__(self, store: Store, wake: Callable[[str], None], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store, self._wake, self._monotonic = store, wake, monotonic
        self._woken: dict[str, tuple[float, float]] = {}
        self._fill_at = 0.0

    def round(self) -> int:
        """Wake whoever is due and return how many."""
        now, woken = self._monotonic(), {}
        names = due(self._store)
        for name in names:
            at, span = self._woken.get(name, (0.0, 0.0))
            if now >= at:
                self._wake(name)
                span = min(2 * span or _FIRST, _LONGEST)
                at = now + span
            woken[name] = (at, span)
        # Who is not due any more, or at work, begins anew.
        self._woken = woken
        if now >= self._fill_at:
            self._fill_at = now if fill_some(self._store) else now + _FILLED
        return len(names)

    def forget(self) -> None:
        """Begin anew with everybody: the broker was away."""
        self._woken = {}
