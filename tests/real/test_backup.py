"""The hub is backed up while it works and put back later: nothing is doubled, and every app is heard before any is told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update

import hub.store.store
from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import Fault, FaultKind
from contracts.content import Field
from hub.cli.exits import Exit
from hub.clock import ManualClock, SystemClock
from hub.operations.archives import postgresql
from hub.store import ledger, tables
from hub.store.store import Store
from tests import services
from tests.hub.cli import withdrawing
from tests.hub.cli.limits import limited
from tests.hub.cli.office import Office, breaks, mends
from tests.real.rows import AT, valid
from tests.sync.profiles import HOME_MADE, RICH
from tests.sync.stories import FINDABLE

_ROOT = Path(__file__).parents[2]
_WRITES = ("create", "apply")
_KILLS = 5

pytestmark = pytest.mark.timeout(600)
BOTH = pytest.mark.parametrize(
    "office", [pytest.param("sqlite", marks=pytest.mark.long), pytest.param("postgresql", marks=pytest.mark.real)], indirect=True
)


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office whose hub stores in a database of its own, of either kind."""
    with ExitStack() as stack:
        office = Office(tmp_path)
        if request.param == "postgresql":
            office.move(stack.enter_context(services.postgresql_database()))
        yield office
        office.terminal.close()
        MemoryApp.forget()


# -- what happens between a backup and the day it is needed


