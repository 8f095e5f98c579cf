"""What one connection needs next, in order: direct readings, a pull, then writes; decided inside the lease's transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, case, exists, or_, select

from contracts.errors import LeaseLost, SimpulError
from contracts.gateway import Apply, Create, Pull, Read, Task
from hub.store import tables
from hub.store.direct import answers
from hub.store.rows import LinkRow
from hub.store.types import Moment
from hub.sync import recovery
from hub.sync.creates import listable
from hub.sync.desk import Desk
from hub.sync.inbox import take_hints
from hub.sync.pace import FOLLOWING, Pace
from hub.sync.poison import POISON
from hub.sync.pull import Reading
from hub.sync.push import next_task
from hub.sync.results import may_push
from hub.words import HintState, LinkState, Recovery


@dataclass(slots=True)
class Offer:
    """Tasks to hand out, why each direct reading was asked for, and what must be remembered of a pull."""

    tasks: list[Task] = field(default_factory=list)
    why: dict[Task, str] = field(default_factory=dict)
    reading: Reading | None = None


class _Waits(NamedTuple):
    """Whether anything of each kind is there."""

    hints: bool
    reads: bool
    doubts: bool
    links: bool


_here: BindParameter[int] = bindparam("here")
_now = bindparam("now", type_=Moment())
_hint, _read, _link = tables.inbox.c, tables.reads.c, tables.links.c
# One question instead of one for each: most of the time nothing of it is there.
_WAITS = select(
    exists().where(_hint.connection_id == _here, _hint.state == HintState.WAITING.value).label("hints"),
    exists().where(_read.connection_id == _here, _read.due_at <= _now).label("reads"),
    exists().where(_link.connection_id == _here, _link.due_at <= _now, _link.state == LinkState.AMBIGUOUS.value).label("doubts"),
    exists().where(_link.connection_id == _here, _link.due_at <= _now).label("links"),
)


def offer(desk: Desk, limit: int, *, fed: bool) -> Offer:
    """Return what is to be done now; ``fed``: this session has had its pull."""
    row, pace = desk.row, desk.pace
    if row.recovery_held:
        return Offer()
    if row.calls_from is not None and row.calls_from > desk.now:
        return _listing(desk, pace) if fed and pace else Offer()
    limit = min(limit, pace.left(row.calls_from, desk.now)) if pace else limit
    reads = may_read(desk)
    [waits] = map(_Waits._make, answers(desk.unit.sql, _WAITS, {"here": row.id, "now": desk.now}))
    if reads:
        if waits.hints:
            take_hints(desk)
        asked = _reads(desk, limit) if waits.hints or waits.reads else Offer()
        if asked.tasks:
            return asked
        pull = _pull(desk, fed=fed, doubts=waits.doubts)
        if pull is not None:
            return _paced(pull, pace, limit + FOLLOWING) if pace else pull
    if not recovery.complete(desk) or not waits.links or not may_push(desk):
        return Offer()
    # What is read to be written needs calls that follow it.
    return Offer(_writes(desk, max(1, limit // (1 + FOLLOWING)) if pace else limit, reads=reads))


def _listing(desk: Desk, pace: Pace) -> Offer:
    """A comparison follows upon the feed, for which a slow pace has no call left: another session would begin with the feed again."""
    if not may_read(desk) or not pace.follows(desk.row.calls_from, desk.now, 0):
        return Offer()
    pull = _pull(desk, fed=True, doubts=False)
    return _paced(pull, pace, 1) if pull is not None else Offer()


def _paced(pull: Offer, pace: Pace, calls: int) -> Offer:
    assert pull.reading is not None
    task = replace(pull.reading.task, calls=calls, apart=pace.apart.total_seconds())
    return Offer([task], reading=replace(pull.reading, task=task))


def may_read(desk: Desk) -> bool:
    """Tell whether this connection's app may be asked anything now: not paused, and its pull circuit closed."""
    row = desk.row
    return row.pull_paused is None and not (row.pull_retry_at is not None and row.pull_retry_at > desk.now)


def _reads(desk: Desk, limit: int) -> Offer:
    table = tables.reads.c
    # A ref that must be confirmed is read before the record that claims to be the same complaint.
    order = case((table.why == "doubt", 1), else_=0)
    found = select(table.ref, table.why).where(table.connection_id == desk.row.id, table.due_at <= desk.now)
    asked = Offer()
    for row in desk.unit.sql.execute(found.order_by(order, table.due_at, table.ref).limit(limit)).all():
        task = Read(desk.row.tick, row.ref)
        asked.tasks.append(task)
        asked.why[task] = row.why
    return asked


