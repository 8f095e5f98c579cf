"""The hub's side of the gateway as a function call: hands out tasks for one connection and decides after each result."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from contracts.connector import Page, Receipt, Record
from contracts.errors import Abandoned, ConnectorError, LeaseLost, Stop
from contracts.gateway import Apply, Create, Find, Found, Gateway, Pull, Pulled, Read, Result, Task
from hub.store import tables
from hub.store.direct import Question
from hub.store.store import Unstorable
from hub.sync import backoff, lease
from hub.sync.desk import Desk
from hub.sync.marks import sound
from hub.sync.offer import Offer, offer
from hub.sync.poison import POISON, Poisoned
from hub.sync.pull import Reading, finish_pull, take_page
from hub.sync.pull import foreseen as foreseen_of_page
from hub.sync.quarantine import put_aside
from hub.sync.results import acknowledged, failed, fails, filed, foreseen, looked_for, read_failed, was_read
from hub.words import Direction, Phase

if TYPE_CHECKING:
    from hub.sync.engine import Engine

# The lease is renewed when a quarter of it is gone; until then it may end that much earlier.
_MARGIN = lease.TTL / 4 + 5.0


class LocalGateway(Gateway):
    """Tasks for one connection, as long as its fenced lease is held. ``pushes=False`` hands out no writes (dry run)."""

    def __init__(self, engine: Engine, name: str, owner: str, *, pushes: bool = True) -> None:
        self.engine = engine
        self.name = name
        self.owner = owner
        self.pushes = pushes
        self._fence: int | None = None
        self._here: int | None = None
        self._in_doubt = False
        self._sure_until = 0.0
        self._began: dict[Task, datetime] = {}
        self._why: dict[Task, str] = {}
        self._readings: dict[int, Reading] = {}
        self._fed = False
        self._handed = 0

    # -- the port

    def lease(self, limit: int) -> Sequence[Task]:
        """Hand out what is due: direct reads first, then a pull, then writes; each stamped with the sequence."""
        asked = self.engine.monotonic()
        self._handed = 0
        try:
            handed, now = self.engine.store.again(lambda: self._lease(limit))
        except SQLAlchemyError:
            # Nobody can tell whether the lease was taken.
            self._in_doubt = self._fence is None
            raise
        self._handed = len(handed.tasks)
        self._why.update(handed.why)
        if handed.reading is not None:
            self._readings = {handed.reading.task.stamp: handed.reading}
            self._fed = self._fed or handed.reading.task.why == "feed"
        self._sure_until = asked + lease.TTL - _MARGIN
        return self._begun(handed.tasks, now)

    def _lease(self, limit: int) -> tuple[Offer, datetime]:
        with self._desk(acquire=True) as desk:
            handed = offer(desk, limit, fed=self._fed)
            if not handed.tasks:
                # Nothing is due: given back here, it costs no transaction of its own.
                _stamp_equal(desk)
                lease.release(desk.row)
        if not handed.tasks:
            self._fence = None
        return handed, desk.now

    def _begun(self, tasks: list[Task], now: datetime) -> list[Task]:
        self._began.update({task: now for task in tasks if isinstance(task, (Read, Find))})
        return tasks

    def holds(self) -> bool:
        """Tell whether the lease is surely still ours, by this process's own monotonic clock."""
        return self._fence is not None and self.engine.monotonic() < self._sure_until

    def release(self) -> None:
        """Give the lease back, and stamp what has been proven equal."""
        if self._fence is None:
            if self._in_doubt:
                self._owe()
            return
        try:
            self.engine.store.again(self._release)
        except LeaseLost:
            return
        except Exception:
            self._owe()
            raise
        finally:
            self._fence = None

    def _owe(self) -> None:
        self.engine.owed[self.owner] = self.name

    def _release(self) -> None:
        with self._desk() as desk:
            _stamp_equal(desk)
            lease.release(desk.row)

    def report(self, task: Task, result: Result) -> Sequence[Task]:
        """Take one result in; every result is one transaction that checks the lease first."""
        asked = self.engine.monotonic()
        if isinstance(task, Pull):
            self._pulled(task, result)
            following: list[Task] = []
        else:
            self._handed = max(self._handed - 1, 0)
            following = self._reported(task, result)
            self._handed += len(following)
        if isinstance(task, (Read, Find)):
            self._began.pop(task, None)
            self._why.pop(task, None)
        self._sure_until = asked + lease.TTL - _MARGIN
        return self._begun(following, self.engine.store.now())

    # -- one transaction

    @contextmanager
    def _desk(self, ahead: Sequence[Question] = (), *, acquire: bool = False) -> Iterator[Desk]:
        """Open a transaction of this connection's session; ``ahead`` is asked together with its lease."""
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
                unit.foresee(*ahead)
                desk = self.engine.desk(unit, lease.verify(unit, self.name, fence))
            desk.pushes, desk.handed = self.pushes, self._handed
            yield desk
        self._fence, self._here = fence, desk.row.id

    # -- taking in

    def _reported(self, task: Task, result: Result) -> list[Task]:
        try:
            return self.engine.store.again(lambda: self._take_in(task, result))
        except (Unstorable, *POISON) as error:
            if isinstance(result, Receipt) and result.record is not None:
                # The write is done and known; what the app showed with it is read again, and put aside then.
                return self._reported(task, replace(result, record=None))
            record = result.record if isinstance(result, Found) else result
            if not isinstance(record, Record):
                raise
            self._put_aside(task, record, error)
            return []

    def _take_in(self, task: Task, result: Result) -> list[Task]:
        with self._desk(() if self._here is None else foreseen(task, self._here)) as desk:
            desk.spend(1)
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
            # A write is written down by now; what is to be read is due as long as it was not.
            return [each for each in following if (desk.may_follow if isinstance(each, Read) else self.pushes)]

    def _put_aside(self, task: Task, record: Record, error: Exception) -> None:
        with self._desk() as desk:
            desk.spend(1)
            put_aside(desk, record, error)
            link = desk.link_by_ref(record.ref) if isinstance(task, Read) else None
            if isinstance(task, Find):
                link = desk.unit.link(task.link)
            if link is not None and link.due_at is not None:
                link.due_at, link.error = desk.now + timedelta(hours=1), "its record cannot be taken in"

    def _read(self, desk: Desk, task: Read, result: Result) -> list[Task]:
        began, why = self._began.get(task) or desk.now, self._why.get(task)
        if isinstance(result, Record):
            sound(result)
            return was_read(desk, task, result, began, why)
        assert isinstance(result, ConnectorError)
        return read_failed(desk, task, result)

    def _found(self, desk: Desk, task: Find, result: Result) -> list[Task]:
        if isinstance(result, Found):
            return looked_for(desk, task, result.record, self._began.get(task) or desk.now)
        assert isinstance(result, ConnectorError)
        link = desk.unit.link(task.link)
        fails(desk, Direction.PUSH, result)
        if isinstance(result, Stop):
            desk.row.push_paused = str(result)
            return []
        link.due_at = backoff.later(desk.now, link.attempts, link.id, result)
        link.attempts += 1
        return []

    def _pulled(self, task: Pull, result: Result) -> None:
        reading = self._readings.get(task.stamp)
        if reading is None or reading.abandoned:
            raise Abandoned("this pull is not wanted any more.")
        if not isinstance(result, Pulled):
            assert isinstance(result, ConnectorError)
            self.engine.store.again(lambda: self._pull_failed(reading, result))
            return
        skip: dict[str, Poisoned] = {}
        while True:
            try:
                self.engine.store.again(lambda: self._page(reading, result, skip))
                return
            except Poisoned as poisoned:
                if poisoned.record.ref in skip:
                    raise
                skip[poisoned.record.ref] = poisoned
            except Unstorable:
                if not result.page.records:
                    raise
                self._one_by_one(reading, result, skip)
                return

    def _one_by_one(self, reading: Reading, result: Pulled, skip: dict[str, Poisoned]) -> None:
        """The database refused something on the page: find out which record it was, and put that one aside."""
        for record in result.page.records:
            alone = Pulled(Page((record,), epoch=result.page.epoch), last=False, calls=0)
            try:
                self.engine.store.again(functools.partial(self._page, reading, alone, {}))
            except (Poisoned, Unstorable) as error:
                cause = error.cause if isinstance(error, Poisoned) else error
                skip[record.ref] = Poisoned(record, cause)
        rest = replace(result, page=replace(result.page, records=tuple(skip[ref].record for ref in skip)))
        self.engine.store.again(lambda: self._page(reading, rest, skip))

    def _page(self, reading: Reading, result: Pulled, skip: dict[str, Poisoned]) -> None:
        ahead = () if self._here is None else foreseen_of_page(reading, result.page, self._here)
        with self._desk(ahead) as desk:
            if desk.row.pull_paused is not None:
                raise Abandoned("the connection was paused.")
            desk.spend(result.calls)
            whole = take_page(desk, reading, result.page, skip=frozenset(skip))
            for poisoned in skip.values():
                put_aside(desk, poisoned.record, poisoned.cause)
            if whole and result.last:
                finish_pull(desk, reading, result.page)
        reading.abandoned = not whole

    def _pull_failed(self, reading: Reading, error: ConnectorError) -> None:
        with self._desk() as desk:
            desk.spend(1)
            fails(desk, Direction.PULL, error)
            later = backoff.later(desk.now, desk.row.pull_failures - 1, self.name, error)
            desk.row.pull_due_at = later
            if desk.row.listing_due_at is not None and desk.row.listing_due_at <= desk.now:
                desk.row.listing_due_at = later
            for link_id in reading.looking:
                desk.unit.link(link_id).due_at = later
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