class Drill:
    """Two apps, what is done in them, and every call that the hub makes to them."""

    def __init__(self, office: Office, behaviour: Behaviour) -> None:
        self.office = office
        self.first, self.second = self.apps = (office.add("a", RICH), office.add("b", behaviour))
        for name in ("a", "b"):
            office.ok("connections", "approve", name, "--yes")
        self.calls: list[tuple[str, str]] = []

    def sync(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            self.office.clock.advance(600)
            self.office.run("sync", "--all")

    def assigned(self, title: str, *, reply: bool = True) -> str:
        """File in the first app what the coordinator gives to the second; without a ``reply`` its answer is lost."""
        complaint = self.office.filed(self.first, title)
        self.office.ok("complaints", "assign", complaint, "--agency", "B")
        if not reply:
            breaks(self.second, FaultKind.LOST_REPLY, "create")
        self.office.run("sync", "b")
        mends(self.second)
        return complaint

    def listen(self) -> None:
        """Note every call from now on."""
        for app in self.apps:
            app.faults = self._noting(app)

    def _noting(self, app: MemoryApp) -> Any:
        def note(operation: str) -> Fault | None:
            self.calls.append((app.name, operation))
            return None

        return note

    def texts(self, app: MemoryApp) -> Counter[str]:
        return Counter(str(row.fields[Field.TITLE]) for row in app.store.rows.values() if not row.deleted)

    def ref(self, app: MemoryApp, title: str) -> str:
        return next(ref for ref, row in app.store.rows.items() if row.fields[Field.TITLE] == title)


@BOTH
@pytest.mark.parametrize("behaviour", [RICH, FINDABLE, HOME_MADE], ids=["rich", "findable", "homemade"])
def test_a_restored_hub_doubles_nothing_and_hears_every_app_before_it_writes_to_any(office: Office, behaviour: Behaviour) -> None:
    drill = Drill(office, behaviour)
    known, doubted = drill.assigned("Lampu mati"), drill.assigned("Jalan rusak", reply=False)
    backup = office.home / "b.zip"
    office.ok("backup", str(backup))
    drill.sync(3)
    drill.assigned("Banjir", reply=False)  # which the backup does not know, and nobody knows whether it arrived
    drill.assigned("Sampah")
    drill.second.set_status(drill.ref(drill.second, "Lampu mati"), "in_progress")
    drill.second.respond(drill.ref(drill.second, "Lampu mati"), "Petugas berangkat")
    drill.second.respond(drill.ref(drill.second, "Jalan rusak"), "Akan diperiksa")
    erased = drill.assigned("Rahasia")
    office.ok("complaints", "erase", erased, "--yes")
    drill.sync()
    office.terminal.close()
    office.run("restore", str(backup), "--replace", "--yes")
    drill.listen()
    office.run("sync", "a")
    assert not [operation for _, operation in drill.calls if operation in _WRITES], "b has not been heard yet"
    drill.sync(12)
    wrote = next((place for place, (_, operation) in enumerate(drill.calls) if operation in _WRITES), len(drill.calls))
    assert {name for name, operation in drill.calls[:wrote] if operation == "page"} == {app.name for app in drill.apps}
    for app in drill.apps:
        doubled = {title: n for title, n in drill.texts(app).items() if n > 1}
        assert not doubled, f"{app.name}: {doubled}"
    assert {"Lampu mati", "Jalan rusak", "Banjir", "Sampah"} <= set(drill.texts(drill.first)) & set(drill.texts(drill.second))
    assert "Rahasia" not in {one["title"] for one in office.json("complaints", "list")}
    assert office.status(known) == "in_progress"
    for app in drill.apps:
        answers = {str(row.fields[Field.TITLE]): [reply.text for reply in row.replies] for row in app.store.rows.values()}
        assert (answers["Lampu mati"], answers["Jalan rusak"]) == (["Petugas berangkat"], ["Akan diperiksa"]), app.name
    assert len(office.json("complaints", "show", doubted)["links"]) == 2
    drill.calls.clear()
    drill.sync(3)
    assert not [one for one in drill.calls if one[1] in _WRITES]


# -- while it is written to


def _fill(store: Store, complaints: int) -> None:
    """Make a hub large enough that copying it takes a while; digests are as hard to pack as what is sealed."""
    rows = [
        {**valid()["complaints"], "id": f"c{n}", "tracking_id": f"T{n}", "content": {"t": os.urandom(400).hex()}} for n in range(complaints)
    ]
    with store.writing() as sql:
        sql.execute(insert(tables.connections).values(valid()["connections"]))
        sql.execute(insert(tables.complaints), rows)


@contextmanager
def _writing(store: Store) -> Iterator[list[int]]:
    """Write pairs that belong together, one after the other, until told to stop."""
    enough, done, wrong = Event(), [0], []

    def write() -> None:
        try:
            while not enough.is_set():
                seq = done[0] + 1
                entry = {**valid()["ledger"], "seq": seq, "complaint_id": "c1", "hash": str(seq)}
                with store.writing() as sql:
                    sql.execute(insert(tables.ledger).values(entry))
                    sql.execute(update(tables.connections).values(tick=seq))
                done[0] = seq
        except Exception as error:
            wrong.append(error)

    thread = Thread(target=write)
    thread.start()
    try:
        yield done
    finally:
        enough.set()
        thread.join()
    assert not wrong, wrong


@BOTH
def test_a_backup_is_of_one_moment_however_much_is_written_meanwhile(office: Office) -> None:
    office.ok("agencies", "list")
    store = Store(office.terminal.settings.database, SystemClock().now)
    _fill(store, 10_000)
    backup = office.home / "b.zip"
    with _writing(store) as done:
        while done[0] < 20:
            time.sleep(0.01)
        before = done[0]
        office.ok("backup", str(backup))
        during = done[0] - before
    store.close()
    assert during > 3, "nobody wrote meanwhile"
    office.ok("restore", str(backup), "--replace", "--yes")
    with store.reading() as sql:
        newest, ticks = sql.execute(select(func.max(tables.ledger.c.seq))).scalar_one(), sql.execute(select(tables.connections.c.tick))
        assert before <= newest <= before + during + 1 and ticks.scalar_one() == newest
        assert sql.execute(select(func.count()).select_from(tables.complaints)).scalar_one() == 10_000
    store.close()


# -- killed in the middle


def _typed(office: Office, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from hub.cli import main; main()", *words]
    return subprocess.Popen(command, cwd=_ROOT, env={**os.environ, **office.environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _killed(office: Office, after: float, *words: str) -> int:
    process = _typed(office, *words)
    try:
        return process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        return process.wait()


def _took(office: Office, *words: str) -> float:
    began = time.monotonic()
    assert _typed(office, *words).wait(120) == 0
    return time.monotonic() - began


def _gone(store: Store) -> None:
    """Wait until the programs of a killed command have noticed."""
    if store.engine.dialect.name == "postgresql":
        with store.reading() as sql:
            began = time.monotonic()
            while postgresql.others(sql) and time.monotonic() - began < 20:
                time.sleep(0.05)
    store.close()


def _stands(store: Store) -> tuple[Any, ...]:
    """Say which of two databases this is, by everything that differs."""
    with store.reading() as sql:
        names = tuple(sql.execute(select(tables.agencies.c.name)).scalars())
        complaints = sql.execute(select(func.count()).select_from(tables.complaints)).scalar_one()
        recovery = tuple(sql.execute(select(tables.connections.c.recovery)).scalars())
    store.close()
    return names, complaints, recovery


@BOTH
def test_a_backup_or_restore_that_is_killed_leaves_what_there_was(office: Office) -> None:
    office.ok("agencies", "list")
    store = Store(office.terminal.settings.database, SystemClock().now)
    _fill(store, 10_000)
    with store.writing() as sql:
        sql.execute(insert(tables.agencies).values(code="A", name="lama"))
    store.close()
    whole, kept = office.home / "whole.zip", office.home / "kept"
    kept.mkdir()
    took, killed = _took(office, "backup", str(whole)), 0
    for turn in range(_KILLS):
        killed += _killed(office, took * (turn + 0.5) / _KILLS, "backup", str(kept / "b.zip")) < 0
        left = {name for name in os.listdir(kept) if not name.startswith((".simpul-backup.part", ".simpul-backup.db"))}
        assert left <= {"b.zip"} and (not left or (kept / "b.zip").stat().st_size == pytest.approx(whole.stat().st_size, rel=0.05))
        (kept / "b.zip").unlink(missing_ok=True)
        _gone(store)
    office.ok("backup", str(kept / "b.zip"))
    assert os.listdir(kept) == ["b.zip"]
    with store.writing() as sql:
        sql.execute(update(tables.agencies).values(name="baru"))
        sql.execute(insert(tables.complaints).values({**valid()["complaints"], "id": "new", "tracking_id": "N", "created_at": AT}))
    new, old = _stands(store), (("lama",), 10_000, ("hub",))
    assert new == (("baru",), 10_001, ("none",))
    spare, restored = office.home / "spare.zip", 0
    office.ok("backup", str(spare))
    took = _took(office, "restore", str(whole), "--replace", "--yes")
    stands = old
    for turn in range(2 * _KILLS):
        if stands == old:
            office.ok("restore", str(spare), "--replace", "--yes")
            with store.writing() as sql:
                sql.execute(update(tables.connections).values(recovery="none"))
            store.close()
        status = _killed(office, 1.2 * took * (turn + 0.5) / (2 * _KILLS), "restore", str(whole), "--replace", "--yes")
        killed += status < 0
        _gone(store)
        stands = _stands(store)
        restored += stands == old
        assert stands in (new, old), stands
    assert killed >= _KILLS, "too few were killed to prove anything"
    office.ok("restore", str(whole), "--replace", "--yes")
    assert _stands(store) == old
    print(f"\n{killed} kills; {restored} of {2 * _KILLS} restores were done before their kill")


# -- PostgreSQL's own


@pytest.fixture
def served(tmp_path: Path, postgresql_url: str) -> Iterator[Office]:
    """An office on PostgreSQL."""
    office = Office(tmp_path)
    office.move(postgresql_url)
    yield office
    office.terminal.close()
    MemoryApp.forget()


@pytest.mark.real
def test_a_database_that_others_use_is_not_replaced(served: Office) -> None:
    backup = str(served.home / "b.zip")
    served.live("a")
    served.ok("backup", backup)
    store = Store(served.environ["SIMPUL_DATABASE"], ManualClock(AT).now)
    with store.reading():
        assert "1 connections" in served.fails(Exit.REFUSED, "restore", backup, "--replace", "--yes")
    store.close()
    assert "--replace" in served.fails(Exit.REFUSED, "restore", backup)
    served.ok("restore", backup, "--replace", "--yes")


@pytest.mark.real
def test_without_postgresql_s_programs_it_says_what_to_install(served: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = str(served.home / "b.zip")
    served.live("a")
    served.ok("backup", backup)
    monkeypatch.setenv("PATH", str(served.home))
    assert "postgresql-client" in served.fails(Exit.REFUSED, "backup", str(served.home / "c.zip"))
    assert "postgresql-client" in served.fails(Exit.REFUSED, "restore", backup, "--replace", "--yes")
    assert os.listdir(served.home).count("c.zip") == 0
    newer = served.home / "bin"
    newer.mkdir()
    (newer / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 99.1'\n")
    (newer / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(newer), prepend=os.pathsep)
    assert "not of the server's release" in served.fails(Exit.REFUSED, "restore", backup, "--replace", "--yes")
    assert [one["name"] for one in served.json("connections", "list")] == ["a"]


@pytest.mark.real
def test_a_dump_may_take_longer_than_a_transaction_may_stand_still(served: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    served.live("a")
    slow = served.home / "bin" / "pg_dump"
    slow.parent.mkdir()
    slow.write_text(f'#!/bin/sh\n{shutil.which("pg_dump")} "$@"; code=$?\ncase "$1" in --version) ;; *) sleep 1 ;; esac\nexit $code\n')
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent), prepend=os.pathsep)
    monkeypatch.setattr(hub.store.store, "_STANDSTILL", 0.5)
    served.ok("backup", str(served.home / "b.zip"))
    monkeypatch.undo()
    served.ok("restore", str(served.home / "b.zip"), "--replace", "--yes")


@pytest.mark.real
def test_a_full_disk_leaves_no_half_backup(served: Office) -> None:
    served.live("a")
    for most in (0, 10_000, 40_000):
        ended = limited(served, most, "backup", str(served.home / "full.zip"))
        assert ended.returncode == Exit.WAITS and "Traceback" not in ended.stderr, ended.stderr
    assert not [name for name in os.listdir(served.home) if "full" in name or name.startswith(".")]


@pytest.mark.real
def test_everything_in_the_hub_s_schema_is_a_table_that_a_backup_takes(served: Office) -> None:
    served.live("a")
    store = Store(served.environ["SIMPUL_DATABASE"], ManualClock(AT).now)
    there = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"
    other = (
        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with store.reading() as sql:
        assert set(sql.execute(text(there)).scalars()) == {*tables.metadata.tables, "alembic_version"}
        assert sql.execute(text(other)).all() == []
    store.close()


@pytest.mark.real
def test_tables_of_somebody_else_in_the_same_database_stay(served: Office) -> None:
    served.live("a")
    store = Store(served.environ["SIMPUL_DATABASE"], ManualClock(AT).now)
    with store.writing() as sql:
        sql.execute(text("CREATE TABLE arsip (isi TEXT)"))
        sql.execute(text("INSERT INTO arsip VALUES ('milik orang lain')"))
    store.close()
    served.ok("backup", str(served.home / "b.zip"))
    served.ok("restore", str(served.home / "b.zip"), "--replace", "--yes")
    with store.reading() as sql:
        assert sql.execute(text("SELECT isi FROM arsip")).scalar_one() == "milik orang lain"
    store.close()


@pytest.mark.real
def test_what_was_withdrawn_after_the_backup_stays_so_or_is_named(served: Office) -> None:
    was = withdrawing.before(served)
    served.ok("backup", str(served.home / "b.zip"))
    withdrawing.withdraw(served)
    served.terminal.close()
    withdrawing.stays(served, was, str(served.home / "b.zip"))


@pytest.mark.real
def test_the_password_is_no_argument_of_any_program(served: Office) -> None:
    conninfo, environ = postgresql.address("postgresql://simpul:rahasia%20sekali@127.0.0.1:5432/hub?sslmode=require")
    assert "rahasia" not in conninfo and environ["PGPASSWORD"] == "rahasia sekali" and "sslmode=require" in conninfo


@pytest.mark.real
def test_the_ledger_goes_on_under_numbers_that_nobody_has_seen(served: Office) -> None:
    (app,) = served.live("a")
    served.filed(app)
    served.ok("backup", str(served.home / "b.zip"))
    served.terminal.close()
    served.ok("restore", str(served.home / "b.zip"), "--replace", "--yes")
    served.ok("sync", "a")
    served.filed(app, "Jalan rusak")
    with served.terminal.hub.store.reading() as sql:
        complaints = sql.execute(select(tables.complaints)).all()
        assert len(complaints) == 2 and not [one for row in complaints if (one := ledger.broken(sql, row.id, row.head))]
        seen, *new = sql.execute(select(tables.ledger.c.seq).order_by(tables.ledger.c.seq)).scalars()
        assert seen < 100 and new and all(seq > 1_000_000 for seq in new)
