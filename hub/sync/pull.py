"""Pages of records: observed one by one in one transaction, then the checkpoint, never the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from contracts.connector import Page, Record
from contracts.gateway import Pull
from hub.store import tables
from hub.store.direct import Question
from hub.store.rows import LinkRow
from hub.sync.creates import miss
from hub.sync.deletions import suspect
from hub.sync.desk import Desk, holding
from hub.sync.identify import look_ahead, looked_for_ahead
from hub.sync.inbox import forget_old
from hub.sync.marks import Told, sound, told
from hub.sync.newcomers import Newcomers
from hub.sync.observe import observe
from hub.sync.poison import POISON, Poisoned
from hub.sync.quarantine import quarantine, released
from hub.sync.recovery import app_restored, went_back
from hub.sync.results import works
from hub.sync.seen import Seen
from hub.words import ConflictKind, Direction, LinkState, Recovery

_RING = 50
_PATIENCE = 5
_BACKWARDS = 3


@dataclass(slots=True)
class Reading:
    """What a gateway remembers of one pull under way: when it began, what it has seen, whom it looks for."""

    task: Pull
    began: datetime
    seen: Seen = field(default_factory=Seen)
    looking: tuple[str, ...] = ()
    abandoned: bool = False
    backwards: set[str] = field(default_factory=set)
    moved: bool = False
    # Of the last page nothing was known.
    news: bool = False
    # No link held a record when it began: each that does now was met, or made, since. None while that was not asked.
    first: bool | None = None


def foreseen(reading: Reading, page: Page, connection_id: int) -> Sequence[Question]:
    """Return what is sure to be asked of a page, so that it can be asked together with the connection: where it will be news too."""
    refs = [record.ref for record in page.records]
    return (holding(connection_id, refs), *looked_for_ahead(connection_id)) if reading.news and refs else ()


def take_page(desk: Desk, reading: Reading, page: Page, *, skip: frozenset[str] = frozenset()) -> bool:
    """Observe every record of a page; False if it shows that the app was restored and the pull is to be given up."""
    row, task = desk.row, reading.task
    if row.recovery is Recovery.NONE and _restored(desk, reading, page):
        return False
    changed = _changed(desk, [record for record in page.records if record.ref not in skip])
    if changed:
        linked = look_ahead(desk, [record for record, _ in changed]).linked
        reading.first = not linked if reading.first is None else reading.first
    newcomers = Newcomers(desk)
    for record, known in changed:
        # Of one that is new it is only now worked out what it tells: the database has those before it to do meanwhile.
        says = known or _told(desk, record)
        try:
            if not newcomers.take(record, says):
                observe(desk, record, task.stamp, reading.began, says=says)
        except POISON as error:
            raise Poisoned(record, error) from error
    for rejected in page.rejected:
        quarantine(desk, rejected.ref, rejected.raw, rejected.problem, rejected.field)
    _released(desk, {rejected.ref for rejected in page.rejected})
    reading.news = len(changed) == len(page.records) and all(says is None for _, says in changed)
    reading.seen.update(record.ref for record in page.records)
    reading.seen.update(rejected.ref for rejected in page.rejected)
    if task.why == "feed" or (task.why == "listing" and row.cursor is None):
        reading.moved = _checkpoint(desk, page) or reading.moved
    row.epoch = page.epoch if page.epoch is not None else row.epoch
    return True


def _restored(desk: Desk, reading: Reading, page: Page) -> bool:
    row = desk.row
    if page.epoch is not None and row.epoch is not None and page.epoch != row.epoch:
        app_restored(desk, "its epoch changed")
        return True
    if page.regressed:
        app_restored(desk, "its newest record is older than what was already read")
        return True
    if desk.peer.sheet.rising_versions:
        reading.backwards |= went_back(desk, page)
        if len(reading.backwards) >= _BACKWARDS:
            app_restored(desk, "several records went back to older versions")
            return True
    return False


def _changed(desk: Desk, records: list[Record]) -> list[tuple[Record, Told | None]]:
    """Leave out, in one query and before anything is locked, the records that say what they said last time; open the others."""
    known = desk.held_refs([record.ref for record in records]) if records else {}
    changed: list[tuple[Record, Told | None]] = []
    for record in records:
        held = known.get(record.ref)
        says = _told(desk, record) if held is not None else None
        if held is None or says is None or held.seen != says.mark:
            changed.append((record, says))
    desk.unit.open(known[record.ref].complaint_id for record, says in changed if says is not None)
    return changed


def _told(desk: Desk, record: Record) -> Told:
    try:
        sound(record)
        return told(record, desk.peer.sheet.reads, desk.keys)
    except POISON as error:
        raise Poisoned(record, error) from error


def _released(desk: Desk, rejected: set[str]) -> None:
    """Mark what this page made clear as understood; it was asked ahead, since by now an answer would have to wait for all rows."""
    if desk.ahead is not None:
        understood = desk.ahead.refs & (desk.ahead.waiting | rejected)
        if understood:
            released(desk, *understood)


def _checkpoint(desk: Desk, page: Page) -> bool:
    """Move the checkpoint to the page's, if that is another one."""
    row = desk.row
    if page.cursor is None or page.cursor == row.cursor:
        return False
    row.cursor = page.cursor
    ring = tables.checkpoints
    samples = [record.ref for record in page.records[-3:]]
    desk.unit.put(ring, connection_id=row.id, cursor=page.cursor, epoch=page.epoch, samples=samples, at=desk.now)
    return True


