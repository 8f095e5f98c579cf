"""Reading what waits for a person's decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from contracts.content import IDENTITY_FIELDS
from hub.build import Hub
from hub.operations.finding import names
from hub.store import tables
from hub.words import ConflictState

SEALED = "•••"
# What the two answers mean, by kind: keep hub, keep local. For screens: Indonesian, English.
CHOICES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "conflict": (("pertahankan nilai hub", "keep the hub's value"), ("pakai nilai aplikasi", "take the app's value")),
    "proposal": (("tolak usulan", "turn the proposal down"), ("terima usulan", "accept the proposal")),
    "deletions": (("jangan percaya", "do not believe it"), ("percaya, periksa satu per satu", "believe it, check each")),
    "deleted": (("kirim lagi", "file it again"), ("biarkan terhapus", "leave it deleted")),
    "duplicate": (("pertahankan yang pertama", "keep the first"), ("pertahankan yang kedua", "keep the second")),
    "ambiguous": (("belum ada, kirim lagi", "not there, file it again"), ("sudah ada sebagai --value REF", "it is there as --value REF")),
    "flapping": (("tulis lagi", "write it again"), ("pakai nilai aplikasi", "take the app's value")),
    "restored": (("setujui pemulihan", "approve the recovery"), ("(lihat simpul recover)", "(see simpul recover)")),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One conflict; identity values are masked."""

    id: int
    kind: str
    state: str
    complaint: str | None
    tracking_id: str | None
    connection: str | None
    field: str | None
    hub_value: Any
    local_value: Any
    kept: str | None
    rule: str
    note: str | None
    created_at: datetime
    decided_by: str | None


_table, _complaint = tables.conflicts, tables.complaints.c
_ALL = select(_table, _complaint.tracking_id).outerjoin(tables.complaints, _complaint.id == _table.c.complaint_id).order_by(_table.c.id)


def conflicts(hub: Hub, *, everything: bool = False, after: int | None = None, most: int | None = None) -> list[Waiting]:
    """Return what waits, oldest first; ``everything``: also what policy or a person has decided.

    ``most`` of those whose numbers come ``after`` one.
    """
    query = _ALL.limit(most)
    query = query if everything else query.where(_table.c.state == ConflictState.OPEN.value)
    return _found(hub, query if after is None else query.where(_table.c.id > after))


def conflict(hub: Hub, number: int) -> Waiting | None:
    """Return one, decided or not, by its number."""
    if not 0 < number < 2**63:
        return None
    found = _found(hub, _ALL.where(_table.c.id == number))
    return found[0] if found else None


def _found(hub: Hub, query: Select[Any]) -> list[Waiting]:
    with hub.store.reading() as sql:
        known = names(sql)
        return [_waiting(row, known.get(row.connection_id)) for row in sql.execute(query)]


def _waiting(row: Any, connection: str | None) -> Waiting:
    sealed = row.field in {name.value for name in IDENTITY_FIELDS}
    return Waiting(
        id=row.id,
        kind=row.kind,
        state=row.state,
        complaint=row.complaint_id,
        tracking_id=row.tracking_id,
        connection=connection,
        field=row.field,
        hub_value=SEALED if sealed and row.hub_value is not None else row.hub_value,
        local_value=SEALED if sealed and row.local_value is not None else row.local_value,
        kept=row.kept,
        rule=row.rule,
        note=row.note,
        created_at=row.created_at,
        decided_by=row.decided_by,
    )
