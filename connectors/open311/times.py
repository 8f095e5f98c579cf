"""Times as cities write them: with an offset, with Z, or naive in the city's own zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}

Moment = Callable[[str], datetime]


def zone(name: str | None) -> ZoneInfo | None:
    """Return the zone of a setting; raises KeyError, ValueError or OSError for an unknown one."""
    return ZoneInfo(ZONES.get(name.strip().upper(), name.strip())) if name else None


def reader(local: ZoneInfo | None) -> Moment:
    """Return what reads a city's times as aware UTC. It raises ValueError for what is no time or lacks a zone nobody told."""

    @lru_cache(maxsize=1024)
    def moment(text: str) -> datetime:
        read = datetime.fromisoformat(text.strip())
        if read.tzinfo is None:
            if local is None:
                raise ValueError("it has no zone, and the settings name none")
            read = read.replace(tzinfo=local)
        return read if read.tzinfo is UTC else read.astimezone(UTC)

    return moment


def written(moment: datetime, local: ZoneInfo | None, *, omit: bool) -> str:
    """Write a time as the standard wants it, in UTC; or without a zone, in the city's own."""
    if omit:
        return moment.astimezone(local).replace(tzinfo=None).isoformat(timespec="seconds")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
