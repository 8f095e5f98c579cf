"""The hub's side of the gateway as a function call: hands out tasks for one connection and decides after each result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from contracts.connector import Receipt, Record
from contracts.errors import ConnectorError, LeaseLost, Stop
from contracts.gateway import Apply, Create, Find, Found, Gateway, Pull, Pulled, Read, Result, Task
from hub.store import tables
from hub.sync import backoff, lease, recovery
from hub.sync.creates import listable
from hub.sync.desk import Desk
from hub.sync.pull import Poisoned, Reading, finish_pull, take_page
from hub.sync.push import next_task
from hub.sync.quarantine import quarantine
from hub.sync.results import acknowledged, failed, fails, filed, looked_for, may_push, read_failed, was_read
from hub.words import Direction, LinkState, Phase, Recovery

if TYPE_CHECKING:
    from hub.sync.engine import Engine

_MARGIN = 5.0


class LocalGateway(Gateway):
    """Tasks for one connection, as long as its fenced lease is held. ``pushes=False`` hands out no writes (dry run)."""

    def __init__(self, engine: Engine, name: str, owner: str, *, pushes: bool = True) -> None:
        self.engine = engine
        self.name = name
        self.owner = owner
        self.pushes = pushes
        self._fence: int | None = None
        self._sure_until = 0.0
        self._began: dict[Task, datetime] = {}
        self._why: dict[Task, str] = {}
        self._readings: dict[int, Reading] = {}
        self._fed = False

    # -- the port

    def lease(self, limit: int) -> Sequence[Task]:
        """Hand out what is due: direct reads first, then a pull, then writes; each stamped with the sequence."""
        asked = self.engine.monotonic()
        tasks = self.engine.store.again(lambda: self._lease(limit))
        self._fed = self._fed or any(isinstance(task, Pull) and task.why == "feed" for task in tasks)
        self._sure_until = asked + lease.TTL - _MARGIN
        return tasks

    def _lease(self, limit: int) -> list[Task]:
        with self._desk(acquire=True) as desk:
            return self._next(desk, limit)

    def holds(self) -> bool:
        """Tell whether the lease is surely still ours, by this process's own monotonic clock."""
        return self._fence is not None and self.engine.monotonic() < self._sure_until

    def release(self) -> None:
        """Give the lease back, and stamp what has been proven equal."""
        if self._fence is None:
            return
        try:
            self.engine.store.again(self._release)
        except LeaseLost:
            return
        finally:
            self._fence = None

    def _release(self) -> None:
        with self._desk() as desk:
            _stamp_equal(desk)
            lease.release(desk.row)

    def report(self, task: Task, result: Result) -> Sequence[Task]:
        """Take one result in; every result is one transaction that checks the lease first."""
        asked = self.engine.monotonic()
        take_in = self._pulled if isinstance(task, Pull) else self._reported
        following = self.engine.store.again(lambda: take_in(task, result))
        self._sure_until = asked + lease.TTL - _MARGIN
        return following

    # -- one transaction

    @contextmanager
    def _desk(self, *, acquire: bool = False) -> Iterator[Desk]:
        with self.engine.store.unit() as unit:
            if acquire and self._fence is None:
                row = lease.acquire(unit, self.name, self.owner)
                fence = row.fence
                desk = self.engine.desk(unit, row)
                lease.takeover(desk)
            else:
                if self._fence is None:
                    raise LeaseLost(f"no lease is held for {self.name}.")
                fence = self._fence
                desk = self.engine.desk(unit, lease.verify(unit, self.name, fence))
            desk.pushes = self.pushes
            yield desk
        self._fence = fence

    # -- handing out

    def _next(self, desk: Desk, limit: int) -> list[Task]:
        row, now = desk.row, desk.now
        if row.recovery_held:
            return []
        if row.pull_paused is None and not (row.pull_retry_at and row.pull_retry_at > now):
            reads = self._reads(desk, limit)
            if reads:
                return reads
            pull = self._pull(desk)
            if pull is not None:
                return [pull]
        if not recovery.complete(desk) or not self.pushes or not may_push(desk):
            return []
        return self._writes(desk, limit)

    def _reads(self, desk: Desk, limit: int) -> list[Task]:
        table = tables.reads.c
        # A ref that must be confirmed is read before the record that claims to be the same complaint.
        order = case((table.why == "doubt", 1), else_=0)
        found = select(table.ref, table.why).where(table.connection_id == desk.row.id, table.due_at <= desk.now)
        tasks: list[Task] = []
        for row in desk.unit.sql.execute(found.order_by(order, table.due_at, table.ref).limit(limit)).all():
            task = self._stamped(desk, Read(desk.row.tick, row.ref))
            self._why[task] = row.why
            tasks.append(task)
        return tasks

    def _pull(self, desk: Desk) -> Pull | None:
        row, sheet, now = desk.row, desk.peer.sheet, desk.now
        listing = sheet.can_list and (row.recovery is not Recovery.NONE or row.listing_due_at is not None)
        looking = self._looking(desk)
        if listing and (row.listing_due_at is None or row.listing_due_at <= now):
            task = Pull(desk.tick(), None, "listing")
        elif not self._fed and (row.pull_due_at is None or row.pull_due_at <= now):
            # Once a session: one whose writes take longer than the interval would otherwise never come to its end.
            task = Pull(desk.tick(), row.cursor, "feed")
        elif looking:
            cursors = [cursor for _, cursor in looking]
            task = Pull(desk.tick(), None if None in cursors else min(str(cursor) for cursor in cursors), "lookup")
        else:
            return None
        whole = task.cursor is None
        ids = tuple(link_id for link_id, _ in looking) if whole or task.why == "lookup" else ()
        self._readings = {task.stamp: Reading(task, now, looking=ids)}
        return task

    def _looking(self, desk: Desk) -> list[tuple[str, str | None]]:
        sheet = desk.peer.sheet
        if sheet.idempotent_create or sheet.can_find or not listable(desk):
            return []
        link = tables.links.c
        found = select(link.id).where(
            link.connection_id == desk.row.id, link.state == LinkState.AMBIGUOUS.value, link.due_at <= desk.now, link.ticket.is_(None)
        )
        ids = [row.id for row in desk.unit.sql.execute(found.order_by(link.id))]
        attempts = [(link_id, desk.unit.last_attempt(desk.unit.link(link_id), "create")) for link_id in ids]
        # A cursor says where to look from only in an app that is polled; a snapshot is always looked through whole.
        return [(link_id, attempt.cursor if attempt else None) for link_id, attempt in attempts]

    def _writes(self, desk: Desk, limit: int) -> list[Task]:
        link = tables.links.c
        due = select(link.id, link.complaint_id).where(link.connection_id == desk.row.id, link.due_at <= desk.now)
        found = desk.unit.sql.execute(due.order_by(link.due_at, link.id).limit(limit)).all()
        desk.unit.open(row.complaint_id for row in found)
        tasks: list[Task] = []
        for row in found:
            task = next_task(desk, desk.unit.link(row.id), fresh=False)
            if task is not None:
                tasks.append(self._stamped(desk, task))
                if isinstance(task, (Apply, Create)):
                    # One write at a time: what an earlier one does may change what a later one must say.
                    break
        return tasks

    def _stamped(self, desk: Desk, task: Task) -> Task:
        if isinstance(task, (Read, Find)):
            self._began[task] = desk.now
        return task

    def _began_at(self, task: Task) -> datetime:
        return self._began.get(task) or self.engine.store.now()

    # -- taking in

    def _reported(self, task: Task, result: Result) -> list[Task]:
        with self._desk() as desk:
            if isinstance(task, Read):
                following = self._read(desk, task, result)
            elif isinstance(task, Find):
                following = self._found(desk, task, result)
            elif isinstance(task, (Apply, Create)):
                following = _written(desk, task, result)
            else:
                following = []
                if isinstance(result, Stop):
                    desk.row.pull_paused = desk.row.push_paused = str(result)
            return [self._stamped(desk, each) for each in following if self.pushes or isinstance(each, Read)]

    def _read(self, desk: Desk, task: Read, result: Result) -> list[Task]:
        began, why = self._began_at(task), self._why.get(task)
        if isinstance(result, Record):
            return was_read(desk, task, result, began, why)
        assert isinstance(result, ConnectorError)
        return read_failed(desk, task, result)

    def _found(self, desk: Desk, task: Find, result: Result) -> list[Task]:
        began = self._began_at(task)
        if isinstance(result, Found):
            return looked_for(desk, task, result.record, began)
        assert isinstance(result, ConnectorError)
        link = desk.unit.link(task.link)
        fails(desk, Direction.PUSH, result)
        link.due_at = backoff.later(desk.now, link.attempts, link.id, result)
        link.attempts += 1
        return []

    def _pulled(self, task: Task, result: Result) -> list[Task]:
        reading = self._readings.get(task.stamp)
        if reading is None or reading.abandoned:
            return []
        if not isinstance(result, Pulled):
            assert isinstance(result, ConnectorError)
            self._pull_failed(result)
            return []
        skip: dict[str, Poisoned] = {}
        while True:
            try:
                self._page(reading, result, skip)
                return []
            except Poisoned as poisoned:
                if poisoned.record.ref in skip:
                    raise
                skip[poisoned.record.ref] = poisoned

    def _page(self, reading: Reading, result: Pulled, skip: dict[str, Poisoned]) -> None:
        with self._desk() as desk:
            take_page(desk, reading, result.page, skip=frozenset(skip))
            for ref, poisoned in skip.items():
                quarantine(desk, ref, repr(poisoned.record), f"cannot be taken in ({type(poisoned.cause).__name__})", None)
            if result.last and not reading.abandoned:
                finish_pull(desk, reading, result.page)

    def _pull_failed(self, error: ConnectorError) -> None:
        with self._desk() as desk:
            fails(desk, Direction.PULL, error)
            desk.row.pull_due_at = backoff.later(desk.now, desk.row.pull_failures - 1, self.name, error)
            if desk.row.listing_due_at is not None and desk.row.listing_due_at <= desk.now:
                desk.row.listing_due_at = desk.row.pull_due_at
            if isinstance(error, Stop):
                desk.row.pull_paused = str(error)


def _written(desk: Desk, task: Apply | Create, result: Result) -> list[Task]:
    if isinstance(result, Receipt):
        return acknowledged(desk, task, result) if isinstance(task, Apply) else filed(desk, task, result)
    assert isinstance(result, ConnectorError)
    return failed(desk, task, result)


def _stamp_equal(desk: Desk) -> None:
    """After a complete listing with nothing left to do, everything is verified equal as of the listing's beginning."""
    row = desk.row
    if row.listed_at is None or row.verified_at == row.listed_at or row.phase is not Phase.LIVE:
        return
    link, reads = tables.links.c, tables.reads.c
    due = select(func.count()).where(link.connection_id == row.id, link.due_at.is_not(None))
    waiting = select(func.count()).where(reads.connection_id == row.id)
    if not desk.unit.sql.execute(due).scalar() and not desk.unit.sql.execute(waiting).scalar():
        row.verified_at = row.listed_at
