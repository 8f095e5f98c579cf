"""How each connection stands, in the words a screen shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from contracts.vocabulary import Word
from hub.build import Hub
from hub.store import tables
from hub.store.rows import ConnectionRow
from hub.store.unit import Unit
from hub.words import ConflictState, LinkState, Phase, Recovery


class State(Word):
    """What a connection is doing, or why it does nothing."""

    INITIALISING = "initialising", "Persiapan", "Initialising"
    RUNNING = "running", "Berjalan", "Running"
    BACKING_OFF = "backing_off", "Menunggu sampai", "Backing off until"
    PAUSED = "paused", "Dijeda oleh", "Paused by"
    CONFIGURATION_ERROR = "configuration_error", "Galat konfigurasi", "Configuration error"
    RECOVERING = "recovering", "Pemulihan", "Recovering"


@dataclass(frozen=True, slots=True)
class Standing:
    """One connection's state and counts. ``lag``: seconds since the last complete pull; ``detail``: until when, by whom, or why."""

    name: str
    kind: str
    agency: str | None
    state: State
    detail: str | None
    live: bool
    lag: float | None
    pulled_at: datetime | None
    verified_at: datetime | None
    live_from: datetime | None
    linked: int
    due: int
    parked: int
    quarantined: int
    conflicts: int
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> int:
        """How many things wait for a person."""
        return self.parked + self.quarantined + self.conflicts

    @property
    def sick(self) -> bool:
        """Whether the connection itself needs a person."""
        return self.state in (State.CONFIGURATION_ERROR, State.PAUSED)


def overview(hub: Hub) -> list[Standing]:
    """Return how every connection stands, by name."""
    with hub.store.unit() as unit:
        rows = [row for row in unit.connections() if row.phase is not Phase.REMOVED]
        counts = _counts(unit)
        return sorted((_standing(unit, row, counts) for row in rows), key=lambda item: item.name)


def standing_of(hub: Hub, name: str) -> Standing:
    """Return how one connection stands; raises NotFound."""
    with hub.store.unit() as unit:
        return _standing(unit, unit.connection(name), _counts(unit))


def parked_links() -> ColumnElement[bool]:
    """Return the condition of links where something outgoing was refused."""
    return tables.PARKED


_Counts = dict[str, dict[int | None, int]]


def _counts(unit: Unit) -> _Counts:
    link, quarantine, conflict = tables.links.c, tables.quarantine.c, tables.conflicts.c
    conditions: dict[str, Any] = {
        "linked": (link.connection_id, link.state == LinkState.LINKED.value),
        "due": (link.connection_id, link.due_at.is_not(None)),
        "parked": (link.connection_id, parked_links()),
        "quarantined": (quarantine.connection_id, quarantine.resolved_at.is_(None)),
        "conflicts": (conflict.connection_id, conflict.state == ConflictState.OPEN.value),
    }
    return {
        name: {found[0]: found[1] for found in unit.sql.execute(select(of, func.count()).where(condition).group_by(of))}
        for name, (of, condition) in conditions.items()
    }


def _standing(unit: Unit, row: ConnectionRow, counts: _Counts) -> Standing:
    state, detail = _state(row, unit.now)
    return Standing(
        name=row.name,
        kind=row.kind,
        agency=row.agency,
        state=state,
        detail=detail,
        live=row.phase is Phase.LIVE,
        lag=(unit.now - row.pulled_at).total_seconds() if row.pulled_at else None,
        pulled_at=row.pulled_at,
        verified_at=row.verified_at,
        live_from=row.live_from,
        errors={name: text for name, text in (("pull", row.pull_error), ("push", row.push_error)) if text},
        **{name: found.get(row.id, 0) for name, found in counts.items()},
    )


def _state(row: ConnectionRow, now: datetime) -> tuple[State, str | None]:
    for paused, error in ((row.pull_paused, row.pull_error), (row.push_paused, row.push_error)):
        # The engine pauses with the very words of the failure; a person with a name and a reason.
        if paused is not None:
            return (State.CONFIGURATION_ERROR if paused == error else State.PAUSED), paused
    if row.recovery is not Recovery.NONE:
        return State.RECOVERING, f"simpul recover {row.name}" if row.recovery_held else None
    resting = [moment for moment in (row.pull_retry_at, row.push_retry_at) if moment and moment > now]
    if resting:
        return State.BACKING_OFF, max(resting).isoformat(timespec="seconds")
    return (State.RUNNING if row.phase is Phase.LIVE else State.INITIALISING), None