def _pull(desk: Desk, *, fed: bool, doubts: bool) -> Offer | None:
    row, sheet, now = desk.row, desk.peer.sheet, desk.now
    listing = sheet.can_list and (row.recovery is not Recovery.NONE or row.listing_due_at is not None)
    listing = listing and (row.listing_due_at is None or row.listing_due_at <= now)
    looking = _looking(desk) if doubts else []
    # An app that went back shows it by its feed only; in a listing its lost records look like deleted ones.
    if listing and (fed or row.cursor is None):
        task = Pull(desk.tick(), None, "listing")
    elif not fed and (listing or row.pull_due_at is None or row.pull_due_at <= now):
        # Once a session: one whose writes take longer than the interval would otherwise never come to its end.
        task = Pull(desk.tick(), row.cursor, "feed")
    elif looking:
        # Cursors are the app's and compare as nothing: the one of the oldest attempt comes first.
        task = Pull(desk.tick(), None if any(cursor is None for _, cursor in looking) else looking[0][1], "lookup")
    else:
        return None
    ids = tuple(link_id for link_id, _ in looking) if task.cursor is None or task.why == "lookup" else ()
    return Offer([task], reading=Reading(task, now, looking=ids))


def _looking(desk: Desk) -> list[tuple[str, str | None]]:
    if desk.peer.sheet.can_find or not listable(desk):
        return []
    link = tables.links.c
    found = select(link.id).where(
        link.connection_id == desk.row.id, link.state == LinkState.AMBIGUOUS.value, link.due_at <= desk.now, link.ticket.is_(None)
    )
    links = [desk.unit.link(row.id) for row in desk.unit.sql.execute(found).all()]
    attempts = [(row, desk.unit.last_attempt(row, "create")) for row in links if _looked_for(desk, row)]
    attempts.sort(key=lambda pair: (pair[1].started_at if pair[1] else desk.now, pair[0].id))
    return [(row.id, attempt.cursor if attempt else None) for row, attempt in attempts]


def _looked_for(desk: Desk, link: LinkRow) -> bool:
    return not (desk.peer.sheet.idempotent_create and link.receiver)


def _writes(desk: Desk, limit: int, *, reads: bool) -> list[Task]:
    """Go through what is due until there is something to do or nothing is due any more."""
    if not reads and not desk.peer.sheet.conditional_write:
        return []
    passed: set[str] = set()
    while True:
        due = _due(desk, limit, passed)
        if not due:
            return []
        desk.unit.open(row.complaint_id for row in due)
        tasks = _batch(desk, [desk.unit.link(row.id) for row in due], reads=reads)
        if tasks:
            return tasks
        passed |= {row.id for row in due}
        desk.unit.flush()


def _batch(desk: Desk, links: list[LinkRow], *, reads: bool) -> list[Task]:
    tasks: list[Task] = []
    for link in links:
        task = _prepared(desk, link)
        if task is None or (isinstance(task, Read) and not reads):
            continue
        tasks.append(task)
        if isinstance(task, (Apply, Create)):
            # One write at a time: what an earlier one does may change what a later one must say.
            break
    return tasks


def _due(desk: Desk, limit: int, passed: set[str]) -> list[LinkRow]:
    link = tables.links.c
    due = select(link.id, link.complaint_id).where(link.connection_id == desk.row.id, link.due_at <= desk.now)
    if not desk.peer.sheet.can_find and listable(desk) and not desk.peer.sheet.idempotent_create:
        # What a look-up by listing will settle is not asked for one by one.
        due = due.where(or_(link.state != LinkState.AMBIGUOUS.value, link.ticket.is_not(None)))
    found = desk.unit.sql.execute(due.order_by(link.due_at, link.id).limit(limit + len(passed))).all()
    return [row for row in found if row.id not in passed]  # type: ignore[misc]


def _prepared(desk: Desk, link: LinkRow) -> Task | None:
    """Return a link's next task; one that cannot even be prepared waits for a person and keeps nobody else waiting."""
    try:
        return next_task(desk, link, fresh=False)
    except LeaseLost:
        raise
    except (SimpulError, *POISON) as error:
        said = str(error) if isinstance(error, SimpulError) else type(error).__name__
        link.parked = {**link.parked, "prepare": {"error": said, "at": desk.now.isoformat()}}
        link.due_at, link.error = None, f"cannot be prepared: {said}"
        return None
