"""Reading what waits for a person's decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

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


def conflicts(hub: Hub, *, everything: bool = False) -> list[Waiting]:
    """Return what waits, oldest first; ``everything``: also what policy or a person has decided."""
    table, complaint = tables.conflicts, tables.complaints.c
    query = select(table, complaint.tracking_id).outerjoin(tables.complaints, complaint.id == table.c.complaint_id)
    if not everything:
        query = query.where(table.c.state == ConflictState.OPEN.value)
    with hub.store.unit() as unit:
        known = names(unit)
        return [_waiting(row, known.get(row.connection_id)) for row in unit.sql.execute(query.order_by(table.c.id))]


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
