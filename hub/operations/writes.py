"""What would be written where, if everything due were written now: worked out, not done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from contracts.content import IDENTITY_FIELDS, Field
from hub.build import Hub
from hub.operations.connections import approve
from hub.operations.rehearsal import rehearsal
from hub.operations.running import Progress, due_now, run
from hub.store import tables
from hub.store.rows import ComplaintRow, LinkRow
from hub.store.unit import Unit
from hub.sync.desk import Desk
from hub.sync.marks import value_mark
from hub.sync.plan import Planned
from hub.sync.project import payload
from hub.sync.push import planned
from hub.words import LinkState

SEALED = "•••"


@dataclass(frozen=True, slots=True)
class Write:
    """One call that would change an app. ``action``: create, change, or look_up for a filing in doubt; identity values are masked."""

    connection: str
    action: str
    complaint: str
    tracking_id: str
    ref: str | None
    values: Mapping[str, Any]
    response: str | None
    due_at: datetime | None


def due_links(unit: Unit) -> set[str]:
    """Return the ids of all links that are due, now or later."""
    link = tables.links.c
    return {row.id for row in unit.sql.execute(select(link.id).where(link.due_at.is_not(None)))}


def writes(hub: Hub, link_ids: set[str]) -> list[Write]:
    """Return every call that these links need, in the order of connections and due times."""
    found: list[Write] = []
    with hub.store.unit() as unit:
        links = sorted((unit.link(key) for key in link_ids), key=lambda link: (link.connection_id, str(link.due_at), link.id))
        network = hub.engine.network(unit)
        for link in links:
            if link.connection_id in network.peers:
                desk = hub.engine.desk(unit, unit.connection(link.connection_id))
                found += _of(desk, unit.complaint(link.complaint_id), link)
    return found


def _of(desk: Desk, complaint: ComplaintRow, link: LinkRow) -> Iterator[Write]:
    if link.state is LinkState.PENDING:
        given = payload(complaint.veiled(), desk.peer.sheet, desk.peer.policy, origin=complaint.origin_id == desk.row.id)
        parked = link.parked.get("create")
        refused = parked is not None and parked.get("asked") == value_mark(given)
        if link.receiver and desk.peer.sheet.can_create and not refused:
            yield _write(desk, "create", complaint, link, given)
    elif link.state in (LinkState.CREATING, LinkState.AMBIGUOUS):
        yield _write(desk, "look_up", complaint, link, {})
    elif link.state is LinkState.LINKED:
        for edit in planned(desk, complaint, link):
            yield _edit(desk, complaint, link, edit)


def _edit(desk: Desk, complaint: ComplaintRow, link: LinkRow, edit: Planned) -> Write:
    return _write(desk, "change", complaint, link, edit.fields, edit.saying.text if edit.saying else None)


def _write(
    desk: Desk, action: str, complaint: ComplaintRow, link: LinkRow, values: Mapping[Field, Any], response: str | None = None
) -> Write:
    shown = {str(name): SEALED if Field(name) in IDENTITY_FIELDS else value for name, value in sorted(values.items())}
    return Write(desk.row.name, action, complaint.id, complaint.tracking_id, link.ref, shown, response, link.due_at)


def dry_run(hub: Hub, name: str, *, progress: Progress | None = None, pull: bool = True) -> list[Write]:
    """Read the app for real and return every write that would follow, here and elsewhere; nothing stays."""
    with rehearsal(hub) as trial:
        before = _others_due(trial, name)
        return _follows(trial, name, before, progress, pull)


def approval_plan(
    hub: Hub, name: str, *, live_from: datetime | None = None, progress: Progress | None = None, pull: bool = True
) -> list[Write]:
    """Return every write that would follow if this connection were approved now; raises Refused if it is live already."""
    with rehearsal(hub) as trial:
        before = _others_due(trial, name)
        approve(trial, name, live_from=live_from)
        return _follows(trial, name, before, progress, pull)


def _follows(trial: Hub, name: str, before: set[str], progress: Progress | None, pull: bool) -> list[Write]:
    hold_pushes(trial, name)
    if pull:
        due_now(trial, name)
        run(trial, name, progress=progress, pushes=False)
    with trial.store.unit() as unit:
        due = due_links(unit) - before
    return writes(trial, due)


def hold_pushes(hub: Hub, name: str) -> None:
    """Keep a rehearsal's engine from writing ahead what it will not send."""
    with hub.store.unit() as unit:
        unit.connection(name, lock=True).push_paused = "rehearsal"


def _others_due(hub: Hub, name: str) -> set[str]:
    here = hub.store.connection(name).id
    with hub.store.reading() as sql:
        link = tables.links.c
        return {row.id for row in sql.execute(select(link.id).where(link.due_at.is_not(None), link.connection_id != here))}
