"""What the database itself promises, on PostgreSQL and SQLite alike."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from hub.clock import SystemClock
from hub.store import tables
from hub.store.store import Store, Unstorable
from tests import services
from tests.real.rows import dump, fill, table_named, valid

pytestmark = pytest.mark.timeout(60)
_ROOT = Path(__file__).parents[2]
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


# -- migrations


def test_migrating_again_changes_nothing_and_keeps_every_row(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
    # Rows that were written past the hub get their words then.
    store.migrate()
    before = dump(store)
    store.migrate()
    assert dump(store) == before


def test_the_migrations_make_the_tables_that_the_program_means(store: Store) -> None:
    with store.reading() as sql:
        # Words are kept and indexed on PostgreSQL alone.
        names = {"include_name": lambda name, kind, _: name not in ("ix_complaints_said", "ix_complaints_unsaid")}
        context = MigrationContext.configure(sql, opts={"compare_type": True, **names})
        assert compare_metadata(context, tables.metadata) == []


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
        fill(unit.sql)
    store.close()


# -- invariants


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
            fill(unit.sql)
            unit.sql.execute(insert(tables.complaints).values({**valid()["complaints"], **_OTHER_COMPLAINT}))
        yield store


@pytest.mark.parametrize(("name", "wrong"), [each[1:] for each in _BROKEN], ids=[each[0].replace(" ", "_") for each in _BROKEN])
def test_the_database_refuses(filled: Store, name: str, wrong: dict[str, Any]) -> None:
    before = dump(filled)
    with pytest.raises(Unstorable), filled.unit() as unit:
        unit.sql.execute(insert(table_named(name)).values({**valid()[name], **wrong}))
    assert dump(filled) == before


def test_what_the_invariants_allow_is_taken(store: Store) -> None:
    given = valid()
    with store.unit() as unit:
        fill(unit.sql)
        unit.sql.execute(
            insert(tables.complaints).values({**given["complaints"], **_OTHER_COMPLAINT, "status": "verified", "holder": "pusat"})
        )
        unit.sql.execute(insert(tables.links).values({**given["links"], "id": "l2", "complaint_id": "c2", "ref": None, "state": "pending"}))
        unit.sql.execute(insert(tables.response_links).values({**given["response_links"], "id": "m2", "response_id": None, "ref": None}))
        unit.sql.execute(insert(tables.response_links).values({**given["response_links"], "id": "m3", "response_id": None, "ref": None}))


# -- units


def test_a_unit_that_raises_leaves_nothing(store: Store) -> None:
    before = dump(store)
    with pytest.raises(RuntimeError), store.unit() as unit:
        fill(unit.sql)
        unit.connection("kota", lock=True).fence = 7
        unit.flush()
        raise RuntimeError
    assert dump(store) == before


def test_a_unit_whose_commit_is_stopped_leaves_nothing(store: Store) -> None:
    def stop() -> None:
        raise RuntimeError

    before = dump(store)
    store.on_commit = stop
    with pytest.raises(RuntimeError), store.unit() as unit:
        fill(unit.sql)
    assert dump(store) == before


def test_two_links_may_exchange_their_refs_in_one_unit(store: Store) -> None:
    given = valid()
    with store.unit() as unit:
        fill(unit.sql)
        unit.sql.execute(insert(tables.complaints).values({**given["complaints"], **_OTHER_COMPLAINT}))
        unit.sql.execute(insert(tables.links).values({**given["links"], "id": "l2", "complaint_id": "c2", "ref": None, "state": "pending"}))
    with store.unit() as unit:
        first, second = unit.link("l1"), unit.link("l2")
        second.ref, second.state = first.ref, first.state
        first.ref, first.state = None, type(first.state)("gone")
    with store.reading() as sql:
        assert {row.id: row.ref for row in sql.execute(select(tables.links))} == {"l1": None, "l2": "1"}


def test_a_reading_sees_one_moment(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
    asked = select(tables.connections.c.fence)
    with store.reading() as sql:
        before = sql.execute(asked).scalar_one()
        with store.unit() as unit:
            unit.connection("kota", lock=True).fence += 1
        assert sql.execute(asked).scalar() == before
    with store.reading() as sql:
        assert sql.execute(asked).scalar() == before + 1


def test_what_is_only_asked_opens_no_transaction_on_postgresql_and_leaves_none_out_later(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
    asked = select(tables.connections.c.fence)
    with store.asking() as sql:
        before = sql.execute(asked).scalar_one()
        if store.engine.dialect.name == "postgresql":
            with store.unit() as unit:
                unit.connection("kota", lock=True).fence += 1
            assert sql.execute(asked).scalar() == before + 1
            assert sql.connection.driver_connection.info.transaction_status.name == "IDLE"  # type: ignore[union-attr]
    assert store.connection("kota").name == "kota"
    # The pool gives the same connection to whoever is next: what they begin is a transaction again.
    now = dump(store)
    with pytest.raises(RuntimeError), store.unit() as unit:
        unit.connection("kota", lock=True).fence = 70
        unit.flush()
        raise RuntimeError
    assert dump(store) == now


def test_in_a_dry_run_a_question_sees_what_was_tried(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
    with store.dry():
        with store.unit() as unit:
            unit.connection("kota", lock=True).fence = 70
        assert store.connection("kota").fence == 70
    assert store.connection("kota").fence != 70
