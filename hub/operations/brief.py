"""How the whole network is, in a few figures: for ten lines on a terminal, and for the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, func, select

from contracts.vocabulary import Status, Word
from hub.build import Hub
from hub.operations.health import Condition, Health, health
from hub.operations.overview import whole
from hub.store import tables
from hub.words import ConflictState, Phase

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Group(Word):
    """Who a complaint waits for."""

    COORDINATOR = "coordinator", "menunggu koordinator", "with the coordinator"
    AGENCY = "agency", "pada instansi", "with an agency"
    ANSWERED = "answered", "ditindaklanjuti", "answered"
    ENDED = "ended", "selesai atau diarsipkan", "closed or archived"


GROUPS: Mapping[Group, tuple[Status, ...]] = {
    Group.COORDINATOR: (Status.RECEIVED, Status.POSTPONED, Status.VERIFIED, Status.RETURNED),
    Group.AGENCY: (Status.ASSIGNED, Status.IN_PROGRESS, Status.REPORTER_REPLIED),
    Group.ANSWERED: (Status.ANSWERED,),
    Group.ENDED: (Status.CLOSED, Status.ARCHIVED),
}


@dataclass(frozen=True, slots=True)
class Ailing:
    """A connection that brings nothing. ``reason``: what a person or the failure said, or when it was last read.

    ``waits``: nothing goes on before a person acts; else it is tried again by itself.
    """

    name: str
    trouble: Condition
    reason: str | None
    waits: bool


@dataclass(frozen=True, slots=True)
class Brief:
    """The network at one moment. ``today`` and ``week`` count by day of filing (WIB); ``verified_at`` is the oldest of all connections."""

    release: str
    database: str
    schema: str
    at: datetime
    complaints: dict[str, int]
    today: int
    week: int
    connections: int
    live: int
    ailing: list[Ailing]
    waiting: int
    oldest_due: datetime | None
    parked: int
    conflicts: int
    quarantined: int
    verified_at: datetime | None
    never_verified: list[str]

    @property
    def waits(self) -> bool:
        """Whether something waits for a person."""
        return bool(self.parked or self.conflicts or self.quarantined or any(one.waits for one in self.ailing))

    @property
    def well(self) -> bool:
        """Whether nothing is wrong and nothing waits for a person."""
        return not self.waits and not self.ailing


def brief(hub: Hub) -> Brief:
    """Return how the network is now."""
    stands = [one for one in health(hub) if one.condition is not Condition.REMOVED]
    with hub.store.reading() as sql:
        return Brief(
            release=_release(),
            database=hub.store.engine.dialect.name,
            schema=str(sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()),
            at=hub.store.now(),
            **_complaints(sql, hub.store.now()),
            ailing=[_ailing(one) for one in stands if one.needs_somebody],
            waiting=sum(one.waiting for one in stands),
            oldest_due=_oldest_due(sql),
            parked=sum(one.parked for one in stands),
            conflicts=_count(sql, tables.conflicts.c.state == ConflictState.OPEN.value),
            quarantined=_count(sql, tables.quarantine.c.resolved_at.is_(None)),
            **_connections(sql),
        )


def _ailing(one: Health) -> Ailing:
    last_read = one.pulled_at.isoformat(timespec="seconds") if one.pulled_at else None
    return Ailing(one.name, one.condition, one.said or last_read, bool(one.paused) or one.condition is Condition.SILENT)


@cache
def _release() -> str:
    return version("simpul")


def _complaints(sql: Connection, now: datetime) -> dict[str, Any]:
    figures = whole(sql, now)
    groups = {group.value: sum(figures.by_status[word] for word in words) for group, words in GROUPS.items()}
    return {"complaints": groups, "today": figures.today, "week": figures.week}


def _connections(sql: Connection) -> dict[str, Any]:
    table = tables.connections.c
    query = select(table.name, table.phase, table.verified_at).where(table.phase != Phase.REMOVED.value).order_by(table.name)
    rows = sql.execute(query).all()
    return {
        "connections": len(rows),
        "live": sum(row.phase == Phase.LIVE.value for row in rows),
        "verified_at": min((row.verified_at for row in rows if row.verified_at), default=None),
        "never_verified": [row.name for row in rows if row.verified_at is None],
    }


def _oldest_due(sql: Connection) -> datetime | None:
    # The oldest of each connection, from the index; all at once would read every link there is.
    link = tables.links.c
    oldest = select(func.min(link.due_at)).where(link.connection_id == tables.connections.c.id, link.due_at >= _EPOCH).scalar_subquery()
    return min((row[0] for row in sql.execute(select(oldest).select_from(tables.connections)) if row[0]), default=None)


def _count(sql: Connection, condition: Any) -> int:
    return int(sql.execute(select(func.count()).where(condition)).scalar_one())
