"""What each result of a task means for its link: acknowledged, refused, unknown, gone, or a reason to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from contracts.connector import Receipt, Record
from contracts.content import Field
from contracts.errors import ConnectorError, Gone, NotDone, Reject, Stale, Stop, Unknown
from contracts.events import Kind
from contracts.gateway import Apply, Create, Find, Read, Task
from hub.store.direct import Question
from hub.store.rows import AttemptRow, LinkRow
from hub.store.statements import ATTEMPT, COMPLAINT_OF_LINK
from hub.sync import backoff
from hub.sync.answers import let_go
from hub.sync.creates import created, doubt, miss
from hub.sync.deletions import believed, missing
from hub.sync.desk import Desk, holders
from hub.sync.marks import remembered, sound, value_mark
from hub.sync.memo import expect
from hub.sync.observe import observe
from hub.sync.paired import forget
from hub.sync.push import COMBINED, next_task
from hub.sync.quarantine import quarantine, released, understood, waiting_for
from hub.sync.recovery import hub_forgot, others_forget
from hub.words import Direction, LinkState, Outcome, Phase, Recovery, SentState

_THIS_WRITE = "*"


def foreseen(task: Task, connection_id: int) -> Sequence[Question]:
    """Return what nearly every result of this task asks first, so that it can be asked together with the connection."""
    if isinstance(task, Read):
        return holders(connection_id, task.ref), waiting_for(connection_id, task.ref), others_forget(connection_id)
    if isinstance(task, (Apply, Create)):
        return (COMPLAINT_OF_LINK, {"key": task.link}), (ATTEMPT, {"key": task.attempt})
    return ()


def acknowledged(desk: Desk, task: Apply, receipt: Receipt) -> list[Task]:
    """The edit is in the app: its fields are the base now, and what else the app did in the same call is news."""
    link = desk.unit.link(task.link, task.attempt)
    entry = next((entry for entry in link.sent if entry["attempt"] == task.attempt), None)
    _finish(desk, task.attempt, Outcome.ACKNOWLEDGED)
    works(desk, Direction.PUSH)
    if entry is None or link.ref != task.ref:
        return []
    link.sent = [other for other in link.sent if other["attempt"] != task.attempt]
    asked = {name: value for name, value in entry["fields"].items() if name in desk.peer.sheet.reads}
    before, history = dict(link.base or {}), dict(link.history)
    for name, value in asked.items():
        history[name] = remembered(history.get(name), before.get(name), value)
    link.base, link.history = {**(link.base or {}), **asked}, history
    link.version, link.seen, link.attempts, link.error = receipt.version, None, 0, None
    link.touched, link.updated_at = desk.tick(), desk.now
    _said(desk, link, entry["response"], receipt.response_ref)
    complaint = desk.unit.complaint(link.complaint_id)
    told = {"fields": sorted(entry["fields"]), "response": entry["response"] is not None}
    desk.unit.log(complaint, Kind.DELIVERED, "acknowledged", connection_id=desk.row.id, new=told)
    if receipt.record is not None:
        expect(link, asked, before, _THIS_WRITE)
        sound(receipt.record)
        observe(desk, replace(receipt.record, version=_THIS_WRITE), desk.row.tick, desk.now)
        link.version = receipt.record.version or receipt.version
        link.seen = None
        return _onward(desk, link)
    expect(link, asked, before, receipt.version)
    return [Read(desk.row.tick, task.ref)] if desk.peer.sheet.can_fetch else _onward(desk, link)


def _said(desk: Desk, link: LinkRow, mark_id: str | None, ref: str | None) -> None:
    for mark in desk.unit.response_links_of(link):
        if mark.id != mark_id:
            if ref is not None and mark.ref == ref:
                let_go(mark)
            continue
        mark.attempt = None
        if ref is not None or not desk.peer.sheet.responses.reads:
            mark.ref, mark.state = ref, SentState.LINKED


def filed(desk: Desk, task: Create, receipt: Receipt) -> list[Task]:
    """The app took the new record."""
    link = desk.unit.link(task.link, task.attempt)
    attempt = desk.unit.attempt(task.attempt)
    works(desk, Direction.PUSH)
    if attempt is None:
        return []
    created(desk, link, attempt, receipt)
    if link.state is not LinkState.LINKED:
        return []
    if receipt.record is not None:
        expect(link, link.base or {}, {}, _THIS_WRITE)
        sound(receipt.record)
        observe(desk, replace(receipt.record, version=_THIS_WRITE), desk.row.tick, desk.now)
        link.version, link.seen = receipt.record.version or receipt.version, None
        return _onward(desk, link)
    expect(link, link.base or {}, {}, receipt.version)
    return [Read(desk.row.tick, str(link.ref))] if desk.peer.sheet.can_fetch else _onward(desk, link)


def was_read(desk: Desk, task: Read, record: Record, began: datetime, why: str | None) -> list[Task]:
    """One record was read directly: take it in, and go on with what its link needs while the reading is fresh."""
    desk.read_done(task.ref)
    waiting, forgetting = desk.look_up(task.ref, waiting_for(desk.row.id, task.ref), others_forget(desk.row.id))
    understood(desk, waiting)
    desk.others_forget = any(True for _ in forgetting)
    link = observe(desk, record, task.stamp, began, doubted=why == "doubt")
    return _onward(desk, link) if link is not None else []


def _onward(desk: Desk, link: LinkRow) -> list[Task]:
    if link.due_at is None or not may_push(desk) or not desk.may_follow or (link.attempts and link.due_at > desk.now):
        return []
    following = next_task(desk, link, fresh=True)
    return [following] if following is not None else []


def may_push(desk: Desk) -> bool:
    """Tell whether anything may be written to this connection's app now."""
    row = desk.row
    rests = row.push_retry_at is not None and row.push_retry_at > desk.now
    if not desk.pushes or row.phase is not Phase.LIVE or row.push_paused is not None or row.recovery is not Recovery.NONE or rests:
        return False
    return not hub_forgot(desk)


