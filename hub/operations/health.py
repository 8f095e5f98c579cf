"""Which connection runs, rests, fails or is silent, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from contracts.vocabulary import Word
from hub.build import Hub
from hub.operations.standing import parked_links
from hub.store import tables
from hub.sync.policy import interval_of
from hub.words import ConflictState, Phase, Recovery

# A connection that was not read for so many of its intervals is silent.
_PATIENCE = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Condition(Word):
    """What a connection is doing, the worst first; REMOVED is only what old figures refer to."""

    FAILING = "failing", "Gagal", "Failing"
    SILENT = "silent", "Diam", "Silent"
    PAUSED = "paused", "Dijeda", "Paused"
    RECOVERING = "recovering", "Pemulihan", "Recovering"
    INITIALISING = "initialising", "Persiapan", "Preparing"
    RUNNING = "running", "Berjalan", "Running"
    REMOVED = "removed", "Dilepas", "Removed"


@dataclass(frozen=True, slots=True)
class Health:
    """One connection's condition. ``said``: the words of the person who paused it, or of the failure; ``since``: where that is known.

    ``paused``: the directions that rest (pull, push); ``recovery``: app or hub; ``retry_at``: when it is tried again, None if a
    person has to act; ``interval``: seconds between two readings. The last four are counts of what waits.
    """

    id: int
    name: str
    kind: str
    agency: str | None
    agency_name: str | None
    condition: Condition
    said: str | None
    since: datetime | None
    paused: tuple[str, ...]
    recovery: str
    retry_at: datetime | None
    interval: timedelta
    pulled_at: datetime | None
    waiting: int
    parked: int
    conflicts: int
    quarantined: int

    @property
    def needs_somebody(self) -> bool:
        """Whether a person should look at it."""
        return self.condition in (Condition.FAILING, Condition.SILENT, Condition.PAUSED)


def health(hub: Hub) -> list[Health]:
    """Return every connection, those that need somebody first; removed ones last, for the figures that refer to them."""
    now = hub.store.now()
    with hub.store.reading() as sql:
        counts: dict[str, dict[int, int]] = {
            name: {row[0]: row[1] for row in sql.execute(query).all()} for name, query in _waiting().items()
        }
        found = [_health(row, now, {name: of.get(row.id, 0) for name, of in counts.items()}) for row in sql.execute(_connections()).all()]
    order = list(Condition)
    return sorted(found, key=lambda each: (order.index(each.condition), each.name))


def _connections() -> Select[Any]:
    table, agency = tables.connections, tables.agencies
    left_out = {"settings", "secrets", "sheet"}
    columns = [column for column in table.c if column.name not in left_out]
    return select(*columns, agency.c.name.label("agency_name")).outerjoin(agency, agency.c.code == table.c.agency)


def _waiting() -> dict[str, Select[Any]]:
    link, conflict, quarantine = tables.links.c, tables.conflicts.c, tables.quarantine.c
    conditions: dict[str, tuple[Any, ColumnElement[bool]]] = {
        "parked": (link.connection_id, parked_links()),
        "conflicts": (conflict.connection_id, conflict.state == ConflictState.OPEN.value),
        "quarantined": (quarantine.connection_id, quarantine.resolved_at.is_(None)),
    }
    counted = {name: select(of, func.count()).where(condition).group_by(of) for name, (of, condition) in conditions.items()}
    # One short walk over the index of what is due per connection: with IS NOT NULL, SQLite would read every link there is.
    due = select(func.count()).where(link.connection_id == tables.connections.c.id, link.due_at >= _EPOCH).scalar_subquery()
    return {"waiting": select(tables.connections.c.id, due), **counted}


def _health(row: Any, now: datetime, counts: Mapping[str, int]) -> Health:
    interval = timedelta(seconds=interval_of(row.policy))
    condition, said = _condition(row, now, interval)
    retries = [moment for moment in (row.pull_retry_at, row.push_retry_at) if moment]
    return Health(
        id=row.id,
        name=row.name,
        kind=row.kind,
        agency=row.agency,
        agency_name=row.agency_name,
        condition=condition,
        said=said,
        since=row.pulled_at if condition is Condition.SILENT or (condition is Condition.FAILING and said == row.pull_error) else None,
        paused=tuple(name for name, why in (("pull", row.pull_paused), ("push", row.push_paused)) if why),
        recovery=row.recovery,
        retry_at=max(retries) if retries and condition is Condition.FAILING and not _stopped(row) else None,
        interval=interval,
        pulled_at=row.pulled_at,
        **counts,
    )


def _condition(row: Any, now: datetime, interval: timedelta) -> tuple[Condition, str | None]:
    if row.phase == Phase.REMOVED.value:
        return Condition.REMOVED, None
    if error := _stopped(row):
        return Condition.FAILING, error
    if by := row.pull_paused or row.push_paused:
        return Condition.PAUSED, by
    if row.recovery != Recovery.NONE.value:
        return Condition.RECOVERING, None
    if error := row.pull_error or row.push_error:
        return Condition.FAILING, error
    if row.phase == Phase.INITIALISING.value:
        return Condition.INITIALISING, None
    late = row.pulled_at is None or now - row.pulled_at > _PATIENCE * interval
    return (Condition.SILENT if late else Condition.RUNNING), None


def _stopped(row: Any) -> str | None:
    """Return the failure that stopped a direction: the engine pauses with the very words of it; a person with a name and a reason."""
    for paused, error in ((row.pull_paused, row.pull_error), (row.push_paused, row.push_error)):
        if paused is not None and paused == error:
            return str(error)
    return None
