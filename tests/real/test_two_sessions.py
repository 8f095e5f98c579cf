"""Two processes synchronise the same connection at once, and one is killed in the middle: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from contracts.errors import LeaseLost
from contracts.gateway import Create
from hub.build import Hub
from hub.clock import ManualClock
from hub.session.session import Session
from hub.store import ledger, tables
from hub.sync import lease
from tests import services
from tests.real.homemade import HomemadeApp, People, homemade
from tests.real.network import SETTLE, join, unfinished, until_settled, watch
from tests.real.sessions import Sessions, careless_acquire, careless_verify

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
_KILLS = 100
_ROUNDS = 20
_WRITER = (
    select(tables.connections.c.lease_owner, tables.attempts.c.kind)
    .join(tables.attempts, tables.attempts.c.connection_id == tables.connections.c.id)
    .where(tables.attempts.c.outcome == "open", tables.attempts.c.fence == tables.connections.c.fence)
)


def _pid(owner: str | None) -> int | None:
    return int(owner.split("/")[1]) if owner else None


def _writers(hub: Hub, kind: str | None = None) -> set[int | None]:
    """The processes that are between writing down an attempt and reporting what became of it."""
    with hub.store.reading() as sql:
        return {_pid(row.lease_owner) for row in sql.execute(_WRITER) if kind in (None, row.kind)}


def _writer(hub: Hub, sessions: Sessions, seconds: float, kind: str | None = None) -> int | None:
    """Wait for one of ours to be in the middle of a write."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        for pid in _writers(hub, kind):
            if pid in sessions.running:
                return pid
    return None


@contextmanager
def _apps(other: str) -> Iterator[tuple[HomemadeApp, HomemadeApp]]:
    with (
        services.postgresql_database() as url,
        homemade("kota", other, careful=True) as kota,
        homemade("dinas", url, careful=False) as dinas,
    ):
        yield kota, dinas


