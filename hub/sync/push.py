"""What one due link needs next: nothing, a reading, or one call that is written down before it is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from contracts.complaint import Holder, Response
from contracts.connector import Edit, Part
from contracts.content import Field
from contracts.events import Kind
from contracts.gateway import Apply, Read, Task
from contracts.vocabulary import Status, Visibility
from hub.store.rows import AttemptRow, ComplaintRow, LinkRow, ResponseLinkRow, ResponseRow
from hub.sync.complaints import plain
from hub.sync.creates import create_next
from hub.sync.desk import Desk
from hub.sync.marks import response_mark, value_mark
from hub.sync.plan import Planned, Saying, differences, plan
from hub.words import LinkState, Outcome, SentState

# In ``link.parked``: several parts were refused together, so each is asked for alone until everything is there.
COMBINED = "combined"


def next_task(desk: Desk, link: LinkRow, *, fresh: bool) -> Task | None:
    """Return the next task of a due link; ``fresh``: the record has just been read and nothing came between."""
    if link.state in (LinkState.GONE, LinkState.ENDED):
        link.due_at = None
        return None
    if link.state is not LinkState.LINKED:
        return create_next(desk, link)
    ref = str(link.ref)
    if link.sent:
        if not fresh and desk.peer.sheet.can_fetch:
            return Read(desk.row.tick, ref)
        link.due_at = _settled(desk, link)
        return None
    complaint = desk.unit.complaint(link.complaint_id)
    edits = planned(desk, complaint, link)
    if not edits:
        _clean(desk, complaint, link)
        return None
    sheet = desk.peer.sheet
    if not fresh and sheet.can_fetch and (not sheet.conditional_write or link.version is None):
        return Read(desk.row.tick, ref)
    return _begin(desk, complaint, link, edits[0])


def _settled(desk: Desk, link: LinkRow) -> Any:
    # Looked at too early to know: look again once the request can no longer take effect unseen.
    return desk.now + timedelta(seconds=max(desk.peer.sheet.settle, 1.0))


def planned(desk: Desk, complaint: ComplaintRow, link: LinkRow) -> tuple[Planned, ...]:
    """Return the calls that would make this link's record say what it should, without those that are held or parked."""
    want, base = desk.want(complaint, link), link.agreed()
    held = {Field(name) for name in complaint.held}
    held |= {Field(name) for name, value in want.items() if _parked(link, name, value)}
    cut = desk.peer.sheet.responses.cut
    sayings = [
        Saying(row.id, row.text[:cut], Visibility(row.visibility))
        for row in desk.unsaid(complaint, link)
        if not _parked(link, f"response:{row.id}", row.text)
    ]
    sheet = replace(desk.peer.sheet, combines=frozenset()) if COMBINED in link.parked else desk.peer.sheet
    while True:
        found = plan(want, base, sayings, sheet, held)
        if found.unreachable:
            link.unsupported = sorted({*link.unsupported, *(name.value for name in found.unreachable)})
        edits = _alone(found.edits) if COMBINED in link.parked else found.edits
        # What is asked on the way (a step of a status) may have been refused too, not only what is wanted in the end.
        refused = {name for edit in edits for name, value in edit.fields.items() if _parked(link, name, value)}
        if not refused:
            return edits
        held |= refused


def _alone(edits: tuple[Planned, ...]) -> tuple[Planned, ...]:
    """Ask for one field at a time: after a refusal of several together, to find out which of them it was."""
    single: list[Planned] = []
    for edit in edits:
        if edit.parts == {Part.FIELDS}:
            single += [Planned({name: value}) for name, value in edit.fields.items()]
        else:
            single.append(edit)
    return tuple(single)


def _parked(link: LinkRow, name: str, value: Any) -> bool:
    parked = link.parked.get(name)
    return parked is not None and parked.get("asked") in (None, value_mark(value))


def _clean(desk: Desk, complaint: ComplaintRow, link: LinkRow) -> None:
    link.due_at, link.attempts, link.updated_at = None, 0, desk.now
    link.parked = {name: entry for name, entry in link.parked.items() if name != COMBINED}
    if not link.parked:
        link.error = None
    if not link.receiver:
        link.state = LinkState.ENDED
        # What was refused and is not asked for any more is no question any more.
        asked = differences(desk.want(complaint, link), link.agreed())
        link.parked = {name: entry for name, entry in link.parked.items() if name in asked}
        desk.unit.log(complaint, Kind.ENDED, "no_longer_a_receiver", connection_id=desk.row.id)


def _begin(desk: Desk, complaint: ComplaintRow, link: LinkRow, edit: Planned) -> Apply:
    attempt = desk.unit.new_id()
    mark = _mark_said(desk, link, edit.saying, attempt) if edit.saying else None
    fields = {str(name): value for name, value in edit.fields.items()}
    entry = {"attempt": attempt, "fields": fields, "response": mark.id if mark else None, "at": desk.now.isoformat(), "fate": "open"}
    link.sent = [*link.sent, entry]
    link.touched, link.seen, link.updated_at = desk.tick(), None, desk.now
    payload = {**fields, "response": mark.response_id if mark else None}
    desk.unit.add(
        AttemptRow(
            attempt,
            desk.row.id,
            link.id,
            "apply",
            attempt,
            payload,
            link.version,
            desk.row.cursor,
            desk.row.fence,
            desk.now,
            Outcome.OPEN.value,
        )
    )
    said = plain(desk, complaint, dict(edit.fields))
    expected = link.version if desk.peer.sheet.conditional_write else None
    return Apply(desk.row.tick, link.id, attempt, str(link.ref), _edit(desk, complaint, said, edit.saying), expected, attempt)


def _mark_said(desk: Desk, link: LinkRow, saying: Saying, attempt: str) -> ResponseLinkRow:
    digest = response_mark(saying.text, saying.visibility.value)
    marks = desk.unit.response_links_of(link)
    mark = next((mark for mark in marks if saying.id is not None and mark.response_id == saying.id), None)
    if mark is None:
        mark = ResponseLinkRow(desk.unit.new_id(), link.id, saying.id, digest, SentState.SENT)
        desk.unit.add(mark)
    mark.state, mark.ref, mark.digest, mark.attempt = SentState.SENT, None, digest, attempt
    return mark


def _author(desk: Desk, row: ResponseRow) -> str | None:
    # An agency, never a person: what an app gives as a name may be that of a reporter who wants to stay unknown.
    if row.connection_id is None:
        return desk.network.coordinator
    peer = desk.network.peers.get(row.connection_id)
    return peer.agency if peer else None


def _edit(desk: Desk, complaint: ComplaintRow, said: dict[Field, Any], saying: Saying | None) -> Edit:
    flat = {Field(name): value for name, value in said.items()}
    status, holder = flat.pop(Field.STATUS, None), flat.pop(Field.HOLDER, None)
    reason = flat.pop(Field.REASON) if flat.get(Field.REASON) is not None else None
    row = next((row for row in desk.unit.responses_of(complaint.id) if saying and row.id == saying.id), None)
    response = (
        Response(saying.text, saying.visibility, row.written_at if row else desk.now, _author(desk, row) if row else None)
        if saying
        else None
    )
    return Edit(
        fields=flat,
        status=Status(status) if status else None,
        reason=reason,
        response=response,
        holder=Holder(holder["agency"], holder.get("unit")) if holder else None,
    )
