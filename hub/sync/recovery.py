"""Restores of either side: pull everything before pushing anything."""

from __future__ import annotations

from sqlalchemy import func, select

from contracts.connector import Page
from contracts.errors import Refused
from hub.store import tables
from hub.store.rows import ConnectionRow
from hub.sync.desk import Desk, in_parts
from hub.words import ConflictKind, Recovery


def app_restored(desk: Desk, evidence: str, *, held: bool = True) -> None:
    """The app shows an older state: pushes stop, everything is read again; ``held`` until a person has seen the plan."""
    begin(desk.row, Recovery.APP, held=held)
    if held:
        desk.record(ConflictKind.RESTORED, None, "app_restored", waits=True, note=evidence)


def begin(row: ConnectionRow, recovery: Recovery, *, held: bool = False) -> None:
    """Put a connection into recovery; a full listing comes first, the checkpoint starts over."""
    row.recovery, row.recovery_held = recovery, held
    row.cursor, row.epoch = None, None
    row.pull_due_at, row.listing_due_at = None, None


def went_back(desk: Desk, page: Page) -> set[str]:
    """Return the linked records of a page whose rising version is lower than the one already seen."""
    link = tables.links.c
    refs = {record.ref: record.version for record in page.records if record.version is not None}
    if not refs:
        return set()
    known = select(link.ref, link.version).where(link.connection_id == desk.row.id, link.version.is_not(None))
    found = in_parts(desk, known, link.ref, refs)
    return {row.ref for row in found if _older(refs[row.ref], row.version)}


def _older(now: str, before: str) -> bool:
    if now.isdigit() and before.isdigit():
        return int(now) < int(before)
    return now < before


def complete(desk: Desk) -> bool:
    """End the recovery once the full listing is in and no direct reading is outstanding; tell whether it is over."""
    row = desk.row
    if row.recovery is Recovery.NONE:
        return True
    reads = tables.reads.c
    waiting = desk.unit.sql.execute(select(func.count()).where(reads.connection_id == row.id)).scalar() or 0
    read = row.listing_due_at if desk.peer.sheet.can_list else row.pull_due_at
    if read is None or waiting or row.recovery_held:
        return False
    row.recovery = Recovery.NONE
    return True


def hub_forgot(desk: Desk) -> bool:
    """Tell whether any connection has still to be read after the hub was restored: until then nobody is written to.

    One that a person has paused is not waited for; what it knows is merged when it comes back.
    """
    if desk.forgot is None:
        table = tables.connections.c
        by_person = table.pull_paused.is_not(None) & table.pull_error.is_(None)
        waiting = select(table.id).where(table.recovery == Recovery.HUB.value, ~by_person).limit(1)
        desk.unit.flush()
        desk.forgot = desk.unit.sql.execute(waiting).first() is not None
    return desk.forgot


def approve(row: ConnectionRow) -> None:
    """A person has seen the plan of a recovery: it goes on."""
    if row.recovery is Recovery.NONE:
        raise Refused(f"{row.name} is not recovering.", "`simpul recover NAME` starts it after its app was restored.")
    row.recovery_held = False
