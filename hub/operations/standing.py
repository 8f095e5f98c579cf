"""How each connection stands, in the words a screen shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from contracts.errors import NotFound
from contracts.vocabulary import Word
from hub.build import Hub
from hub.store import tables
from hub.words import ConflictState, Phase, Recovery


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
    """One connection's state and counts. ``lag``: seconds since the last complete pull; ``detail``: until when, by whom, or why.

    ``calls_from``: until then its app is not asked, because it takes only so many calls or said so; None: now it may be.
    """

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
    calls_from: datetime | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> int:
        """How many things wait for a person."""
        return self.parked + self.quarantined + self.conflicts

    @property
    def sick(self) -> bool:
        """Whether the connection itself needs a person."""
        return self.state in (State.CONFIGURATION_ERROR, State.PAUSED)


def overview(hub: Hub, *, after: str | None = None, most: int | None = None) -> list[Standing]:
    """Return how every connection stands, by name; ``most`` of those whose names come ``after`` one."""
    query = _ROWS.where(_connection.phase != Phase.REMOVED.value).order_by(_connection.name).limit(most)
    return _found(hub, query if after is None else query.where(_connection.name > after))


def standing_of(hub: Hub, name: str) -> Standing:
    """Return how one connection stands; raises NotFound."""
    found = _found(hub, _ROWS.where(_connection.name == name))
    if not found:
        raise NotFound(f"there is no connection {name!r}.", "`simpul connections list` shows the names.")
    return found[0]


def parked_links() -> ColumnElement[bool]:
    """Return the condition of links where something outgoing was refused."""
    return tables.PARKED


_connection, _link = tables.connections.c, tables.links.c
# What is large, and none of it is shown.
_ROWS = select(*(column for column in _connection if column.name not in ("settings", "secrets", "policy", "sheet")))
_Counts = dict[str, dict[int | None, int]]


def _found(hub: Hub, query: Select[Any]) -> list[Standing]:
    with hub.store.reading() as sql:
        rows = sql.execute(query).all()
        counts, now = _counts(sql, [row.id for row in rows]), hub.store.now()
    return [_standing(row, now, counts) for row in rows]


def _counts(sql: Connection, ids: list[int]) -> _Counts:
    quarantine, conflict = tables.quarantine.c, tables.conflicts.c
    here = _link.connection_id == _connection.id
    # Each from an index of its own, connection by connection: together they would read every link there is.
    kinds = {"links": here, "apart": here & tables.APART, "due": here & _link.due_at.is_not(None), "parked": here & parked_links()}
    counted = [select(func.count()).where(each).scalar_subquery().label(name) for name, each in kinds.items()]
    links = sql.execute(select(_connection.id, *counted).where(_connection.id.in_(ids))).all()
    others = {
        "quarantined": (quarantine.connection_id, quarantine.resolved_at.is_(None)),
        "conflicts": (conflict.connection_id, conflict.state == ConflictState.OPEN.value),
    }
    return {
        "linked": {row.id: row.links - row.apart for row in links},
        "due": {row.id: row.due for row in links},
        "parked": {row.id: row.parked for row in links},
        **{
            name: {found[0]: found[1] for found in sql.execute(select(of, func.count()).where(condition).group_by(of))}
            for name, (of, condition) in others.items()
        },
    }


def _standing(row: Any, now: datetime, counts: _Counts) -> Standing:
    state, detail = _state(row, now)
    return Standing(
        name=row.name,
        kind=row.kind,
        agency=row.agency,
        state=state,
        detail=detail,
        live=row.phase == Phase.LIVE,
        lag=(now - row.pulled_at).total_seconds() if row.pulled_at else None,
        pulled_at=row.pulled_at,
        verified_at=row.verified_at,
        live_from=row.live_from,
        calls_from=row.calls_from if row.calls_from and row.calls_from > now else None,
        errors={name: text for name, text in (("pull", row.pull_error), ("push", row.push_error)) if text},
        **{name: found.get(row.id, 0) for name, found in counts.items()},
    )


def _state(row: Any, now: datetime) -> tuple[State, str | None]:
    for paused, error in ((row.pull_paused, row.pull_error), (row.push_paused, row.push_error)):
        # The engine pauses with the very words of the failure; a person with a name and a reason.
        if paused is not None:
            return (State.CONFIGURATION_ERROR if paused == error else State.PAUSED), paused
    if row.recovery != Recovery.NONE:
        return State.RECOVERING, f"simpul recover {row.name}" if row.recovery_held else None
    resting = [moment for moment in (row.pull_retry_at, row.push_retry_at) if moment and moment > now]
    if resting:
        return State.BACKING_OFF, max(resting).isoformat(timespec="seconds")
    return (State.RUNNING if row.phase == Phase.LIVE else State.INITIALISING), None