def _prune(desk: Desk) -> None:
    row, ring = desk.row, tables.checkpoints
    newest = select(ring.c.id).where(ring.c.connection_id == row.id).order_by(ring.c.id.desc()).limit(1).offset(_RING - 1)
    oldest = desk.unit.sql.execute(newest).scalar()
    if oldest is not None:
        desk.unit.sql.execute(delete(ring).where(ring.c.connection_id == row.id, ring.c.id < oldest))


def finish_pull(desk: Desk, reading: Reading, page: Page) -> None:
    """The connector has no more now: what a complete listing or a look-up proves, and when to ask again."""
    row, policy = desk.row, desk.peer.policy
    works(desk, Direction.PULL)
    if row.pulled_at is None or _hour(row.pulled_at) != _hour(desk.now):
        # They are kept for days: whoever is read every few seconds need not ask for them each time.
        forget_old(desk.unit.sql, row.id, desk.now)
    if reading.moved:
        _prune(desk)
    row.pulled_at = desk.now
    if reading.task.why != "lookup":
        row.pull_due_at = desk.now + timedelta(seconds=policy.interval)
    if page.complete and not reading.first:
        suspect(desk, reading.seen, reading.task.stamp)
    if page.complete and reading.task.why != "lookup" and reading.task.cursor is None:
        row.listed_at = reading.began
        row.listing_due_at = desk.now + timedelta(seconds=policy.listing)
    elif reading.task.why == "listing":
        # A listing that proves nothing is asked for again, but not at once.
        row.pull_retry_at = desk.now + timedelta(seconds=policy.interval)
        if row.recovery is not Recovery.NONE:
            desk.record(ConflictKind.RESTORED, None, "listing_not_whole", waits=True, note="recovery waits for a complete listing")
    elif row.listing_due_at is None and row.recovery is Recovery.NONE:
        row.listing_due_at = desk.now + timedelta(seconds=policy.listing)
    for link_id in reading.looking:
        link = desk.unit.link(link_id)
        if link.state is not LinkState.AMBIGUOUS:
            continue
        if page.complete or reading.task.cursor is not None:
            miss(desk, link)
        else:
            _look_later(desk, link)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _look_later(desk: Desk, link: LinkRow) -> None:
    # A listing that is not whole proves nothing about what is missing from it; after some of those a person is asked.
    link.due_at = desk.now + timedelta(seconds=max(desk.peer.policy.interval, desk.peer.sheet.settle))
    link.attempts += 1
    if link.attempts == _PATIENCE:
        complaint = desk.unit.complaint(link.complaint_id)
        desk.record(ConflictKind.AMBIGUOUS, complaint, "cannot_look", waits=True, note="the listings of the app are never complete")
