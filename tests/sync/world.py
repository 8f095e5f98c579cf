"""A whole network in one process: the real engine on a real store, and apps whose people, lines and backups a test commands."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour
from connectors.memory.connector import MemoryConnector
from connectors.memory.faults import Fault, FaultKind, no_faults
from connectors.memory.store import Store as AppStore
from contracts.connector import Edit, Page, Receipt, Record
from contracts.errors import LeaseLost
from contracts.gateway import Task
from contracts.sheet import capabilities_to_json
from hub.clock import ManualClock
from hub.keys import KeyRing
from hub.session.session import Session
from hub.store import tables
from hub.store.store import Store
from hub.store.unit import Unit
from hub.sync import recovery
from hub.sync.desk import Desk
from hub.sync.engine import Engine, network_changed
from hub.sync.gateway import LocalGateway
from hub.words import Phase, Recovery

COORDINATOR = "pusat"
START = datetime(2026, 11, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AWAY = datetime(2099, 1, 1, tzinfo=UTC)
_KEYS = KeyRing.generate()


class Crash(BaseException):
    """The process of the hub dies here; what was not committed is lost."""


class Watched(MemoryConnector):
    """Calls ``world.after`` between the answer of an outside call and its report, where races happen."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__({"app": name})
        self.world = world

    def _after(self, operation: str) -> None:
        self.world.answered(self.app.name, operation)

    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            self._after("page")
            yield page

    def fetch(self, ref: str) -> Record:
        try:
            return super().fetch(ref)
        finally:
            self._after("read")

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        try:
            return super().apply(ref, edit, expected, idempotency_key)
        finally:
            self._after("apply")


