"""A sick app rests, is tried with one call, and told what it asked for; one that refuses our credentials is left alone at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from connectors.memory.app import MemoryApp
from connectors.memory.faults import Fault, FaultKind, no_faults
from hub.build import Hub
from hub.store import tables
from hub.work.due import due
from tests.hub.cli.office import Office
from tests.work.test_turns import Room

pytestmark = pytest.mark.long


@pytest.fixture
def dinas(office: Office) -> MemoryApp:
    """An app with five complaints to be written, whose connection can be read in peace."""
    kota, dinas = office.live("kota", "dinas")
    for number in range(5):
        office.ok("complaints", "assign", office.filed(kota, f"Lampu {number}"), "--agency", "DINAS", "--as", "ani")
    return dinas


def failing(app: MemoryApp, fault: Fault) -> None:
    """Let every write go wrong."""
    app.faults = lambda operation: fault if operation == "create" else None


def rests(hub: Hub) -> float:
    """For how many seconds nothing is written to the app."""
    with hub.store.reading() as sql:
        until = sql.execute(select(tables.connections.c.push_retry_at).where(tables.connections.c.name == "dinas")).scalar_one()
    return (until - hub.store.now()).total_seconds() if until else 0.0


def tried(app: MemoryApp, hub: Hub) -> int:
    """Give the connection a turn, and count how often a write was tried."""
    before = app.journal.calls["create"]
    Room(hub).turns.take("dinas")
    return app.journal.calls["create"] - before


def test_after_its_rest_an_app_is_tried_with_one_call_and_rests_longer_if_that_fails(office: Office, hub: Hub, dinas: MemoryApp) -> None:
    failing(dinas, Fault(FaultKind.REFUSE))
    while not rests(hub):
        tried(dinas, hub)
        office.clock.advance(1)
    first = rests(hub)
    office.clock.advance(first - 5)
    assert tried(dinas, hub) == 0
    office.clock.advance(10)
    assert tried(dinas, hub) == 1
    assert rests(hub) > first
    office.clock.advance(rests(hub) + 1)
    dinas.faults = no_faults
    # All that did not wait for a time of its own.
    assert tried(dinas, hub) == 5 == dinas.creates
    assert rests(hub) == 0.0


def test_an_app_that_says_when_is_asked_then_and_not_before(office: Office, hub: Hub, dinas: MemoryApp) -> None:
    failing(dinas, Fault(FaultKind.REFUSE, retry_after=900))
    assert tried(dinas, hub) == 1
    assert 890 < rests(hub) <= 900
    dinas.faults = no_faults
    office.clock.advance(880)
    assert tried(dinas, hub) == 0
    office.clock.advance(30)
    assert tried(dinas, hub) == 5


def test_an_app_that_refuses_our_credentials_is_not_tried_again(office: Office, hub: Hub, dinas: MemoryApp) -> None:
    failing(dinas, Fault(FaultKind.STOP))
    assert tried(dinas, hub) == 1
    dinas.faults = no_faults
    office.clock.advance(7 * 3600)
    assert tried(dinas, hub) == 0
    Room(hub).turns.take("dinas")
    assert "dinas" not in due(hub.store)
    office.ok("connections", "resume", "dinas")
    assert tried(dinas, hub) == 5
