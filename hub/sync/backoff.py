"""When to try again, and when to stop trying for a while: the table holds the time, not a broker. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

FIRST, CAP = 60.0, 6 * 3600.0
_OPENS_AFTER = 3


def wait(attempts: int, key: str, retry_after: float | None = None) -> float:
    """Return the seconds until the next attempt: 1 min × 2, capped at 6 h, spread by ``key``; Retry-After wins."""
    if retry_after is not None:
        return min(max(retry_after, 1.0), CAP)
    base: float = min(FIRST * 2.0 ** min(attempts, 12), CAP)
    spread = int(hashlib.sha256(f"{key}{attempts}".encode()).hexdigest()[:4], 16) / 0xFFFF
    return base * (0.8 + 0.4 * spread)


def breaker(failures: int, key: str, retry_after: float | None = None) -> float | None:
    """Return for how many seconds a direction rests after so many failures in a row, or None while it goes on."""
    if retry_after is None and failures < _OPENS_AFTER:
        return None
    return wait(max(failures - _OPENS_AFTER, 0), key, retry_after)


def later(now: datetime, attempts: int, key: str, error: Exception) -> datetime:
    """Return the moment of the next attempt after this error."""
    return now + timedelta(seconds=wait(attempts, key, getattr(error, "retry_after", None)))
