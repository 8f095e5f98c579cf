"""What the database itself promises, on PostgreSQL and SQLite alike."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from hub.build import Hub
from hub.clock import ManualClock, SystemClock
from hub.store import ledger, tables
from hub.store.store import Store
from tests import services
from tests.real.homemade import HomemadeApp, homemade
from tests.real.network import join, watch

pytestmark = pytest.mark.timeout(60)
_ROOT = Path(__file__).parents[2]
_AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
_MIGRATE = """
import sys
from hub.clock import SystemClock
from hub.store.store import Store
store = Store(sys.argv[1], SystemClock().now)
print("ready", flush=True)
sys.stdin.readline()
store.migrate()
store.close()
"""
_REPORTER = {"nama": "Hasanuddin Wiratmaja", "telp": "081298765432", "nik": "3502170101900042"}
_SECRETS = (*_REPORTER.values(), "Hasanuddin Baru", "6281298765432", "81298765432", "sandi-basis-data")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    with services.postgresql_database() as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store of this release."""
    store = Store(url, SystemClock().now)
    store.migrate()
    yield store
    store.close()


def _dump(store: Store) -> dict[str, list[str]]:
    """Every value of every table, as text."""
    with store.reading() as sql:
        return {
            table.name: sorted(repr(tuple(row)) for row in sql.execute(text(f'SELECT * FROM "{table.name}"')))
            for table in tables.metadata.sorted_tables
        }


# -- migrations


def test_migrating_again_changes_nothing_and_keeps_every_row(store: Store) -> None:
    with store.unit() as unit:
        _fill(unit.sql)
    before = _dump(store)
    store.migrate()
    assert _dump(store) == before


def test_several_processes_may_migrate_at_once(url: str) -> None:
    command = [sys.executable, "-c", _MIGRATE, url]
    processes = [
        subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=40)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], "\n".join(said)
    store = Store(url, SystemClock().now)
    with store.unit() as unit:
        _fill(unit.sql)
    store.close()


# -- invariants


def _valid() -> dict[str, dict[str, Any]]:
    """One row of every table with rules, all in order."""
    nothing: dict[str, Any] = dict.fromkeys(("tick", "pull_failures", "push_failures", "fence"), 0)
    connection = {"name": "kota", "kind": "memory", "settings": {}, "policy": {}, "sheet": {}, "phase": "live", "recovery": "none"}
    complaint = {
        "tracking_id": "AAAA-BBBB-CCCC",
        "content": {},
        "digests": {},
        "sources": {},
        "version": 1,
        "status": "received",
        "held": {},
    }
    complaint |= {"verified": False, "historic": False, "erased": False, "created_at": _AT, "updated_at": _AT}
    link = {"connection_id": 1, "complaint_id": "c1", "state": "linked", "receiver": True, "ref": "1", "created_at": _AT, "updated_at": _AT}
    link |= {name: {} for name in ("stored", "history", "parked", "flaps", "raw")} | {"sent": [], "unsupported": []}
    link |= dict.fromkeys(("touched", "attempts", "misses", "incarnation"), 0)
    response = {"complaint_id": "c1", "position": 1, "text": "Baik", "visibility": "public", "attachments": [], "version": 1}
    attempt = {"connection_id": 1, "link_id": "l1", "kind": "create", "key": "k", "payload": {}, "fence": 1, "started_at": _AT}
    entry = {"complaint_id": "c1", "kind": "filed", "rule": "imported", "learned_at": _AT, "digest": "d", "hash": "h"}
    return {
        "connections": {"id": 1, **connection, "recovery_held": False, **nothing},
        "complaints": {"id": "c1", **complaint},
        "links": {"id": "l1", **link},
        "responses": {"id": "r1", **response, "removed": False, "learned_at": _AT},
        "response_links": {"id": "m1", "link_id": "l1", "response_id": "r1", "ref": "7", "digest": "d", "state": "linked"},
        "attempts": {"id": "a1", **attempt, "outcome": "open"},
        "conflicts": {"id": 1, "complaint_id": "c1", "kind": "conflict", "state": "open", "rule": "manual", "created_at": _AT},
        "ledger": {"seq": 1, **entry},
        "reads": {"connection_id": 1, "ref": "1", "why": "stale", "due_at": _AT},
        "aliases": {"connection_id": 1, "ref": "1", "fingerprint": "f", "complaint_id": "c1"},
        "quarantine": {
            "id": 1,
            "connection_id": 1,
            "ref": "9",
            "raw": b"x",
            "digest": "d",
            "problem": "?",
            "first_at": _AT,
            "last_at": _AT,
        },
    }


