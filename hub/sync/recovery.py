"""Restores of either side: pull everything before pushing anything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, or_, select

from contracts.connector import Page
from contracts.content import iso
from contracts.errors import Refused
from hub.store import tables
from hub.store.direct import Question, answers
from hub.store.rows import ConnectionRow
from hub.sync.desk import Desk, in_parts
from hub.words import ConflictKind, Phase, Recovery

# The moment when the hub's own database was last put back, among what is known of the whole network.
RESTORED = "restored_at"


def waited_for(connection: Any) -> ColumnElement[bool]:
    """The condition, on the columns of connections, that a restored hub has still to read one before it writes to anybody.

    One that a person has paused or taken away is not waited for. A failure that pauses does so with its very words.
    """
    goes_on = or_(connection.pull_paused.is_(None), connection.pull_paused == connection.pull_error)
    return and_(connection.recovery == Recovery.HUB.value, connection.phase != Phase.REMOVED.value, goes_on)


_connection = tables.connections.c
_here: BindParameter[int] = bindparam("here")
_FORGOT = select(_connection.id).where(waited_for(_connection), _connection.id != _here).limit(1)


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
    row = desk.row
    if row.recovery is Recovery.HUB and row.pull_paused in (None, row.pull_error):
        return True
    if desk.others_forget is None:
        desk.others_forget = any(True for _ in answers(desk.unit.sql, *others_forget(row.id)))
    return desk.others_forget


def others_forget(connection_id: int) -> Question:
    """Ask whether another connection has still to be read after the hub was restored."""
    return _FORGOT, {"here": connection_id}


def remember(now: datetime) -> tuple[str, str]:
    """Return the SQL that writes down that the hub's own database was put back just now: it may have known what is older."""
    return f"DELETE FROM meta WHERE key = '{RESTORED}'", f"INSERT INTO meta (key, value) VALUES ('{RESTORED}', '\"{iso(now)}\"')"


def approve(row: ConnectionRow) -> None:
    """A person has seen the plan of a recovery: it goes on."""
    if row.recovery is Recovery.NONE:
        raise Refused(f"{row.name} is not recovering.", "`simpul recover NAME` starts it after its app was restored.")
    row.recovery_held = False
