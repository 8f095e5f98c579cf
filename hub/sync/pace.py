"""How often one app may be asked: never more than so many calls in any minute, spread evenly. Pure.

A connection remembers one moment, from when on its app may be asked again. Each call moves it on; who has asked for
nothing for a while may ask a few times at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

# Below this a reading that cannot be interrupted would wait between two pages for longer than it may keep its lease.
SLOWEST, FASTEST = 6, 60_000
# What follows a call at once, on the time of the next: a write decided upon a fresh reading, and the reading back of it.
FOLLOWING = 2


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``rate`` calls in any minute."""

    rate: int

    @property
    def at_once(self) -> int:
        """How many calls may be begun together after a rest."""
        return max(1, self.rate // 10)

    @property
    def apart(self) -> timedelta:
        """How far apart calls are in the long run: so that with those at once no minute ever sees more than ``rate``."""
        return timedelta(microseconds=ceil(60_000_000 / (self.rate - self.at_once - FOLLOWING + 1)))

    def left(self, calls_from: datetime | None, now: datetime) -> int:
        """Return how many calls may be begun now."""
        if calls_from is None:
            return self.at_once
        return 0 if calls_from > now else min(self.at_once, 1 + (now - calls_from) // self.apart)

    def follows(self, calls_from: datetime | None, now: datetime, handed: int) -> bool:
        """Tell whether one more call may follow at once, while ``handed`` others have been handed out and not been made."""
        return calls_from is None or calls_from + handed * self.apart <= now + FOLLOWING * self.apart

    def spent(self, calls_from: datetime | None, now: datetime, calls: int) -> datetime:
        """Return the moment from which on the app may be asked again, after calls that were made by ``now``."""
        earliest, latest = now - (self.at_once - 1) * self.apart, now + (FOLLOWING + 1) * self.apart
        before = max(calls_from or earliest, earliest)
        # Where an app has asked for more time than that, it keeps it.
        return max(before, min(before + calls * self.apart, latest))
