"""What a coordinator does to one complaint; each act checks the national flow and leaves its source."""

from __future__ import annotations

from contracts.complaint import Response
from contracts.content import Field
from contracts.errors import NotFound, Refused
from contracts.lifecycle import FOLLOWS, NEEDS_REASON, may_follow
from contracts.strict import nearest
from contracts.vocabulary import Status, Visibility
from hub.build import Hub
from hub.operations.agencies import known
from hub.operations.finding import complaint_id
from hub.store.rows import ComplaintRow
from hub.sync import erasure
from hub.sync.complaints import Source, change, respond, spread
from hub.sync.desk import Desk

RULE = "person"


def assign(hub: Hub, given: str, actor: str, agency: str, unit: str | None = None) -> str:
    """Make an agency the holder (disposisi) and return the complaint's id; raises NotFound or Refused."""
    with hub.engine.working() as desk:
        complaint = _open(desk, given)
        codes = known(desk.unit)
        if agency not in codes:
            raise NotFound(f"There is no agency '{agency}'.", nearest(agency, codes))
        holder = {"agency": agency, "unit": unit}
        if Status(complaint.status) is Status.ASSIGNED:
            # Not begun yet: the coordinator corrects who it goes to.
            if complaint.content.get(Field.HOLDER.value) == holder:
                raise Refused(f"{agency} holds it already.", "Nothing to do.")
        else:
            _must_follow(complaint, Status.ASSIGNED)
        source = Source(None, actor, RULE)
        complaint.historic = False
        change(desk, complaint, Field.HOLDER, holder, source)
        _move(desk, complaint, Status.ASSIGNED, source)
        spread(desk, complaint)
        return complaint.id


def give_back(hub: Hub, given: str, actor: str, reason: str) -> str:
    """Say "not ours": back to the coordinator; raises NotFound or Refused."""
    return _step(hub, given, actor, Status.RETURNED, reason)


def close(hub: Hub, given: str, actor: str, reason: str | None = None) -> str:
    """End a complaint; raises NotFound or Refused."""
    return _step(hub, given, actor, Status.CLOSED, reason)


def erase(hub: Hub, given: str, actor: str) -> str:
    """Erase a complaint's personal content here and, with the next sessions, in every app (UU 27/2022); raises NotFound or Refused."""
    with hub.engine.working() as desk:
        complaint = _open(desk, given)
        erasure.erase(desk, complaint, Source(None, actor, RULE))
        return complaint.id


def answer(hub: Hub, given: str, actor: str, text: str, *, internal: bool = False, status: Status | None = None) -> str:
    """Write on a complaint as the coordinator, and move it to ``status`` if one is given; raises NotFound or Refused."""
    if not text.strip():
        raise Refused("The answer is empty.", "Write it with --text.")
    with hub.engine.working() as desk:
        complaint = _open(desk, given)
        source = Source(None, actor, RULE)
        if status is not None:
            _must_follow(complaint, status)
            if status in NEEDS_REASON:
                raise Refused(f"{status.label()} needs a reason.", "An answer gives none; use the command for that step.")
        visibility = Visibility.INTERNAL if internal else Visibility.PUBLIC
        respond(desk, complaint, Response(text, visibility, desk.now, actor), source)
        _move(desk, complaint, status, source)
        spread(desk, complaint)
        return complaint.id


def _step(hub: Hub, given: str, actor: str, status: Status, reason: str | None) -> str:
    with hub.engine.working() as desk:
        complaint = _open(desk, given)
        _must_follow(complaint, status)
        if status in NEEDS_REASON and not (reason or "").strip():
            raise Refused(f"{status.label()} needs a reason.", "Give it with --reason.")
        source = Source(None, actor, RULE)
        if reason:
            change(desk, complaint, Field.REASON, reason, source)
        _move(desk, complaint, status, source)
        spread(desk, complaint)
        return complaint.id


def _open(desk: Desk, given: str) -> ComplaintRow:
    complaint = desk.unit.complaint(complaint_id(desk.unit.sql, given))
    if complaint.erased:
        raise Refused("This complaint was erased.", "Nothing can be done to it any more.")
    return complaint


def _must_follow(complaint: ComplaintRow, status: Status) -> None:
    now = Status(complaint.status)
    if not may_follow(now, status):
        allowed = ", ".join(sorted(word.label() for word in FOLLOWS[now]))
        raise Refused(f"A complaint that is {now.label()} cannot become {status.label()}.", f"Allowed now: {allowed}.")


def _move(desk: Desk, complaint: ComplaintRow, status: Status | None, source: Source) -> None:
    if status is not None and Status(complaint.status) is not status:
        change(desk, complaint, Field.STATUS, status.value, source)
