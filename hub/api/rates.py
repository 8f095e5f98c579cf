"""How much of something is taken at once and per second, by who brings it; nothing is kept of those who bring little."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock


class Rates:
    """A bucket for each key that holds ``burst`` and gains ``per_second``; ``monotonic`` tells the seconds."""

    def __init__(self, burst: int, per_second: float, monotonic: Callable[[], float]) -> None:
        self._burst = burst
        self._per_second = per_second
        self._monotonic = monotonic
        self._lock = Lock()
        # When each bucket will be full again; one that is full is not kept.
        self._full_at: dict[int, float] = {}

    def wait(self, key: int) -> float:
        """Take one out of a bucket and return 0, or the seconds until there will be one."""
        with self._lock:
            now = self._monotonic()
            full_at = max(self._full_at.get(key, now), now) + 1 / self._per_second
            short = full_at - now - self._burst / self._per_second
            # A share of a nanosecond is what the arithmetic leaves.
            if short > 1e-9:
                return short
            self._full_at[key] = full_at
            if len(self._full_at) > 64:
                self._full_at = {each: when for each, when in self._full_at.items() if when > now}
            return 0.0

    def __len__(self) -> int:
        return len(self._full_at)
