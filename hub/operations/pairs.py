"""Saying by hand which record is which complaint."""

from __future__ import annotations

from sqlalchemy import delete

from contracts.connector import Record
from contracts.errors import Gone, NotFound, Refused
from contracts.events import Kind
from hub.build import Hub
from hub.operations.checking import opened
from hub.operations.finding import complaint_id
from hub.operations.rehearsal import apart
from hub.store import tables
from hub.sync.desk import Desk
from hub.sync.intake import adopt
from hub.sync.marks import told
from hub.sync.paired import forget
from hub.words import ConflictKind, LinkState, SentState

TOLD = "told_by_person"


def link(hub: Hub, name: str, ref: str, given: str) -> bool:
    """Let a complaint hold this record of an app; tell whether anything is pushed there (False: it is no receiver).

    What differs is on record, not overwritten. Raises NotFound, or Refused where either has another partner already; a
    record that came in as another complaint is put before a person as a duplicate.
    """
    with opened(hub, name) as connector:
        try:
            record = connector.fetch(ref)
        except Gone:
            raise NotFound(f"{name} has no record '{ref}'.", "Take the id from the app itself.") from None
    own = apart(hub)
    with own.engine.working(name) as desk:
        complaint = complaint_id(desk.unit.sql, given)
        problem = _link(desk, record, complaint)
    if problem is not None:
        raise problem
    with own.store.unit() as unit:
        return unit.links_of(complaint)[unit.connection(name).id].receiver


def _link(desk: Desk, record: Record, complaint_id: str) -> Refused | None:
    other = desk.link_by_ref(record.ref)
    if other is not None and other.complaint_id == complaint_id:
        return Refused("They are linked already.", "Nothing to do.")
    if other is not None:
        flag(desk, complaint_id, other.complaint_id)
        return Refused("The record came in as another complaint.", "A person decides: `simpul conflicts list`.")
    complaint = desk.unit.complaint(complaint_id)
    mine = desk.unit.links_of(complaint_id).get(desk.row.id)
    if mine is not None and mine.ref is not None:
        return Refused(f"The complaint has the record '{mine.ref}' there.", "Remove that link first, if it is wrong.")
    adopt(desk, mine, record, told(record, desk.peer.sheet.reads, desk.keys), complaint)
    return None


def flag(desk: Desk, first: str, second: str) -> None:
    """Put two complaints that a person says are one before a person who may archive one of them."""
    desk.record(ConflictKind.DUPLICATE, desk.unit.complaint(first), TOLD, waits=True, hub=first, local=second)


def unlink(hub: Hub, name: str, ref: str, actor: str) -> str | None:
    """Part a record from its complaint, whose id is returned; the record comes in again as what it says it is. Raises NotFound.

    None: no complaint held it, but somebody had said that it is one, which is forgotten now.
    """
    with hub.engine.working(name) as desk:
        found = desk.link_by_ref(ref)
        if found is None and forget(desk, ref):
            return None
        if found is None:
            raise NotFound(f"No complaint holds the record '{ref}' of {name}.", "`simpul complaints show ID` shows what it is linked to.")
        complaint = desk.unit.complaint(found.complaint_id)
        found.fingerprint = None  # else the record would be known as this complaint's again
        desk.hold_ref(found, None)
        found.state, found.due_at, found.version, found.seen = LinkState.GONE, None, None, None
        found.base, found.sent, found.stored, found.parked = None, [], {}, {}
        found.touched, found.updated_at, found.error = desk.tick(), desk.now, f"unlinked by {actor}"
        for mark in desk.unit.response_links_of(found):
            mark.ref, mark.state = None, SentState.REMOVED
        _forget(desk, ref)
        desk.unit.log(complaint, Kind.ENDED, "unlinked", connection_id=desk.row.id, actor=actor, old={"ref": ref})
        return complaint.id


def _forget(desk: Desk, ref: str) -> None:
    # Else the next reading would join them again.
    alias = tables.aliases
    desk.unit.sql.execute(delete(alias).where(alias.c.connection_id == desk.row.id, alias.c.ref == ref))
    forget(desk, ref)
