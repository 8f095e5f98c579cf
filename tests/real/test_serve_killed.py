"""`simpul serve` is killed at fifty moments under load: it starts again, and nothing is lost, doubled or echoed."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Connection, func, select

from hub.build import Hub
from hub.operations.complaints import assign
from hub.store import ledger, tables
from hub.sync.engine import network_changed
from tests.real.homemade import WORDS, HomemadeApp, People, homemade
from tests.real.network import join, watch
from tests.work.processes import Processes

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
_KILLS = 50
_ERRANDS = 12
_ACTS = 0.1  # seconds between two things that people do


@dataclass
class Town(People):
    """The two apps that copy each other, and a third, ``balai``, that gets only what a coordinator assigns to it: the errands.

    ``errands``: the status that staff of ``balai`` have last chosen, by text.
    """

    balai: HomemadeApp = field(kw_only=True)
    errands: dict[str, str] = field(default_factory=dict)

    def act(self) -> None:
        kind = self.chance.random()
        if kind < 0.1 and len(self.errands) < _ERRANDS:
            self.give_errand()
        elif kind < 0.2:
            self.run_errand()
        else:
            super().act()

    def give_errand(self) -> None:
        """File a complaint that the coordinator will assign to ``balai``."""
        said = f"Titipan {len(self.errands)}: saluran air tersumbat di depan pasar"
        self.apps[0].file(said)
        self.filed[said], self.errands[said] = self.apps[0], WORDS[0]

    def run_errand(self) -> None:
        """Answer one that has arrived and move it on."""
        begun = [said for said in self.balai.texts() if self.errands[said] != WORDS[-1]]
        if begun:
            said = self.chance.choice(begun)
            word = WORDS[WORDS.index(self.errands[said]) + 1]
            answer = f"Jawaban balai {len(self.answered)}"
            self.balai.reply(said, answer)
            self.balai.set_status(said, word)
            self.answered.append((said, answer))
            self.errands[said] = word

    def answer(self) -> None:
        app = self.chance.choice(self.apps)
        there = [said for said in app.texts() if said not in self.errands]
        if there:
            said, answer = self.chance.choice(there), f"Tanggapan {len(self.answered)} dari {app.name}"
            app.reply(said, answer)
            self.answered.append((said, answer))

    def differences(self) -> list[str]:
        answers = [one for one in self.answered if one[0] in self.errands]
        wrong = [] if sorted(self.balai.texts()) == sorted(self.errands) else [f"balai: {self.balai.texts()}, not {list(self.errands)}"]
        if sorted(self.balai.answers()) != sorted(answers):
            wrong.append(f"balai: {self.balai.answers()}, not {answers}")
        for app in (*self.apps, self.balai):
            shown = app.statuses()
            wrong += [
                f"{app.name}: {said!r} is {shown.get(said)}, not {word}" for said, word in self.errands.items() if shown.get(said) != word
            ]
        return [*super().differences(), *wrong]


def _assign(hub: Hub, town: Town) -> None:
    """Do what a coordinator does with errands that have come in."""
    with hub.store.reading() as sql:
        found = sql.execute(select(tables.complaints.c.id, tables.complaints.c.content).where(tables.complaints.c.status == "received"))
        new = [row.id for row in found if row.content["description"] in town.errands]
    for complaint in new:
        assign(hub, complaint, "ani", "dinas-balai")


@contextmanager
def _town(home: Path, chance: random.Random) -> Iterator[tuple[Town, Hub]]:
    """Three apps in files of their own, and their hub."""
    urls = {name: f"sqlite:///{home / name}.db" for name in ("kota", "dinas", "balai")}
    database = f"sqlite:///{home / 'hub.db'}"
    with (
        homemade("kota", urls["kota"], careful=True) as kota,
        homemade("dinas", urls["dinas"], careful=False) as dinas,
        homemade("balai", urls["balai"], careful=True) as balai,
    ):
        join(home, database, (kota, dinas, balai))
        hub = watch(home, database)
        with hub.store.unit() as unit:
            row = unit.connection("balai", lock=True)
            row.policy = {**row.policy, "regions": []}
            network_changed(unit)
        yield Town((kota, dinas), chance, most=50, balai=balai), hub
        hub.close()


@contextmanager
def _busy(people: People) -> Iterator[None]:
    """Let people file, answer and work without end, whatever happens to the hub."""
    enough, wrong = Event(), []

    def act() -> None:
        try:
            while not enough.wait(_ACTS):
                people.act()
        except Exception as error:
            wrong.append(error)

    thread = Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
    assert not wrong, wrong


def _at_work(sql: Connection, pid: int) -> int:
    """Count the connections at which this process is, or was when it was killed."""
    owner = tables.connections.c.lease_owner
    return int(sql.execute(select(func.count()).where(owner.contains(f"/{pid}/", autoescape=True))).scalar_one())


def _writing(sql: Connection, pid: int) -> int:
    """Count the writes that this process has written down and not yet reported."""
    attempt, connection = tables.attempts.c, tables.connections.c
    its = connection.lease_owner.contains(f"/{pid}/", autoescape=True)
    begun = select(func.count()).where(attempt.connection_id == connection.id, attempt.outcome == "open", attempt.fence == connection.fence)
    return int(sql.execute(begun.where(its)).scalar_one())


def _unfinished(sql: Connection) -> dict[str, int]:
    link = tables.links.c
    counts = {
        "due": select(func.count()).where(link.due_at.is_not(None)),
        "not linked": select(func.count()).where(link.state != "linked"),
        "in flight": select(func.count()).where(func.json_array_length(link.sent) > 0),
        "open attempts": select(func.count()).where(tables.attempts.c.outcome == "open"),
        "reads": select(func.count()).select_from(tables.reads),
    }
    return {what: int(sql.execute(count).scalar_one()) for what, count in counts.items()}


def _moment(hub: Hub, pid: int, chance: random.Random) -> None:
    """Wait for the moment to kill: now and then any, else a few milliseconds after a session or a write was seen at work."""
    kind = chance.random()
    if kind < 0.2:
        time.sleep(chance.uniform(0, 1.5))
        return
    if kind > 0.6:
        # Not always the first thing that it does.
        time.sleep(chance.uniform(0.2, 1.0))
    began = time.monotonic()
    while time.monotonic() - began < 15.0:
        with hub.store.reading() as sql:
            if _at_work(sql, pid) and (kind < 0.5 or _writing(sql, pid)):
                break
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.03))


def _warm_up(hub: Hub, town: Town, processes: Processes) -> None:
    """Bring some errands to ``balai`` first, so that its staff works while the kills go on."""
    for _ in range(_ERRANDS // 2):
        town.give_errand()
    pid, began = processes.start(), time.monotonic()
    while len(town.balai.texts()) < _ERRANDS // 2 and time.monotonic() - began < 30.0:
        _assign(hub, town)
        time.sleep(0.05)
    assert processes.end(pid) == 0


def _settle(hub: Hub, town: Town, seconds: float) -> float:
    """Finish the errands and wait until nothing is left to do."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        _assign(hub, town)
        town.run_errand()
        with hub.store.reading() as sql:
            if not any(_unfinished(sql).values()) and not town.differences():
                break
        time.sleep(0.1)
    return time.monotonic() - began


