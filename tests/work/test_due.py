"""Which connections have something to do is one question to the database, and it agrees with what a session finds."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from connectors.memory.behaviour import Behaviour
from hub.build import Hub
from hub.store import tables
from hub.words import Phase, Recovery
from hub.work.due import due, names
from tests.hub.cli.office import Office


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, fresh: Path) -> Office:
    """Two live connections, a complaint in both, and nothing left to do; made once, and copied."""
    home = tmp_path_factory.mktemp("calm")
    shutil.copytree(fresh, home / "hub")
    office = Office(home)
    kota, _ = office.live("kota", "dinas")
    tracking = office.filed(kota)
    office.ok("complaints", "assign", tracking, "--agency", "DINAS", "--as", "ani")
    office.ok("sync", "--all")
    office.ok("sync", "--all")
    office.terminal.close()
    return office


@pytest.fixture
def settled(tmp_path: Path, calm: Office) -> Iterator[Office]:
    """A copy of it, at the same moment."""
    shutil.copytree(calm.home / "hub", tmp_path / "hub")
    office = Office(tmp_path)
    office.clock.set(calm.clock.now())
    yield office
    office.terminal.close()


@pytest.fixture
def hub(request: pytest.FixtureRequest) -> Hub:
    """The hub of whichever office the test is in."""
    office: Office = request.getfixturevalue("settled" if "settled" in request.fixturenames else "office")
    return office.terminal.hub


def put(hub: Hub, name: str = "dinas", **values: Any) -> None:
    """Write a connection's columns as a session or a person would leave them."""
    with hub.store.writing() as sql:
        sql.execute(update(tables.connections).where(tables.connections.c.name == name).values(**values))


def push_due(hub: Hub, name: str = "dinas", **values: Any) -> None:
    """Leave the connection's link something to write."""
    with hub.store.writing() as sql:
        here = select(tables.connections.c.id).where(tables.connections.c.name == name).scalar_subquery()
        link = tables.links
        sql.execute(update(link).where(link.c.connection_id == here).values(due_at=hub.store.now(), **values))


def test_a_settled_network_has_nothing_due_until_the_next_pull(settled: Office, hub: Hub) -> None:
    assert due(hub.store) == []
    settled.clock.advance(61)
    assert due(hub.store) == ["kota", "dinas"]


def test_a_fresh_connection_is_due_also_before_it_is_approved(office: Office, hub: Hub) -> None:
    office.add("kota")
    assert due(hub.store) == ["kota"]


def test_a_link_to_push_and_a_record_to_read_make_a_connection_due(settled: Office, hub: Hub) -> None:
    push_due(hub)
    assert due(hub.store) == ["dinas"]
    with hub.store.writing() as sql:
        sql.execute(update(tables.links).values(due_at=None))
        sql.execute(insert(tables.reads).values(connection_id=1, ref="7", why="stale", due_at=hub.store.now()))
    assert due(hub.store) == ["kota"]


@pytest.mark.parametrize(
    "column",
    ["push_paused", "push_retry_at", "phase", "recovery", "other_recovery"],
)
def test_what_may_not_be_written_now_is_not_due(settled: Office, hub: Hub, column: str) -> None:
    push_due(hub)
    later = hub.store.now() + timedelta(seconds=1)
    values: dict[str, dict[str, Any]] = {
        "push_paused": {"push_paused": "by ani: moving house"},
        "push_retry_at": {"push_retry_at": later},
        "phase": {"phase": Phase.INITIALISING.value},
        "recovery": {"recovery": Recovery.APP.value, "listing_due_at": later},
    }
    if column == "other_recovery":
        put(hub, "kota", recovery=Recovery.HUB.value, listing_due_at=later)
    else:
        put(hub, **values[column])
    assert due(hub.store) == []


def test_an_app_that_has_had_its_calls_for_now_is_not_due(settled: Office, hub: Hub) -> None:
    push_due(hub)
    put(hub, pull_due_at=None, calls_from=hub.store.now() + timedelta(seconds=1))
    assert due(hub.store) == []
    put(hub, calls_from=hub.store.now())
    assert due(hub.store) == ["dinas"]


def test_what_may_not_be_read_now_is_not_due(settled: Office, hub: Hub) -> None:
    put(hub, pull_due_at=None, pull_retry_at=hub.store.now() + timedelta(seconds=1))
    assert due(hub.store) == []
    put(hub, pull_retry_at=hub.store.now())
    assert due(hub.store) == ["dinas"]
    put(hub, pull_paused="by ani: the app moves")
    assert due(hub.store) == []


def test_a_connection_that_waits_for_a_person_or_was_removed_is_not_due(settled: Office, hub: Hub) -> None:
    put(hub, pull_due_at=None, recovery_held=True)
    assert due(hub.store) == []
    put(hub, recovery_held=False, phase=Phase.REMOVED.value)
    assert due(hub.store) == []


def test_a_listing_is_due_only_where_the_app_can_be_listed(office: Office, hub: Hub) -> None:
    office.add("kota")
    office.add("dinas", Behaviour(can_list=False))
    office.ok("sync", "--all")
    assert due(hub.store) == []
    put(hub, "kota", listing_due_at=hub.store.now())
    put(hub, "dinas", listing_due_at=hub.store.now())
    assert due(hub.store) == ["kota"]


def test_a_connection_at_work_is_left_out_while_its_process_lives(settled: Office, hub: Hub) -> None:
    until = hub.store.now() + timedelta(seconds=30)
    put(hub, pull_due_at=None, lease_owner=f"{socket.gethostname()}/{os.getpid()}/x", lease_until=until)
    assert due(hub.store) == []
    # No process has this number: the kernel gives none above 2**22.
    put(hub, lease_owner=f"{socket.gethostname()}/{2**22 + 1}/x")
    assert due(hub.store) == ["dinas"]
    put(hub, lease_owner="another-machine/1/x")
    assert due(hub.store) == []
    settled.clock.advance(31)
    assert due(hub.store) == ["dinas"]


def test_one_connection_can_be_asked_about_alone(settled: Office, hub: Hub) -> None:
    settled.clock.advance(61)
    assert (due(hub.store, only="dinas"), due(hub.store, only="nobody")) == (["dinas"], [])
    assert names(hub.store, frozenset({1, 2, 99})) == {1: "kota", 2: "dinas"}


def test_the_whole_country_is_asked_about_in_one_statement(settled: Office, hub: Hub) -> None:
    with hub.store.writing() as sql:
        row = dict(sql.execute(select(tables.connections).where(tables.connections.c.name == "kota")).one()._mapping)
        del row["id"]
        sql.execute(insert(tables.connections), [{**row, "name": f"k{number}", "pull_due_at": None} for number in range(700)])
    asked: list[str] = []
    event.listen(hub.store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert len(due(hub.store)) == 700
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1