def looked_for(desk: Desk, task: Find, record: Record | None, began: datetime) -> list[Task]:
    """A create in doubt was searched by its token."""
    link = desk.unit.link(task.link)
    if record is None:
        miss(desk, link)
        return []
    if link.ticket is not None and link.state is LinkState.AMBIGUOUS:
        attempt: Any = desk.unit.last_attempt(link, "create")
        link.state = LinkState.CREATING
        created(desk, link, attempt, Receipt(ref=record.ref, version=record.version))
    found = observe(desk, record, desk.row.tick, began)
    if link.state is LinkState.AMBIGUOUS:
        link.due_at = desk.now + timedelta(seconds=max(desk.peer.sheet.settle, 1.0))
    return _onward(desk, found) if found is not None else []


def failed(desk: Desk, task: Apply | Create, error: ConnectorError) -> list[Task]:
    """A write did not go through: what happens next depends only on which error it is."""
    link = desk.unit.link(task.link, task.attempt)
    link.error, link.updated_at = str(error), desk.now
    if isinstance(error, Unknown):
        return _unknown(desk, link, task, error)
    _withdraw(desk, link, task)
    if isinstance(error, Stale):
        _finish(desk, task.attempt, Outcome.NOT_DONE, error)
        return _stale(desk, link, task)
    if isinstance(error, Gone) and isinstance(task, Apply):
        _finish(desk, task.attempt, Outcome.REJECTED, error)
        return gone(desk, task.ref)
    if isinstance(error, (Reject, Gone)):
        _finish(desk, task.attempt, Outcome.REJECTED, error)
        _park(desk, link, task, error)
        return []
    _finish(desk, task.attempt, Outcome.NOT_DONE, error)
    _later(desk, link, error)
    if isinstance(error, Stop):
        desk.row.push_paused = str(error)
    return []


def _unknown(desk: Desk, link: LinkRow, task: Apply | Create, error: Unknown) -> list[Task]:
    _finish(desk, task.attempt, Outcome.UNKNOWN, error)
    if isinstance(task, Create):
        doubt(desk, link)
    else:
        link.sent = [{**entry, "fate": "unknown"} if entry["attempt"] == task.attempt else entry for entry in link.sent]
        for mark in desk.unit.response_links_of(link):
            if mark.attempt == task.attempt and mark.state is SentState.SENT:
                mark.state = SentState.UNKNOWN
        link.due_at = desk.now + timedelta(seconds=max(desk.peer.sheet.settle, 1.0))
    fails(desk, Direction.PUSH, error)
    return []


def _withdraw(desk: Desk, link: LinkRow, task: Apply | Create) -> None:
    # It certainly did not happen: what was written ahead is taken back.
    link.sent = [entry for entry in link.sent if entry["attempt"] != task.attempt]
    if isinstance(task, Create) and link.state is LinkState.CREATING:
        link.state = LinkState.PENDING
    for mark in desk.unit.response_links_of(link):
        if mark.attempt == task.attempt and mark.state in (SentState.SENT, SentState.UNKNOWN):
            mark.state = SentState.LOST if mark.response_id else SentState.REMOVED


def _stale(desk: Desk, link: LinkRow, task: Apply | Create) -> list[Task]:
    link.attempts += 1
    if link.attempts > 3 or isinstance(task, Create):
        link.due_at = desk.now + timedelta(seconds=backoff.wait(link.attempts, link.id))
        return []
    link.due_at = desk.now
    if not desk.peer.sheet.can_fetch:
        desk.read_again(task.ref, "stale")
        link.due_at = desk.now + timedelta(seconds=desk.peer.policy.interval)
        return []
    return [Read(desk.row.tick, task.ref)]