def _table(name: str) -> Table:
    return tables.metadata.tables[name]


def _fill(sql: Any) -> None:
    for name, row in _valid().items():
        sql.execute(insert(_table(name)).values(**row))


_OTHER_COMPLAINT = {"id": "c2", "tracking_id": "AAAA-BBBB-DDDD"}
_BROKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("a linked link without ref", "links", {"id": "l2", "complaint_id": "c2", "ref": None}),
    ("a ref on a link that is only pending", "links", {"id": "l2", "complaint_id": "c2", "ref": "2", "state": "pending"}),
    ("a ref on a link whose record is gone", "links", {"id": "l2", "complaint_id": "c2", "ref": "2", "state": "gone"}),
    ("a second link with the same ref", "links", {"id": "l2", "complaint_id": "c2"}),
    ("a second link of one complaint in one connection", "links", {"id": "l2", "ref": "2"}),
    ("a link in a state nobody knows", "links", {"id": "l2", "complaint_id": "c2", "ref": "2", "state": "lost"}),
    ("a link of a complaint that is not there", "links", {"id": "l2", "complaint_id": "c9", "ref": "2"}),
    ("a link of a connection that is not there", "links", {"id": "l2", "connection_id": 9, "ref": "2"}),
    ("a status nobody knows", "complaints", {"id": "c3", "tracking_id": "C", "status": "finished"}),
    ("a verified complaint without holder", "complaints", {"id": "c3", "tracking_id": "C", "status": "verified"}),
    ("a complaint under way without holder", "complaints", {"id": "c3", "tracking_id": "C", "status": "in_progress"}),
    ("an answered complaint without holder", "complaints", {"id": "c3", "tracking_id": "C", "status": "answered"}),
    ("two complaints with one tracking id", "complaints", {"id": "c3"}),
    ("two responses in one place", "responses", {"id": "r2"}),
    ("a visibility nobody knows", "responses", {"id": "r2", "position": 2, "visibility": "secret"}),
    ("one response twice in one link", "response_links", {"id": "m2", "ref": "8"}),
    ("one local response twice in one link", "response_links", {"id": "m2", "response_id": None}),
    ("a state of a response nobody knows", "response_links", {"id": "m2", "response_id": None, "ref": "8", "state": "read"}),
    ("an outcome nobody knows", "attempts", {"id": "a2", "outcome": "perhaps"}),
    ("an attempt without a link", "attempts", {"id": "a2", "link_id": "l9"}),
    ("two connections of one name", "connections", {"id": 2}),
    ("a phase nobody knows", "connections", {"id": 2, "name": "desa", "phase": "asleep"}),
    ("a kind of conflict nobody knows", "conflicts", {"id": 2, "kind": "quarrel"}),
    ("a kind of event nobody knows", "ledger", {"seq": 2, "kind": "gossip"}),
    ("one record quarantined twice", "quarantine", {"id": 2}),
    ("one read asked for twice", "reads", {}),
    ("one alias twice", "aliases", {}),
]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for everything that is refused, for it leaves nothing behind."""
    with ExitStack() as stack:
        file = f"sqlite:///{tmp_path_factory.mktemp('filled') / 'hub.db'}"
        store = Store(file if request.param == "sqlite" else stack.enter_context(services.postgresql_database()), SystemClock().now)
        stack.callback(store.close)
        store.migrate()
        with store.unit() as unit:
            _fill(unit.sql)
            unit.sql.execute(insert(tables.complaints).values({**_valid()["complaints"], **_OTHER_COMPLAINT}))
        yield store


@pytest.mark.parametrize(("name", "wrong"), [each[1:] for each in _BROKEN], ids=[each[0].replace(" ", "_") for each in _BROKEN])
def test_the_database_refuses(filled: Store, name: str, wrong: dict[str, Any]) -> None:
    before = _dump(filled)
    with pytest.raises(IntegrityError), filled.unit() as unit:
        unit.sql.execute(insert(_table(name)).values({**_valid()[name], **wrong}))
    assert _dump(filled) == before


def test_what_the_invariants_allow_is_taken(store: Store) -> None:
    valid = _valid()
    with store.unit() as unit:
        _fill(unit.sql)
        unit.sql.execute(
            insert(tables.complaints).values({**valid["complaints"], **_OTHER_COMPLAINT, "status": "verified", "holder": "pusat"})
        )
        unit.sql.execute(insert(tables.links).values({**valid["links"], "id": "l2", "complaint_id": "c2", "ref": None, "state": "pending"}))
        unit.sql.execute(insert(tables.response_links).values({**valid["response_links"], "id": "m2", "response_id": None, "ref": None}))
        unit.sql.execute(insert(tables.response_links).values({**valid["response_links"], "id": "m3", "response_id": None, "ref": None}))


# -- units


def test_a_unit_that_raises_leaves_nothing(store: Store) -> None:
    before = _dump(store)
    with pytest.raises(RuntimeError), store.unit() as unit:
        _fill(unit.sql)
        unit.connection("kota", lock=True).fence = 7
        unit.flush()
        raise RuntimeError
    assert _dump(store) == before


def test_a_unit_whose_commit_is_stopped_leaves_nothing(store: Store) -> None:
    def stop() -> None:
        raise RuntimeError

    before = _dump(store)
    store.on_commit = stop
    with pytest.raises(RuntimeError), store.unit() as unit:
        _fill(unit.sql)
    assert _dump(store) == before


def test_two_links_may_exchange_their_refs_in_one_unit(store: Store) -> None:
    valid = _valid()
    with store.unit() as unit:
        _fill(unit.sql)
        unit.sql.execute(insert(tables.complaints).values({**valid["complaints"], **_OTHER_COMPLAINT}))
        unit.sql.execute(insert(tables.links).values({**valid["links"], "id": "l2", "complaint_id": "c2", "ref": None, "state": "pending"}))
    with store.unit() as unit:
        first, second = unit.link("l1"), unit.link("l2")
        second.ref, second.state = first.ref, first.state
        first.ref, first.state = None, type(first.state)("gone")
    with store.reading() as sql:
        assert {row.id: row.ref for row in sql.execute(select(tables.links))} == {"l1": None, "l2": "1"}


def test_a_reading_sees_one_moment(store: Store) -> None:
    with store.unit() as unit:
        _fill(unit.sql)
    asked = select(tables.connections.c.fence)
    with store.reading() as sql:
        before = sql.execute(asked).scalar_one()
        with store.unit() as unit:
            unit.connection("kota", lock=True).fence += 1
        assert sql.execute(asked).scalar() == before
    with store.reading() as sql:
        assert sql.execute(asked).scalar() == before + 1


# -- after a real synchronisation


class _Synchronised:
    """A hub that has taken a reported complaint from one app into another; its clock stands still between steps."""

    def __init__(self, home: Path, url: str, apps: tuple[HomemadeApp, HomemadeApp]) -> None:
        self.clock = ManualClock(datetime.now(UTC) - timedelta(hours=1))
        self.kota, self.dinas = apps
        join(home, url, apps, clock=self.clock)
        self.hub: Hub = watch(home, url, self.clock)
        self.kota.file("Lampu jalan di depan balai desa padam", **_REPORTER)
        self.kota.file("Status yang tidak dikenal", **{**_REPORTER, "status": "entah"})
        self.rounds(2)
        self.kota.run("UPDATE laporan SET nama = 'Hasanuddin Baru', diubah = '2030-01-01 00:00:00' WHERE status = 'baru'")
        self.kota.reply("Lampu jalan di depan balai desa padam", "Sedang diperiksa")
        self.rounds(2)

    def rounds(self, count: int) -> None:
        for _ in range(count):
            self.clock.advance(61)
            for app in (self.kota, self.dinas):
                self.hub.session(app.name).run()


@pytest.fixture
def synchronised(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Synchronised]:
    """Two apps in files and a hub on either database."""
    given = HomemadeApp.settings
    monkeypatch.setattr(HomemadeApp, "settings", lambda app: {**given(app), "password": "sandi-basis-data"})
    first, second = (f"sqlite:///{tmp_path / name}.db" for name in ("kota", "dinas"))
    with homemade("kota", first, careful=True) as kota, homemade("dinas", second, careful=False) as dinas:
        made = _Synchronised(tmp_path, url, (kota, dinas))
        yield made
        made.hub.close()


def test_nothing_that_identifies_a_reporter_and_no_secret_stands_in_the_database_in_plain_text(
    synchronised: _Synchronised, tmp_path: Path
) -> None:
    written = synchronised.dinas.run("SELECT nama, telp, nik FROM laporan")
    assert [tuple(row)[1:] for row in written] == [(_REPORTER["telp"], _REPORTER["nik"])], "the reporter did go through the hub"
    store = synchronised.hub.store
    with store.reading() as sql:
        columns = [(table.name, column.name) for table in tables.metadata.sorted_tables for column in table.columns]
        values = {where: [_bytes(row[0]) for row in sql.execute(text('SELECT "{1}" FROM "{0}"'.format(*where)))] for where in columns}
        assert len(values["quarantine", "raw"]) == 1
    found = {(where, word) for where, each in values.items() for value in each for word in _SECRETS if word.encode() in value}
    assert found == set()
    if store.engine.dialect.name == "sqlite":
        files = sorted(tmp_path.glob("hub.db*"))
        assert tmp_path / "hub.db-wal" in files
        assert [(file.name, word) for file in files for word in _SECRETS if word.encode() in file.read_bytes()] == []


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_a_dry_run_leaves_the_database_byte_for_byte_as_it_was(synchronised: _Synchronised) -> None:
    hub = synchronised.hub
    synchronised.kota.file("Jembatan gantung putus talinya", **_REPORTER)
    before = _dump(hub.store)
    synchronised.clock.advance(61)
    with hub.store.dry():
        hub.session("kota", pushes=False).run()
        inside = _dump(hub.store)
    assert len(inside["complaints"]) == len(before["complaints"]) + 1
    assert _dump(hub.store) == before
    synchronised.rounds(2)
    assert sorted(_dump(hub.store)["complaints"]) != sorted(before["complaints"])


def _chains(hub: Hub) -> dict[str, str | None]:
    with hub.store.reading() as sql:
        found = sql.execute(select(tables.complaints.c.id, tables.complaints.c.head)).all()
        return {row.id: ledger.broken(sql, row.id, row.head) for row in found}


def test_the_ledger_is_whole_after_a_synchronisation(synchronised: _Synchronised) -> None:
    assert list(_chains(synchronised.hub).values()) == [None]
    with synchronised.hub.store.reading() as sql:
        kinds = [row.kind for row in sql.execute(select(tables.ledger.c.kind).order_by(tables.ledger.c.seq))]
    assert kinds[0] == "filed"
    assert {"delivered", "responded", "changed"} <= set(kinds)


_ENTRY = tables.ledger.c
_TAMPERED = {
    "a value": update(tables.ledger).where(_ENTRY.kind == "responded").values(new={"text": "Sudah selesai"}),
    "a rule": update(tables.ledger).where(_ENTRY.kind == "filed").values(rule="invented"),
    "a moment": update(tables.ledger).where(_ENTRY.kind == "responded").values(learned_at=_AT),
    "a digest": update(tables.ledger).where(_ENTRY.kind == "filed").values(digest="0" * 64),
    "the first entry taken out": delete(tables.ledger).where(_ENTRY.previous.is_(None)),
    "the last entry taken out": delete(tables.ledger).where(_ENTRY.hash.in_(select(tables.complaints.c.head))),
}


def test_a_ledger_that_was_tampered_with_is_found_out(synchronised: _Synchronised) -> None:
    unnoticed = []
    with synchronised.hub.store.writing() as sql:
        complaint = sql.execute(select(tables.complaints)).one()
        for what, statement in _TAMPERED.items():
            attempt = sql.begin_nested()
            assert sql.execute(statement).rowcount == 1
            unnoticed += [] if ledger.broken(sql, complaint.id, complaint.head) else [what]
            attempt.rollback()
        assert ledger.broken(sql, complaint.id, complaint.head) is None
    assert unnoticed == []
