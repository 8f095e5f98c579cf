"""What people do at the hub in the story, and what they look at there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from contracts.content import Field
from contracts.vocabulary import Status
from hub.build import Hub
from hub.operations.connections import approve
from hub.operations.rehearsal import rehearsal
from hub.session.session import Tally
from hub.store import tables
from hub.store.rows import ComplaintRow, LinkRow
from hub.sync.complaints import Source, change, spread
from hub.sync.engine import network_changed
from hub.sync.push import planned
from hub.words import LinkState

COORDINATOR = "koordinator"


def add_agencies(hub: Hub, agencies: Mapping[str, tuple[str, str | None]], top: str) -> None:
    """Enter agencies: code to name and connection; all below ``top``."""
    with hub.store.unit() as unit:
        for code, (name, connection) in agencies.items():
            parent = None if code == top else top
            unit.sql.execute(insert(tables.agencies).values(code=code, name=name, parent=parent, connection=connection))
        network_changed(unit)


def sync(hub: Hub, name: str, *, pushes: bool = True) -> Tally:
    """Run one session of a connection now, whenever its next one would have been due."""
    with hub.engine.working(name) as desk:
        desk.row.pull_due_at = None
    session = hub.session(name, pushes=pushes)
    try:
        return session.run()
    finally:
        session.connector.close()


def plan_of(hub: Hub, name: str, live_from: datetime) -> list[str]:
    """Return, as a rehearsal that leaves nothing behind, every write that going live would bring to an app."""
    with rehearsal(hub) as trial:
        approve(trial, name, live_from=live_from)
        sync(trial, name, pushes=False)
        with trial.engine.working(name) as desk:
            link = tables.links.c
            due = select(link.id).where(link.connection_id == desk.row.id, link.due_at.is_not(None))
            found = [desk.unit.link(row.id) for row in desk.unit.sql.execute(due).all()]
            return [write for each in found for write in _writes(desk, each)]


def _writes(desk: Any, link: LinkRow) -> list[str]:
    if link.state is not LinkState.LINKED:
        return [f"+ {link.complaint_id}"]
    complaint = desk.unit.complaint(link.complaint_id)
    return [f"{link.ref}: {', '.join(edit.fields) or 'response'}" for edit in planned(desk, complaint, link)]


def assign(hub: Hub, complaint_id: str, agency: str, title: str) -> None:
    """Verify a complaint, give it a title, and hand it to an agency, as the coordinator does."""
    source = Source(None, COORDINATOR, "person")
    with hub.engine.working() as desk:
        complaint = desk.unit.complaint(complaint_id)
        complaint.historic = False
        if complaint.content.get(Field.TITLE.value) != title:
            change(desk, complaint, Field.TITLE, title, source)
        change(desk, complaint, Field.STATUS, Status.VERIFIED.value, source)
        change(desk, complaint, Field.STATUS, Status.ASSIGNED.value, source)
        change(desk, complaint, Field.HOLDER, {"agency": agency, "unit": None}, source)
        spread(desk, complaint)


def retry(hub: Hub, name: str, ref: str) -> None:
    """Have one row of an app read again, whatever the app says of its own changes."""
    with hub.engine.working(name) as desk:
        desk.read_again(ref, "retry")


def complaint_at(hub: Hub, name: str, ref: str) -> ComplaintRow | None:
    """Return the complaint that an app has under this number, if the hub knows it."""
    with hub.engine.working(name) as desk:
        link = desk.link_by_ref(ref)
        return desk.unit.complaint(link.complaint_id) if link else None


def ref_at(hub: Hub, complaint_id: str, name: str) -> str | None:
    """Return the number that a complaint has in an app, once it was filed there."""
    with hub.engine.working(name) as desk:
        link = desk.unit.links_of(complaint_id).get(desk.row.id)
        return link.ref if link else None


def linked(hub: Hub, name: str, *, historic: bool = True) -> int:
    """Count the complaints that the hub has linked to an app as history, or as news."""
    link, complaint = tables.links.c, tables.complaints.c
    with hub.store.unit() as unit:
        mine = link.connection_id == unit.connection(name).id
        joined = select(func.count()).join_from(tables.links, tables.complaints, link.complaint_id == complaint.id)
        return int(unit.sql.execute(joined.where(mine, link.state == LinkState.LINKED.value, complaint.historic.is_(historic))).scalar_one())


def quarantined(hub: Hub, name: str) -> list[tuple[str, str]]:
    """Return what is set aside of an app: its number and the reason."""
    table = tables.quarantine.c
    with hub.store.unit() as unit:
        mine = (table.connection_id == unit.connection(name).id) & table.resolved_at.is_(None)
        found = unit.sql.execute(select(table.ref, table.problem).where(mine))
        return sorted(((row.ref, row.problem) for row in found), key=lambda each: int(each[0]))


def on_record(hub: Hub, complaint_id: str, kind: str) -> list[dict[str, Any]]:
    """Return the conflicts or proposals of one complaint, oldest first."""
    table = tables.conflicts
    with hub.store.reading() as sql:
        found = sql.execute(select(table).where(table.c.complaint_id == complaint_id, table.c.kind == kind).order_by(table.c.id))
        return [dict(row) for row in found.mappings()]


def events(hub: Hub, after: int = 0) -> list[dict[str, Any]]:
    """Return the ledger's entries after one of them, with the tracking id of their complaint."""
    ledger, complaint = tables.ledger, tables.complaints.c
    both = select(ledger, complaint.tracking_id).join(tables.complaints, complaint.id == ledger.c.complaint_id)
    with hub.store.reading() as sql:
        return [dict(row) for row in sql.execute(both.where(ledger.c.seq > after).order_by(ledger.c.seq)).mappings()]


def last_event(hub: Hub) -> int:
    """Return the number of the ledger's newest entry."""
    with hub.store.reading() as sql:
        return int(sql.execute(select(func.max(tables.ledger.c.seq))).scalar() or 0)