@dataclass(slots=True)
class Backup:
    """Every row of the hub at one moment."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class World:
    """The network. Connections and apps have the same names; agency ``A`` has connection ``a`` and so on.

    ``national`` names the connection that stands for the national system; ``policies`` are as they are stored. Where a
    call was in doubt its app is among ``doubted``, where a listing left something out among ``skipped``.
    """

    def __init__(
        self,
        behaviours: Mapping[str, Behaviour],
        *,
        national: str | None = None,
        policies: Mapping[str, dict[str, Any]] | None = None,
        url: str = "sqlite://",
    ) -> None:
        self.clock = ManualClock(START)
        counter = itertools.count(1)
        self.store = Store(url, self.clock.now, lambda: f"00000000-0000-7000-8000-{next(counter):012d}")
        tables.metadata.drop_all(self.store.engine)
        tables.metadata.create_all(self.store.engine)
        self.keys = _KEYS
        self.apps: dict[str, MemoryApp] = {}
        for name, behaviour in behaviours.items():
            MemoryApp.forget(name)
            self.apps[name] = MemoryApp.named(name, behaviour)
        self.ids: dict[str, int] = {}
        self._connect(policies or {})
        self.national = national
        self.engine = self._engine()
        self.running: dict[str, Iterator[Task]] = {}
        self.hooks: list[tuple[str, str, Callable[[], None]]] = []
        self.late: dict[str, list[datetime]] = {name: [] for name in behaviours}
        self.doubted: set[str] = set()
        self.skipped: set[str] = set()
        # Records that made no sense before they were ever read: app and text.
        self.spoiled: set[tuple[str, str]] = set()
        self.restored = False
        self._view: Connection | None = None

    def _engine(self) -> Engine:
        return Engine(self.store, self.keys, coordinator=COORDINATOR, national=self.national, monotonic=self.clock.monotonic)

    def _connect(self, policies: Mapping[str, dict[str, Any]]) -> None:
        with self.store.unit() as unit:
            for name, app in self.apps.items():
                made = unit.sql.execute(
                    insert(tables.connections)
                    .values(
                        name=name,
                        kind="memory",
                        agency=name.upper(),
                        settings={"app": name},
                        policy=policies.get(name, {}),
                        sheet=capabilities_to_json(app.behaviour.capabilities),
                        phase=Phase.LIVE.value,
                        live_from=LONG_AGO,
                        recovery=Recovery.NONE.value,
                        recovery_held=False,
                        tick=0,
                        pull_failures=0,
                        push_failures=0,
                        fence=0,
                    )
                    .returning(tables.connections.c.id)
                )
                self.ids[name] = int(made.scalar_one())
                unit.sql.execute(insert(tables.agencies).values(code=name.upper(), name=name, parent=None, connection=name))
            network_changed(unit)

    def close(self) -> None:
        """Give back what was opened."""
        self.store.close()
        for name in self.apps:
            MemoryApp.forget(name)

    # -- sessions

    def gateway(self, name: str, *, owner: str = "world") -> LocalGateway:
        """Open a gateway; one owner for all, so that the session of a process that died is taken over at once."""
        return self.engine.gateway(name, owner=owner)

    def steps(self, name: str, *, owner: str = "world") -> Iterator[Task]:
        """Carry out a session one task at a time; dropped in the middle, it is a session that died or stalled there."""
        gateway = self.gateway(name, owner=owner)
        session = Session(gateway, Watched(self, name), ahead=False, rest=self.advance)
        while tasks := list(gateway.lease(50)):
            while tasks:
                task = tasks[0]
                tasks = session.turn(tasks)
                yield task
        gateway.release()

    def sync(self, name: str, budget: int = 400) -> list[Task]:
        """Run a whole session; a `Crash` ends it where it is, and one that never ends is an error."""
        self.running.pop(name, None)
        done: list[Task] = []
        try:
            for task in self.steps(name):
                done.append(task)
                assert len(done) < budget, f"I1: a session of {name} finds no end: {done[-6:]}"
        except LeaseLost:
            pass  # a hook let another session take over
        except Crash:
            self.crashed()
        return done

    def step(self, name: str) -> bool:
        """Carry out one more task of a session that is under way (or begins); tell whether there was one."""
        running = self.running.get(name) or self.running.setdefault(name, self.steps(name))
        try:
            next(running)
        except (StopIteration, LeaseLost):
            self.running.pop(name, None)
            return False
        except Crash:
            self.crashed()
            return False
        return True

    def crashed(self) -> None:
        """The process is gone, with every session in it; a new one starts."""
        self.running.clear()
        self.hooks.clear()
        self.calm()
        self.engine = self._engine()

    def sync_all(self, rounds: int = 1) -> None:
        """Run a session of every connection, a minute apart."""
        for _ in range(rounds):
            self.advance(61)
            for name in self.apps:
                self.sync(name)

    # -- time

    def advance(self, seconds: float) -> None:
        """Let time pass; a late request lands before its app's settle time is over, never after it."""
        then = self.clock.now() + timedelta(seconds=seconds)
        for name, app in self.apps.items():
            settle = timedelta(seconds=app.behaviour.settle)
            while self.late[name] and self.late[name][0] + settle <= then:
                self.late[name].pop(0)
                app.deliver_late()
        self.clock.advance(seconds)

    # -- what goes wrong

    def plan(self, name: str, operation: str, kind: FaultKind, *, skip: int = 0, **rest: Any) -> None:
        """Let the next (after ``skip`` more) call of this operation meet a fault."""
        app, left = self.apps[name], [skip]

        def faults(asked: str) -> Fault | None:
            if asked != operation:
                return None
            left[0] -= 1
            if left[0] != -1:
                return None
            if kind in (FaultKind.LATE, FaultKind.LOST_REPLY, FaultKind.LOST_REQUEST, FaultKind.CRASH_AFTER, FaultKind.CRASH_BEFORE):
                self.doubted.add(name)
            if kind is FaultKind.LATE:
                self.late[name].append(self.clock.now())
            return Fault(kind, **({"error": Crash()} | rest))

        app.faults = faults

    def crash_at_commit(self, number: int) -> None:
        """Die right before the ``number``-th commit from now (1: the next)."""
        left = [number]

        def commit() -> None:
            left[0] -= 1
            if left[0] == 0:
                self.doubted.update(self.apps)
                raise Crash

        self.store.on_commit = commit

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.store.on_commit = lambda: None
        for app in self.apps.values():
            app.faults = no_faults

    def after(self, name: str, operation: str, action: Callable[[], None]) -> None:
        """Do something once, right after the next call of this operation was answered and before the answer is reported."""
        self.hooks.append((name, operation, action))

    def answered(self, name: str, operation: str) -> None:
        """An outside call was answered: carry out what was planned for this moment."""
        for hook in [hook for hook in self.hooks if hook[:2] == (name, operation)][:1]:
            self.hooks.remove(hook)
            hook[2]()

    # -- backups

    def backup(self) -> Backup:
        """Copy every row of the hub."""
        with self.reading() as sql:
            return Backup(
                {table.name: [dict(row._mapping) for row in sql.execute(select(table))] for table in tables.metadata.sorted_tables}
            )

    def restore(self, backup: Backup) -> None:
        """Put a copy back; the operator says so, and every connection pulls before anything is pushed."""
        self.crashed()
        with self.store.writing() as sql:
            for table in reversed(tables.metadata.sorted_tables):
                sql.execute(table.delete())
            for table in tables.metadata.sorted_tables:
                if backup.rows[table.name]:
                    sql.execute(insert(table), backup.rows[table.name])
        with self.store.unit() as unit:
            for row in unit.connections():
                recovery.begin(row, Recovery.HUB)
            for statement in recovery.remember(unit.now):
                unit.sql.exec_driver_sql(statement)
            network_changed(unit)
        self.restored = True

    def restore_app(self, name: str, snapshot: AppStore) -> None:
        """Put an app's backup back; the operator says so."""
        self.apps[name].restore(snapshot, detectable=False)
        self.late[name].clear()
        self.running.pop(name, None)
        with self.store.unit() as unit:
            row = unit.connection(name, lock=True)
            recovery.begin(row, recovery_of(row.recovery))
        self.restored = True

    # -- the end of all faults

    def settle(self, *, listing: bool = True, most: int = 14) -> int:
        """Faults stop: run rounds until nothing moves, and return how many it took; raises AssertionError if that never comes."""
        self.running.clear()
        self.hooks.clear()
        self.calm()
        self.advance(3600)
        before: Any = None
        for number in range(most):
            self.round(listing=listing)
            now = self.state()
            if now == before:
                return number
            before = now
        raise AssertionError(f"I1: no fixpoint in {most} rounds")

    def round(self, *, listing: bool = True) -> None:
        """One session of every connection, after every pause and every back-off, with or without a full comparison."""
        self.advance(7 * 3600)
        with self.store.writing() as sql:
            due = self.clock.now() if listing else FAR_AWAY
            sql.execute(
                update(tables.connections).values(
                    listing_due_at=due,
                    pull_due_at=None,
                    pull_retry_at=None,
                    push_retry_at=None,
                    pull_paused=None,
                    push_paused=None,
                    recovery_held=False,
                )
            )
        for name in self.apps:
            self.sync(name)

    def list_now(self, name: str) -> None:
        """Let the next session of this connection begin with a full comparison."""
        with self.store.writing() as sql:
            table = tables.connections
            sql.execute(update(table).where(table.c.name == name).values(listing_due_at=self.clock.now()))

    def state(self) -> Any:
        """Everything that must come to rest."""
        link, complaint = tables.links.c, tables.complaints.c
        with self.reading() as sql:
            said = link.state, link.due_at.is_(None), link.misses, link.sent, link.base, link.ref
            links = sql.execute(select(link.id, *said).order_by(link.id)).all()
            complaints = sql.execute(select(complaint.id, complaint.version).order_by(complaint.id)).all()
            reads = sql.execute(select(tables.reads.c.connection_id, tables.reads.c.ref).order_by(tables.reads.c.ref)).all()
        return [app.writes for app in self.apps.values()], links, complaints, reads

    @contextmanager
    def looking(self) -> Iterator[Desk]:
        """Open a desk to look around; nothing is meant to be changed there."""
        with self.reading() as sql:
            yield self.engine.desk(Unit(sql, self.clock.now(), self.store.make_id))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one view of the store; inside another one it is the same (an SQLite in memory has one connection)."""
        if self._view is not None:
            yield self._view
            return
        # Not Store.reading, which lets nothing be locked: a desk opens its rows for writing.
        with self.store.engine.connect() as sql, sql.begin():
            self._view = sql
            try:
                yield sql
            finally:
                self._view = None


def recovery_of(now: Recovery) -> Recovery:
    """What an app's restore means for a connection: if the hub was restored too and has not caught up, that stays the harder case."""
    return Recovery.HUB if now is Recovery.HUB else Recovery.APP
