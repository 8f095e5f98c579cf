"""The settings of one city, made ready once: maps, zone, words. Pure."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from connectors.mapping import StatusMap, WordMap, status_map
from connectors.open311 import times
from contracts.content import Field
from contracts.errors import Stop
from contracts.vocabulary import Status

PLAIN = {"open": Status.RECEIVED, "closed": Status.ANSWERED}
# mySociety's words; of several with one meaning the first is the one that is written.
EXTENDED = {
    "open": Status.RECEIVED,
    "reopen": Status.RECEIVED,
    "internal_referral": Status.ASSIGNED,
    "in_progress": Status.IN_PROGRESS,
    "investigating": Status.IN_PROGRESS,
    "action_scheduled": Status.IN_PROGRESS,
    "planned": Status.IN_PROGRESS,
    "fixed": Status.ANSWERED,
    "closed": Status.ANSWERED,
    "unable_to_fix": Status.ANSWERED,
    "not_councils_responsibility": Status.RETURNED,
    "no_further_action": Status.ARCHIVED,
    "duplicate": Status.ARCHIVED,
}
DESCRIPTION, NONE = "description", "none"
ROOM = 220
"""Characters kept free in a description for the hub's mark and the line it stands on."""
_MARK = re.compile(r"\s*\[simpul ([^\[\]\s][^\[\]\n]{0,199})\]\s*\Z")


@dataclass(frozen=True, slots=True)
class Updates:
    """What the server's servicerequestupdates take."""

    path: str
    write: bool
    alone: bool
    by_request: bool
    limit: int | None
    length: int
    constants: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Create:
    """How a new request is filed."""

    service_code: str | None
    length: int
    constants: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the other modules need to know of one city."""

    endpoint: str
    format: str
    jurisdiction: str | None
    zone: ZoneInfo | None
    omit_zone: bool
    moment: times.Moment
    feed: str
    paging: bool
    page_size: int
    since: datetime
    window: int
    overlap: int
    by_query: bool
    status: StatusMap
    status_of: Callable[[str], Status | None]
    services: Mapping[str, str]
    categories: WordMap[str]
    notes: str
    extra: Mapping[Field, str]
    token: str
    updates: Updates | None
    create: Create | None

    @property
    def host(self) -> str:
        """The host that may be asked."""
        return urlsplit(self.endpoint).hostname or ""

    def say(self, moment: datetime) -> str:
        """Write a time as this server takes it."""
        return times.written(moment, self.zone, omit=self.omit_zone)


def plan(settings: Mapping[str, Any]) -> Plan:
    """Make the plan from loaded settings."""
    local = times.zone(settings["time_zone"])
    updates, create = settings["updates"], settings["create"]
    services = {code: category.strip() for code, category in settings["services"].items()}
    status = status_map(settings["status"]) if settings["status"] else StatusMap(EXTENDED if updates else PLAIN)
    return Plan(
        endpoint=settings["endpoint"].rstrip("/") + "/",
        format=settings["format"],
        jurisdiction=settings["jurisdiction"],
        zone=local,
        omit_zone=settings["omit_time_zone"],
        moment=times.reader(local),
        feed=settings["feed"],
        paging=settings["paging"],
        page_size=settings["page_size"],
        since=_midnight(settings["since"], local),
        window=settings["window"],
        overlap=settings["overlap"],
        by_query=settings["single"] == "query",
        status=status,
        status_of=lru_cache(maxsize=256)(status.get),
        services=services,
        categories=WordMap({code: category for code, category in services.items()}),
        notes=settings["status_notes"],
        extra={Field(name): element for name, element in settings["extra"].items()},
        token=settings["token"],
        updates=Updates(**updates) if updates else None,
        create=Create(**create) if create else None,
    )


def _midnight(day: date | None, local: ZoneInfo | None) -> datetime:
    # Cities had no such servers before this century.
    begin = day or date(2000, 1, 1)
    return datetime(begin.year, begin.month, begin.day, tzinfo=local or UTC).astimezone(UTC)


def key_of(settings: Mapping[str, Any]) -> str | None:
    """Return the key for writing. Raises Stop if the variable that should hold it is empty."""
    name = settings.get("api_key_env")
    if not name:
        return settings.get("api_key")
    if not os.environ.get(name):
        raise Stop(f"The environment variable {name} is empty.", "Set it where the hub or agent runs.")
    return os.environ[name]


def marked(text: str, token: str) -> str:
    """Put the hub's mark on the last line of a description."""
    return f"{text}\n\n[simpul {token}]"


def unmarked(text: str) -> tuple[str, str | None]:
    """Part a description from the hub's mark, if it ends in one."""
    # Most descriptions end otherwise; the pattern is only tried where it can match.
    if "[simpul " not in text:
        return text, None
    found = _MARK.search(text)
    return (text[: found.start()], found[1]) if found else (text, None)
