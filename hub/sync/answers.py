"""The responses of an observed record: which local one is which, what is new, what was amended, what is no longer there.

Responses only grow. The same text twice is told apart by which of ours was written ahead and not yet seen, in order,
not by its digest alone.
"""

from __future__ import annotations

from contracts.connector import LocalResponse, Record
from hub.store.rows import ComplaintRow, LinkRow, ResponseLinkRow, ResponseRow
from hub.sync.complaints import Source, amend, respond, withdraw
from hub.sync.desk import Desk
from hub.sync.intake import JOINED
from hub.sync.marks import response_mark
from hub.sync.project import degraded
from hub.words import ConflictKind, LinkState, Recovery, SentState

_WAITING = (SentState.SENT, SentState.UNKNOWN)


def observe_responses(desk: Desk, complaint: ComplaintRow, link: LinkRow, record: Record) -> bool:
    """Take in what the record says was answered; tell whether the complaint or the marks changed."""
    if not desk.peer.sheet.responses.reads:
        return False
    changed = False
    for local in record.responses:
        changed |= _one(desk, complaint, link, local)
    shown = {local.ref for local in record.responses}
    for mark in desk.unit.response_links_of(link):
        if mark.state is SentState.LINKED and mark.ref is not None and mark.ref not in shown:
            _absent(desk, complaint, mark)
            changed = True
        elif mark.state is SentState.SENT and mark.attempt is None:
            # Acknowledged, and not to be seen in a later reading: accepted but not shown.
            mark.state = SentState.LINKED
    return changed


def _digest(local: LocalResponse) -> str:
    return response_mark(local.response.text, local.response.visibility.value)


def _one(desk: Desk, complaint: ComplaintRow, link: LinkRow, local: LocalResponse) -> bool:
    digest = _digest(local)
    marks = desk.unit.response_links_of(link)
    known = next((mark for mark in marks if mark.ref == local.ref), None)
    if known is not None and known.digest == digest:
        if known.state is SentState.LINKED:
            return False
        known.state = SentState.LINKED
        _came_back(desk, complaint, known)
        return True
    if known is not None and known.state is SentState.LINKED and desk.row.recovery is not Recovery.APP:
        return _amended(desk, complaint, link, known, local, digest)
    if known is not None:
        let_go(known)
    mine = _ours(desk, complaint, link, marks, local, digest)
    if mine is not None:
        mine.ref, mine.state, mine.digest = local.ref, SentState.LINKED, digest
        return True
    return _imported(desk, complaint, link, local, digest)


def let_go(mark: ResponseLinkRow) -> None:
    """Part a response from its ref: a restored app gave the ref of one that it lost to another."""
    mark.ref = None
    if mark.state is SentState.LINKED:
        mark.state = SentState.LOST


def _ours(
    desk: Desk, complaint: ComplaintRow, link: LinkRow, marks: list[ResponseLinkRow], local: LocalResponse, digest: str
) -> ResponseLinkRow | None:
    texts = {row.id: row.text for row in desk.unit.responses_of(complaint.id)}
    # Also one that was acknowledged and not shown at first: moderated, or read from a copy that lags behind.
    waiting = [mark for mark in marks if mark.ref is None and mark.state in (*_WAITING, SentState.LINKED)]
    exact = [mark for mark in waiting if mark.digest == digest]
    cut = [mark for mark in waiting if mark.response_id and degraded(texts.get(mark.response_id), local.response.text)]
    if exact or cut:
        return (exact or cut)[0]
    if desk.row.recovery is Recovery.NONE and link.touched != JOINED:
        return None
    lost = [mark for mark in marks if mark.ref is None and mark.state is SentState.LOST and mark.digest == digest]
    return lost[0] if lost else _unmarked(desk, complaint, link, marks, digest)


def _unmarked(desk: Desk, complaint: ComplaintRow, link: LinkRow, marks: list[ResponseLinkRow], digest: str) -> ResponseLinkRow | None:
    # Joined anew, or after the hub forgot what it wrote: the same words in both places are the same response.
    marked = {mark.response_id for mark in marks}
    for row in desk.unit.responses_of(complaint.id):
        if row.id not in marked and response_mark(cut_text(desk, row), row.visibility) == digest:
            return _mark(desk, link, row, digest)
    return None


def cut_text(desk: Desk, row: ResponseRow) -> str:
    """Return a response's text as this connection's app keeps it."""
    return row.text[: desk.peer.sheet.responses.cut]


def _mark(desk: Desk, link: LinkRow, row: ResponseRow | None, digest: str) -> ResponseLinkRow:
    mark = ResponseLinkRow(desk.unit.new_id(), link.id, row.id if row else None, digest, SentState.LINKED)
    desk.unit.add(mark)
    return mark


def _imported(desk: Desk, complaint: ComplaintRow, link: LinkRow, local: LocalResponse, digest: str) -> bool:
    source = Source(desk.row.id, None, "written_there", local.response.written_at)
    if complaint.erased:
        return False
    if link.state is LinkState.ENDED:
        mark = _mark(desk, link, None, digest)
        desk.record(ConflictKind.PROPOSAL, complaint, "no_longer_a_receiver", waits=True, name="response", local=local.response.text)
    else:
        mark = _mark(desk, link, respond(desk, complaint, local.response, source), digest)
    mark.ref, mark.state = local.ref, SentState.LINKED
    return True


def _amended(desk: Desk, complaint: ComplaintRow, link: LinkRow, mark: ResponseLinkRow, local: LocalResponse, digest: str) -> bool:
    row = _row(desk, complaint, mark)
    mark.digest = digest
    if row is None:
        return True
    source = Source(desk.row.id, None, "amended_there", local.response.written_at)
    if row.connection_id == desk.row.id and link.state is not LinkState.ENDED:
        amend(desk, complaint, row, local.response.text, local.response.visibility.value, source)
        _tell_amendment(desk, complaint, link, row)
    else:
        # Of an erased complaint nothing that stands in an app is taken over, not even into a question.
        ours, theirs = (None, None) if complaint.erased else (row.text, local.response.text)
        desk.record(ConflictKind.PROPOSAL, complaint, "not_its_response", waits=True, name="response", hub=ours, local=theirs)
    return True


def _tell_amendment(desk: Desk, complaint: ComplaintRow, link: LinkRow, row: ResponseRow) -> None:
    # No app is made to edit what was said: where the old words stand, the new version is said again below them.
    for other in desk.unit.links_of(complaint.id).values():
        if other.id == link.id:
            continue
        for mark in desk.unit.response_links_of(other):
            if mark.response_id == row.id:
                mark.response_id = None


def _absent(desk: Desk, complaint: ComplaintRow, mark: ResponseLinkRow) -> None:
    if desk.row.recovery is Recovery.APP:
        mark.state, mark.ref = SentState.LOST, None
        return
    mark.state = SentState.REMOVED
    row = _row(desk, complaint, mark)
    if row is not None and row.connection_id == desk.row.id and not row.removed:
        withdraw(desk, complaint, row, Source(desk.row.id, None, "removed_there"))


def _came_back(desk: Desk, complaint: ComplaintRow, mark: ResponseLinkRow) -> None:
    row = _row(desk, complaint, mark)
    if row is not None and row.removed and row.connection_id == desk.row.id:
        row.removed, row.version = False, row.version + 1
        complaint.version += 1


def _row(desk: Desk, complaint: ComplaintRow, mark: ResponseLinkRow) -> ResponseRow | None:
    return next((row for row in desk.unit.responses_of(complaint.id) if row.id == mark.response_id), None)
