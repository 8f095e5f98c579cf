"""Decisions about what a complaint says."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.error import YAMLError
from sqlalchemy import select

from contracts.complaint import Response
from contracts.content import IDENTITY_FIELDS, Field, from_content
from contracts.errors import Refused
from contracts.lifecycle import FOLLOWS, path
from contracts.schema import ComplaintSchema
from contracts.vocabulary import Status, Visibility
from hub.operations.files import parse
from hub.store import tables
from hub.store.rows import ComplaintRow, LinkRow
from hub.sync.complaints import Source, amend, change, respond
from hub.sync.desk import Desk
from hub.sync.marks import response_mark
from hub.words import ConflictState

_RESPONSE = "response"


def conflict(desk: Desk, row: Any, keep: str, value: Any, actor: str) -> None:
    """Let the chosen value stand, and let go of the field."""
    complaint = desk.unit.complaint(row.complaint_id)
    _release(desk, complaint, row.field)
    if value is not None:
        _change(desk, complaint, Field(row.field), value, actor)
    elif keep == "local":
        _change(desk, complaint, Field(row.field), _not_sealed(row.field, row.local_value), actor)


def proposal(desk: Desk, row: Any, keep: str, value: Any, actor: str) -> None:
    """Accept what an app proposed, or leave the hub's word standing."""
    complaint = desk.unit.complaint(row.complaint_id)
    if row.field == _RESPONSE:
        if keep == "local":
            _accept_response(desk, complaint, row, actor)
        return
    conflict(desk, row, keep, value, actor)


def flapping(desk: Desk, row: Any, keep: str, value: Any, actor: str) -> None:
    """Write the hub's value again, or take the one that the app keeps setting."""
    complaint = desk.unit.complaint(row.complaint_id)
    link = link_of(desk, row)
    if keep == "local" or value is not None:
        chosen = value if value is not None else _not_sealed(row.field, (link.base or {}).get(row.field))
        _change(desk, complaint, Field(row.field), chosen, actor)
    link.parked = {name: why for name, why in link.parked.items() if name != row.field}
    link.flaps = {name: when for name, when in link.flaps.items() if name != row.field}
    link.due_at = desk.now


def link_of(desk: Desk, row: Any) -> LinkRow:
    """Return the link that a conflict is about; raises Refused if it is there no more."""
    link = desk.unit.links_of(row.complaint_id).get(row.connection_id)
    if link is None:
        raise Refused("The link that this was about is there no more.", "Keep the hub's side.")
    return link


def _release(desk: Desk, complaint: ComplaintRow, name: str) -> None:
    # Held until the last of several open questions about the field is decided.
    table = tables.conflicts.c
    mine = (table.complaint_id == complaint.id) & (table.field == name) & (table.state == ConflictState.OPEN.value)
    if desk.unit.sql.execute(select(table.id).where(mine, table.kind == "conflict")).first() is None:
        complaint.held = {held: why for held, why in complaint.held.items() if held != name}


def _not_sealed(name: str, value: Any) -> Any:
    if value is not None and name in {field.value for field in IDENTITY_FIELDS}:
        raise Refused("A reporter's data is not kept here in the clear.", "Keep the hub's value, or give the right one with --value.")
    return value


def _change(desk: Desk, complaint: ComplaintRow, name: Field, value: Any, actor: str) -> None:
    if name is Field.STATUS:
        _possible(complaint, value)
    if value is not None:
        value = fitting(name, value)
    change(desk, complaint, name, value, Source(None, actor, "decided"))


def _possible(complaint: ComplaintRow, value: Any) -> None:
    now = Status(complaint.status)
    if value not in set(Status):
        raise Refused(f"'{value}' is no status.", f"Known are: {', '.join(word.value for word in Status)}.")
    if value != now and path(now, Status(value)) is None:
        allowed = ", ".join(sorted(word.label() for word in FOLLOWS[now]))
        raise Refused(f"A complaint that is {now.label()} cannot become {Status(value).label()}.", f"Allowed now: {allowed}.")


def fitting(name: Field, value: Any) -> Any:
    """Return the value as the field takes it; a text may stand for the number or flag it spells. Raises Refused."""
    for candidate in (value, _parsed(value)):
        try:
            complaint = from_content({name: candidate})
            if not ComplaintSchema().validate(ComplaintSchema().dump(complaint)):
                return candidate
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    raise Refused(f"The value does not fit the field {name.value}.", "`simpul complaints show` shows what it holds now.")


def _parsed(value: Any) -> Any:
    try:
        return parse(value) if isinstance(value, str) else value
    except YAMLError:
        return value


def _accept_response(desk: Desk, complaint: ComplaintRow, row: Any, actor: str) -> None:
    source = Source(row.connection_id, actor, "decided")
    ours = next((said for said in desk.unit.responses_of(complaint.id) if said.text == row.hub_value and not said.removed), None)
    if row.hub_value is not None and ours is not None:
        amend(desk, complaint, ours, row.local_value, ours.visibility, source)
        return
    link = link_of(desk, row)
    for visibility in Visibility:
        for mark in desk.unit.response_links_of(link):
            if mark.response_id is None and mark.digest == response_mark(row.local_value, visibility.value):
                mark.response_id = respond(desk, complaint, Response(row.local_value, visibility), source).id
                return
    respond(desk, complaint, Response(row.local_value, Visibility.INTERNAL), source)
