"""The one clock that is injected everywhere: what time it is, and how much has passed."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time; whoever decides by time takes one of these and never asks the system."""

    def now(self) -> datetime:
        """Return this moment, aware, in UTC; it may jump when the machine's clock is set."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; it never goes back, so spans are measured with it."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return this moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, unmoved by changes of the wall clock."""
        return time.monotonic()


class ManualClock:
    """Stands still until it is advanced: for tests, simulations and the replay of a past day."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware start: give it a time zone")
        self._now = start.astimezone(UTC)
        self._seconds = 0.0

    def now(self) -> datetime:
        """Return the moment it was set to, aware, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds by which it was advanced so far."""
        return self._seconds

    def advance(self, span: timedelta | float) -> None:
        """Let a span pass (a number is seconds); raises ValueError for a negative one."""
        seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
        if seconds < 0:
            raise ValueError("time does not go back: set() jumps the wall clock alone")
        self._now += timedelta(seconds=seconds)
        self._seconds += seconds

    def set(self, moment: datetime) -> None:
        """Jump the wall clock, backwards too, as an operator or NTP does; `monotonic` does not follow."""
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be told: give it one")
        self._now = moment.astimezone(UTC)
