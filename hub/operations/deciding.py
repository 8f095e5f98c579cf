"""A person decides what waited: which value stands, whether a deletion is believed, whether a filing happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from contracts.errors import NotFound, Refused
from contracts.events import Kind
from hub.build import Hub
from hub.operations import deciding_links, deciding_values
from hub.operations.rehearsal import apart
from hub.store import tables
from hub.sync.complaints import spread
from hub.sync.desk import Desk
from hub.words import ConflictKind, ConflictState


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose: ``keep`` is hub or local; ``value`` replaces the chosen value where the kind has room for one."""

    keep: str
    actor: str
    value: Any = None


_Decide = Callable[[Desk, Any, str, Any, str], None]
_DECIDE: dict[ConflictKind, _Decide] = {
    ConflictKind.CONFLICT: deciding_values.conflict,
    ConflictKind.PROPOSAL: deciding_values.proposal,
    ConflictKind.FLAPPING: deciding_values.flapping,
    ConflictKind.DELETIONS: deciding_links.deletions,
    ConflictKind.DELETED: deciding_links.deleted,
    ConflictKind.DUPLICATE: deciding_links.duplicate,
    ConflictKind.AMBIGUOUS: deciding_links.ambiguous,
    ConflictKind.RESTORED: deciding_links.restored,
}


def resolve(hub: Hub, conflict_id: int, choice: Choice) -> None:
    """Carry out a person's decision and put it on record; raises NotFound, or Refused with what is possible."""
    own = apart(hub)
    with own.engine.working(_connection(own, conflict_id)) as desk:
        table = tables.conflicts
        row = desk.unit.sql.execute(select(table).where(table.c.id == conflict_id).with_for_update()).one()
        if row.state != ConflictState.OPEN.value:
            raise Refused(f"Conflict {conflict_id} was decided already.", "`simpul conflicts list` shows what waits.")
        decided = {"state": ConflictState.DECIDED.value, "kept": choice.keep, "decided_at": desk.now, "decided_by": choice.actor}
        desk.unit.sql.execute(update(table).where(table.c.id == conflict_id).values(**decided))
        _DECIDE[ConflictKind(row.kind)](desk, row, choice.keep, choice.value, choice.actor)
        if row.complaint_id is not None:
            complaint = desk.unit.complaint(row.complaint_id)
            new = {"conflict": conflict_id, "kept": choice.keep}
            what = {"connection_id": row.connection_id, "actor": choice.actor, "field": row.field, "new": new}
            desk.unit.log(complaint, Kind.RESOLVED, row.kind, **what)
            spread(desk, complaint)


def _connection(hub: Hub, conflict_id: int) -> str | None:
    table, connection = tables.conflicts.c, tables.connections.c
    with hub.store.reading() as sql:
        query = select(table.id, connection.name).outerjoin(tables.connections, connection.id == table.connection_id)
        found = sql.execute(query.where(table.id == conflict_id)).first()
    if found is None:
        raise NotFound(f"There is no conflict {conflict_id}.", "`simpul conflicts list` shows what waits.")
    return None if found.name is None else str(found.name)