def test_two_processes_on_one_connection_and_one_killed_in_the_middle_a_hundred_times_double_and_lose_nothing(
    postgresql_url: str, mariadb_url: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    seed = int(pytestconfig.option.hypothesis_seed)
    chance, began, kills, middle = random.Random(seed), time.monotonic(), 0, 0
    with _apps(mariadb_url) as apps, Sessions(tmp_path, postgresql_url) as sessions:
        join(tmp_path, postgresql_url, apps)
        people, hub = People(apps, chance, most=30), watch(tmp_path, postgresql_url)
        for app in (*apps, *apps):
            sessions.start(app.name)
        while kills < _KILLS:
            people.act()
            victim = _moment(hub, sessions, chance)
            name = sessions.running[victim]
            kills += sessions.kill(victim)
            middle += victim in _writers(hub)
            sessions.start(name)
        settling = until_settled(hub, 90, people.differences)
        ended = sessions.stop()
        with hub.store.reading() as sql:
            left, complaints = unfinished(sql), sql.execute(select(tables.complaints)).all()
            broken = [problem for row in complaints if (problem := ledger.broken(sql, row.id, row.head))]
            for_people = sql.execute(select(tables.conflicts.c.kind, tables.conflicts.c.rule)).all()
        hub.close()
        print(f"\nseed {seed}: {kills} kills, {middle} of them in the middle of a write, in {time.monotonic() - began:.0f} s")
        print(f"{len(people.filed)} complaints and {len(people.answered)} answers settled {settling:.1f} s after the last kill")
        assert sessions.errors() == ""
        assert not any(left.values()), left
        assert people.differences() == []
        assert (len(complaints), broken, for_people) == (len(people.filed), [], [])
        assert ended == [0, 0, 0, 0]
        assert middle >= _KILLS // 10, "too few kills hit a write to prove anything"


def _moment(hub: Hub, sessions: Sessions, chance: random.Random) -> int:
    """Wait for the moment to kill, and choose whom: half of the time anybody at any time, else who is writing just then."""
    if chance.random() < 0.5:
        time.sleep(chance.uniform(0, 0.3))
        return chance.choice(sorted(sessions.running))
    writer = _writer(hub, sessions, 2.0)
    time.sleep(chance.uniform(0, 0.01))
    return writer or chance.choice(sorted(sessions.running))


@pytest.mark.parametrize(("fences", "rounds"), [(True, 4), (False, _ROUNDS)], ids=["fenced", "without_fencing"])
def test_two_processes_of_which_one_stands_still_before_its_create_double_only_without_fencing(
    postgresql_url: str, tmp_path: Path, fences: bool, rounds: int
) -> None:
    with _apps(f"sqlite:///{tmp_path / 'kota.db'}") as (kota, dinas), Sessions(tmp_path, postgresql_url, fenced=fences) as sessions:
        join(tmp_path, postgresql_url, (kota, dinas))
        hub = watch(tmp_path, postgresql_url)
        for name in ("kota", "dinas", "dinas"):
            sessions.start(name)
        doubled: list[str] = []
        number = 0
        while number < rounds and not doubled:
            number += 1
            said = f"Laporan {number}: jembatan kayu di RT {number} rusak berat"
            kota.file(said)
            paused = _writer(hub, sessions, 10, "create")
            assert paused or not fences, "nobody was seen filing"
            if paused:
                sessions.pause(paused)
                # Long enough for the other one to look twice, not find it, and file it itself.
                _until(dinas, said, 1, 8 * SETTLE)
                sessions.wake(paused)
            _until(dinas, said, 1, 10)
            _until(dinas, said, 2, SETTLE)
            doubled = [text for text, count in Counter(dinas.texts()).items() if count > 1]
        print(f"\ndoubled in round {number}" if doubled else f"\nnothing doubled in {number} rounds")
        hub.close()
        assert bool(doubled) is not fences


def _until(app: HomemadeApp, said: str, times: int, seconds: float) -> None:
    began = time.monotonic()
    while time.monotonic() - began < seconds and app.texts().count(said) < times:
        time.sleep(0.01)


# -- the same, step by step


class _Stage:
    """A hub with a clock of its own, a complaint filed in one app, and the other app where it has to be filed."""

    def __init__(self, home: Path, database: str, apps: tuple[HomemadeApp, HomemadeApp]) -> None:
        self.clock = ManualClock(datetime.now(UTC) - timedelta(hours=1))
        join(home, database, apps, clock=self.clock)
        self.hub = watch(home, database, self.clock)
        self.kota, self.dinas = apps
        self.kota.file("Saluran air di depan pasar tersumbat sampah plastik")
        self.run("kota")

    def run(self, name: str) -> None:
        with suppress(LeaseLost):
            self.hub.session(name).run()

    def until_create(self) -> tuple[Session, Create]:
        """Start a session that stops right before it files the complaint in the second app."""
        session = self.hub.session("dinas")
        for _ in range(20):
            for task in session.gateway.lease(50):
                if isinstance(task, Create):
                    return session, task
                session.step(task)
            self.clock.advance(SETTLE)
        raise AssertionError("nothing was to be filed")

    def filed(self) -> int:
        """Let everything settle, and count what is in the second app."""
        for _ in range(6):
            self.clock.advance(61)
            self.run("kota")
            self.run("dinas")
        return len(self.dinas.texts())


@pytest.fixture(params=[True, False], ids=["fenced", "without_fencing"])
def fenced(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run a test as it is, and with what keeps two sessions apart taken out."""
    if not request.param:
        monkeypatch.setattr(lease, "acquire", careless_acquire)
        monkeypatch.setattr(lease, "verify", careless_verify)
    return bool(request.param)


@pytest.fixture
def stage(postgresql_url: str, tmp_path: Path) -> Iterator[_Stage]:
    """Two apps in files, a hub in PostgreSQL."""
    first, second = (f"sqlite:///{tmp_path / name}.db" for name in ("kota", "dinas"))
    with homemade("kota", first, careful=True) as kota, homemade("dinas", second, careful=False) as dinas:
        stage = _Stage(tmp_path, postgresql_url, (kota, dinas))
        yield stage
        stage.hub.close()


def test_a_session_that_finds_the_connection_leased_leaves_its_create_alone(stage: _Stage, fenced: bool) -> None:
    slow, create = stage.until_create()
    for _ in range(8):
        stage.clock.advance(2 * SETTLE)
        stage.run("dinas")
    with suppress(LeaseLost):
        slow.step(create)
        slow.gateway.release()
    assert stage.filed() == (1 if fenced else 2)


def test_what_a_session_reports_after_its_lease_was_taken_changes_nothing(stage: _Stage, fenced: bool) -> None:
    slow, late = stage.until_create()
    stage.clock.advance(lease.TTL + 1)
    quick, create = stage.until_create()
    receipt = quick.connector.create(create.complaint, create.token, create.key)
    with suppress(LeaseLost):
        # Its lease may have run out, so it does not call the app, and says so: too late.
        slow.step(late)
    with suppress(LeaseLost):
        quick.gateway.report(create, receipt)
        quick.gateway.release()
    assert stage.filed() == (1 if fenced else 2)


def test_a_session_that_lost_its_lease_does_not_call_the_app(stage: _Stage) -> None:
    slow, create = stage.until_create()
    stage.clock.advance(lease.TTL + 1)
    stage.run("dinas")
    with pytest.raises(LeaseLost):
        slow.step(create)
    assert stage.dinas.texts() == []
    assert stage.filed() == 1
