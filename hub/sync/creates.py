"""Filing a complaint in an app, and finding out whether a filing in doubt happened: never sent again blindly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from contracts.connector import Feed, Receipt
from contracts.content import Field, from_content
from contracts.errors import Refused
from contracts.events import Kind
from contracts.gateway import Create, Find, Task
from hub import tokens
from hub.store.rows import AttemptRow, ComplaintRow, LinkRow
from hub.sync import backoff
from hub.sync.complaints import plain
from hub.sync.deletions import missing
from hub.sync.desk import Desk
from hub.sync.marks import value_mark
from hub.sync.paired import read_first
from hub.sync.project import payload, visible
from hub.words import ConflictKind, LinkState, Outcome

_MISSES = 2
_PATIENCE = 12


def create_next(desk: Desk, link: LinkRow) -> Task | None:
    """Return the next task of a link that has no record yet."""
    complaint = desk.unit.complaint(link.complaint_id)
    if link.state is LinkState.PENDING:
        return _begin(desk, complaint, link)
    if link.state is LinkState.CREATING:
        doubt(desk, link)
        return None
    return _resolve(desk, complaint, link)


def _begin(desk: Desk, complaint: ComplaintRow, link: LinkRow) -> Task | None:
    sheet = desk.peer.sheet
    if not link.receiver:
        link.state, link.due_at, link.parked = LinkState.ENDED, None, {}
        return None
    given = payload(complaint.veiled(), sheet, desk.peer.policy, origin=complaint.origin_id == desk.row.id)
    parked = link.parked.get("create")
    if not sheet.can_create or (parked is not None and parked.get("asked") == value_mark(given)):
        link.due_at = None
        if not sheet.can_create:
            link.error = "this app cannot be given new complaints"
            link.unsupported = ["create"]
        return None
    said_to_be_there = read_first(desk, link)
    if said_to_be_there is not None:
        return said_to_be_there
    attempt = AttemptRow(
        id=desk.unit.new_id(),
        connection_id=desk.row.id,
        link_id=link.id,
        kind="create",
        key=f"{complaint.id}.{link.incarnation}.{desk.row.id}",
        payload={str(name): value for name, value in given.items()},
        expected=None,
        cursor=desk.row.cursor,
        fence=desk.row.fence,
        started_at=desk.now,
        outcome=Outcome.OPEN.value,
    )
    desk.unit.add(attempt)
    return _send(desk, complaint, link, attempt)


def _send(desk: Desk, complaint: ComplaintRow, link: LinkRow, attempt: AttemptRow) -> Create:
    link.state, link.touched, link.updated_at = LinkState.CREATING, desk.tick(), desk.now
    link.due_at = desk.now
    # Privacy is judged anew: what may not be seen any more is not sent a second time.
    seen = visible(complaint.veiled(), desk.peer.policy, origin=complaint.origin_id == desk.row.id)
    kept = {name: value for name, value in attempt.payload.items() if name in seen or name == Field.TITLE}
    attempt.payload = kept if kept != attempt.payload else attempt.payload
    said = plain(desk, complaint, {Field(name): value for name, value in attempt.payload.items()})
    token = tokens.make(complaint.id, desk.keys)
    return Create(desk.row.tick, link.id, attempt.id, from_content(said), token, attempt.key)


def doubt(desk: Desk, link: LinkRow) -> None:
    """Nobody knows whether the record was made: ask again only after the request can no longer take effect unseen."""
    link.state, link.updated_at = LinkState.AMBIGUOUS, desk.now
    link.due_at = desk.now + timedelta(seconds=desk.peer.sheet.settle)


def _resolve(desk: Desk, complaint: ComplaintRow, link: LinkRow) -> Task | None:
    sheet = desk.peer.sheet
    attempt = desk.unit.last_attempt(link, "create")
    if attempt is None:
        link.state = LinkState.PENDING
        return None
    if sheet.idempotent_create and link.receiver and link.ticket is None:
        # The original payload: a newer one would make us believe what was never stored; what changed since follows.
        attempt.outcome, attempt.fence = Outcome.OPEN.value, desk.row.fence
        return _send(desk, complaint, link, attempt)
    if link.ticket is not None or sheet.can_find:
        token = link.ticket or tokens.make(complaint.id, desk.keys)
        return Find(desk.row.tick, link.id, token)
    if not listable(desk):
        link.due_at = None
        desk.record(ConflictKind.AMBIGUOUS, complaint, "cannot_look", waits=True, note="does it exist there?")
    return None


def listable(desk: Desk) -> bool:
    """Tell whether our own records can be found by listing what the app has."""
    return desk.peer.sheet.can_list or desk.peer.sheet.feed is Feed.POLL


def miss(desk: Desk, link: LinkRow) -> None:
    """A look-up after the settle time did not find the record; after the second one it did not happen."""
    if link.state is not LinkState.AMBIGUOUS:
        return
    if link.ticket is not None:
        _await_ticket(desk, link)
        return
    link.misses += 1
    link.due_at = desk.now + timedelta(seconds=desk.peer.sheet.settle)
    if link.misses >= _MISSES:
        attempt = desk.unit.last_attempt(link, "create")
        if attempt is not None:
            attempt.outcome, attempt.finished_at = Outcome.NOT_DONE.value, desk.now
        link.state, link.base, link.misses, link.due_at = LinkState.PENDING, None, 0, desk.now
        if not link.receiver:
            link.state, link.due_at, link.parked = LinkState.ENDED, None, {}


def _await_ticket(desk: Desk, link: LinkRow) -> None:
    # An app that gave a ticket has taken the complaint; it is never filed again, however long the id takes.
    link.due_at = desk.now + timedelta(seconds=backoff.wait(link.attempts, link.id))
    link.attempts += 1
    if link.attempts == _PATIENCE:
        complaint = desk.unit.complaint(link.complaint_id)
        question = "has the app turned the ticket into a record?"
        desk.record(ConflictKind.AMBIGUOUS, complaint, "ticket_without_record", waits=True, note=question)


def created(desk: Desk, link: LinkRow, attempt: AttemptRow, receipt: Receipt) -> None:
    """The app says that it filed the record: the base is what was sent."""
    attempt.outcome, attempt.finished_at = Outcome.ACKNOWLEDGED.value, desk.now
    if link.state is not LinkState.CREATING:
        return
    if receipt.ref is None:
        link.ticket = receipt.ticket
        doubt(desk, link)
        return
    other = desk.link_by_ref(receipt.ref)
    if other is not None:
        missing(desk, other, "ref_reused")
    desk.hold_ref(link, receipt.ref)
    link.state, link.version, link.ticket, link.fingerprint = LinkState.LINKED, receipt.version, None, None
    link.base = {name: value for name, value in attempt.payload.items() if name in desk.peer.sheet.reads}
    link.history = {}
    link.attempts, link.misses, link.error, link.seen = 0, 0, None, None
    link.touched, link.updated_at, link.due_at = desk.tick(), desk.now, desk.now
    desk.unit.log(desk.unit.complaint(link.complaint_id), Kind.DELIVERED, "created", connection_id=desk.row.id, new={"ref": receipt.ref})


def decide_by_hand(desk: Desk, link: LinkRow, *, exists_as: str | None) -> None:
    """A person looked: the record exists under this ref, or it does not exist and may be filed again."""
    if link.state is not LinkState.AMBIGUOUS:
        raise Refused("this delivery is not in doubt.", "`simpul deliveries list` shows what is.")
    if exists_as is None:
        link.misses = _MISSES
        miss(desk, link)
        return
    attempt: Any = desk.unit.last_attempt(link, "create")
    link.state = LinkState.CREATING
    created(desk, link, attempt, Receipt(ref=exists_as))