def test_serve_killed_at_fifty_moments_under_load_loses_doubles_and_echoes_nothing(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    seed = int(pytestconfig.option.hypothesis_seed)
    chance, began, sessions, writes = random.Random(seed), time.monotonic(), 0, 0
    with _town(tmp_path, random.Random(seed)) as (town, hub), Processes(tmp_path, "--every", "0.2") as processes:
        _warm_up(hub, town, processes)
        with _busy(town):
            for _ in range(_KILLS):
                pid = processes.start()
                _moment(hub, pid, chance)
                assert processes.end(pid, signal.SIGKILL) == -signal.SIGKILL
                with hub.store.reading() as sql:
                    sessions += bool(_at_work(sql, pid))
                    writes += bool(_writing(sql, pid))
                _assign(hub, town)
        killed = time.monotonic() - began
        pid = processes.start()
        settling = _settle(hub, town, 60)
        before = {app.name: app.run("SELECT * FROM laporan ORDER BY id") for app in (*town.apps, town.balai)}
        with hub.store.reading() as sql:
            left, complaints = _unfinished(sql), sql.execute(select(tables.complaints)).all()
            broken = [problem for row in complaints if (problem := ledger.broken(sql, row.id, row.head))]
            for_people = sql.execute(select(tables.conflicts.c.kind, tables.conflicts.c.rule)).all()
        ended = processes.end(pid)
        print(f"\nseed {seed}: {_KILLS} kills in {killed:.0f} s, {sessions} during a session, {writes} in the middle of a write")
        print(f"{len(town.filed)} complaints, {len(town.errands)} assigned, {len(town.answered)} answers: settled in {settling:.1f} s")
        assert town.differences() == []
        assert not any(left.values()), left
        assert (len(complaints), broken, for_people) == (len(town.filed), [], [])
        assert before == {app.name: app.run("SELECT * FROM laporan ORDER BY id") for app in (*town.apps, town.balai)}
        assert (ended, "error" in processes.log.read_text("utf-8")) == (0, False)
        assert list(town.errands.values()) == [WORDS[-1]] * _ERRANDS
        assert sessions >= _KILLS // 3 and writes >= _KILLS // 10, "too few kills hit anything at work to prove anything"