def _park(desk: Desk, link: LinkRow, task: Apply | Create, error: ConnectorError) -> None:
    moment = desk.now.isoformat()
    attempt = desk.unit.attempt(task.attempt)
    asked: Mapping[str, Any] = attempt.payload if attempt else {}
    if isinstance(task, Create):
        given = {Field(name): value for name, value in asked.items()}
        link.parked = {**link.parked, "create": {"error": str(error), "at": moment, "asked": value_mark(given)}}
        link.due_at = None
        return
    parked = dict(link.parked)
    asked = {name: value for name, value in asked.items() if value is not None or name != "response"}
    if error.field in asked:
        asked = {error.field: asked[error.field]}
    elif len(asked) > 1 and COMBINED not in parked:
        link.parked, link.due_at = {**parked, COMBINED: {"error": str(error), "at": moment}}, desk.now
        return
    for name, value in asked.items():
        if name == "response":
            texts = {row.id: row.text for row in desk.unit.responses_of(link.complaint_id)}
            parked[f"response:{value}"] = {"error": str(error), "at": moment, "asked": value_mark(texts.get(value))}
        else:
            parked[name] = {"error": str(error), "at": moment, "asked": value_mark(value)}
    link.parked, link.due_at = parked, desk.now


def _later(desk: Desk, link: LinkRow, error: ConnectorError) -> None:
    retry = error.retry_after if isinstance(error, NotDone) else None
    link.due_at = desk.now + timedelta(seconds=backoff.wait(link.attempts, link.id, retry))
    link.attempts += 1
    fails(desk, Direction.PUSH, error)


def read_failed(desk: Desk, task: Read, error: ConnectorError) -> list[Task]:
    """A direct read did not go through."""
    link = desk.link_by_ref(task.ref)
    if isinstance(error, Gone):
        return gone(desk, task.ref)
    if isinstance(error, Stop):
        # Nothing is wrong with this record: it is read when the connection works again.
        fails(desk, Direction.PULL, error)
        desk.row.pull_paused = desk.row.push_paused = str(error)
        return []
    desk.read_done(task.ref)
    if isinstance(error, Reject):
        quarantine(desk, task.ref, str(error), error.problem, error.field)
        pause = 3600.0
    else:
        fails(desk, Direction.PULL, error)
        pause = backoff.wait(1, task.ref, error.retry_after if isinstance(error, NotDone) else None)
        desk.read_again(task.ref, "stale", after=pause)
    if link is not None and link.due_at is not None:
        link.due_at, link.error = desk.now + timedelta(seconds=pause), str(error)
    return []


def gone(desk: Desk, ref: str) -> list[Task]:
    """A direct read or write says that the record does not exist; too many of those at once are not believed."""
    desk.read_done(ref)
    released(desk, ref)
    link = desk.link_by_ref(ref)
    if link is None:
        # What does not exist is the other half of nothing.
        forget(desk, ref)
        return []
    if not believed(desk, ref):
        link.due_at = desk.now + timedelta(hours=1) if link.due_at else None
        return []
    missing(desk, link, "not_there")
    return []


def fails(desk: Desk, direction: Direction, error: ConnectorError) -> None:
    """Count a failure against one direction's circuit breaker."""
    row = desk.row
    retry = error.retry_after if isinstance(error, NotDone) else None
    if retry is not None:
        # Whoever says when to come again means every call, not only those of this direction.
        row.calls_from = max(row.calls_from or desk.now, backoff.later(desk.now, 0, row.name, error))
    if direction is Direction.PULL:
        row.pull_failures, row.pull_error = row.pull_failures + 1, str(error)
        rest = backoff.breaker(row.pull_failures, row.name, retry)
        row.pull_retry_at = desk.now + timedelta(seconds=rest) if rest else row.pull_retry_at
    else:
        row.push_failures, row.push_error = row.push_failures + 1, str(error)
        rest = backoff.breaker(row.push_failures, row.name, retry)
        row.push_retry_at = desk.now + timedelta(seconds=rest) if rest else row.push_retry_at


def works(desk: Desk, direction: Direction) -> None:
    """Close one direction's circuit breaker."""
    row = desk.row
    if direction is Direction.PULL:
        row.pull_failures, row.pull_retry_at, row.pull_error = 0, None, None
    else:
        row.push_failures, row.push_retry_at, row.push_error = 0, None, None


def _finish(desk: Desk, attempt_id: str, outcome: Outcome, error: ConnectorError | None = None) -> None:
    attempt: AttemptRow | None = desk.unit.attempt(attempt_id)
    if attempt is not None:
        attempt.outcome, attempt.finished_at, attempt.error = outcome.value, desk.now, str(error) if error else None
