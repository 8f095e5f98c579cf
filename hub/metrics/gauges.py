"""What the database knows of the network, as gauges: a few questions that walk over indexes, however many complaints there are.

They are asked again after some seconds at the earliest, so that a second Prometheus, or a nervous one, costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from threading import Lock
from typing import Any

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from hub.build import Hub
from hub.operations.health import Condition, Health, health
from hub.store import tables
from hub.words import Direction, HintState, Phase

_FRESH = 5.0
_HERE = ("connection",)

# name: what it says, and its labels.
FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "simpul_database_up": ("Whether the database answers; without it there are no other gauges.", ()),
    "simpul_build_info": ("The release of this process and the revision of the tables.", ("release", "schema")),
    "simpul_complaints": ("Complaints by status.", ("status",)),
    "simpul_connections": ("Connections by condition, as on the first page.", ("condition",)),
    "simpul_connection_condition": ("1 for the condition a connection is in.", ("connection", "condition")),
    "simpul_lag_seconds": ("Seconds since the last complete pull; absent before the first.", _HERE),
    "simpul_due": ("Deliveries that are due or back off.", _HERE),
    "simpul_oldest_due_seconds": ("For how many seconds the oldest delivery is due; 0 if none is, or all back off.", _HERE),
    "simpul_parked": ("Deliveries where something was refused.", _HERE),
    "simpul_conflicts": ("What waits for a decision.", _HERE),
    "simpul_quarantined": ("Records that were not understood.", _HERE),
    "simpul_hints_waiting": ("Webhooks that no session has taken yet.", _HERE),
    "simpul_breaker": ("0: calls go through; 1: the next call is a trial; 2: it rests after failures.", ("connection", "direction")),
    "simpul_paused": ("1 while a person or a failure that needs one has stopped it.", ("connection", "direction")),
    "simpul_changes_backlog": ("Changes that were not announced to subscribers yet.", ()),
}

_log = structlog.get_logger("simpul.metrics")

Sample = tuple[str, tuple[str, ...], float]


class Gauges(Collector):
    """The gauges of one hub."""

    def __init__(self, hub: Hub, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._hub = hub
        self._monotonic = monotonic
        self._lock = Lock()
        self._asked_at = float("-inf")
        self._found: list[Sample] = []

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Name the gauges without asking the database."""
        return [GaugeMetricFamily(name, said, labels=labels) for name, (said, labels) in FAMILIES.items()]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give what was found lately, or ask."""
        families = {family.name: family for family in self.describe()}
        for name, labels, value in self._lately():
            families[name].add_metric(labels, value)
        yield from (family for family in families.values() if family.samples)

    def _lately(self) -> list[Sample]:
        # One asks, the others wait for what it finds.
        with self._lock:
            if self._monotonic() - self._asked_at >= _FRESH:
                try:
                    self._found = [("simpul_database_up", (), 1.0), *samples(self._hub)]
                except SQLAlchemyError as error:
                    _log.warning("the database cannot be measured", error=type(error).__name__)
                    self._found = [("simpul_database_up", (), 0.0)]
                self._asked_at = self._monotonic()
            return self._found


def samples(hub: Hub) -> Iterator[Sample]:
    """Ask the database for everything."""
    now, stands = hub.store.now(), [one for one in health(hub) if one.condition is not Condition.REMOVED]
    with hub.store.reading() as sql:
        schema = str(sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())
        yield "simpul_build_info", (version("simpul"), schema), 1.0
        for row in sql.execute(_BY_STATUS):
            yield "simpul_complaints", (row.status,), float(row.n)
        if hub.settings.broker is not None:
            yield from _backlog(sql)
        backlogs = {row.id: row for row in sql.execute(_BACKLOGS)}
        breakers = sql.execute(_BREAKERS).all()
    for condition in Condition:
        if condition is not Condition.REMOVED:
            yield "simpul_connections", (condition.value,), float(sum(one.condition is condition for one in stands))
    for one in stands:
        yield from _of_one(one, now, backlogs[one.id])
    for breaker in breakers:
        yield from _breakers(breaker, now)


def _of_one(one: Health, now: datetime, backlog: Any) -> Iterator[Sample]:
    name = (one.name,)
    yield "simpul_connection_condition", (one.name, one.condition.value), 1.0
    if one.pulled_at is not None:
        yield "simpul_lag_seconds", name, _since(one.pulled_at, now)
    yield "simpul_due", name, float(one.waiting)
    yield "simpul_oldest_due_seconds", name, _since(backlog.oldest, now) if backlog.oldest else 0.0
    yield "simpul_parked", name, float(one.parked)
    yield "simpul_conflicts", name, float(one.conflicts)
    yield "simpul_quarantined", name, float(one.quarantined)
    yield "simpul_hints_waiting", name, float(backlog.hints)


def _breakers(row: Any, now: datetime) -> Iterator[Sample]:
    each = (
        (Direction.PULL, row.pull_failures, row.pull_retry_at, row.pull_paused),
        (Direction.PUSH, row.push_failures, row.push_retry_at, row.push_paused),
    )
    for direction, failures, retry_at, paused in each:
        resting = 0.0 if not failures or retry_at is None else 2.0 if retry_at > now else 1.0
        yield "simpul_breaker", (row.name, direction.value), resting
        yield "simpul_paused", (row.name, direction.value), float(paused is not None)


def _since(moment: datetime, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0.0)


def _backlog(sql: Connection) -> Iterator[Sample]:
    announced = sql.execute(select(_leader.position).where(_leader.name == "events")).scalar()
    if announced is not None:
        newest = sql.execute(select(func.max(tables.ledger.c.seq))).scalar() or 0
        yield "simpul_changes_backlog", (), float(max(newest - announced, 0))


_connection, _link, _hint, _leader = tables.connections.c, tables.links.c, tables.inbox.c, tables.leaders.c
_BY_STATUS = select(tables.standing.c.status, func.sum(tables.standing.c.n).label("n")).group_by(tables.standing.c.status)
# Of each connection by itself, from the index; of all at once, every row there is would be read.
_BACKLOGS = select(
    _connection.id,
    select(func.min(_link.due_at))
    .where(_link.connection_id == _connection.id, _link.due_at.is_not(None))
    .scalar_subquery()
    .label("oldest"),
    select(func.count())
    .where(_hint.connection_id == _connection.id, _hint.state == HintState.WAITING.value)
    .scalar_subquery()
    .label("hints"),
)
_BREAKERS = select(
    _connection.name,
    _connection.pull_failures,
    _connection.pull_retry_at,
    _connection.pull_paused,
    _connection.push_failures,
    _connection.push_retry_at,
    _connection.push_paused,
).where(_connection.phase != Phase.REMOVED.value)
