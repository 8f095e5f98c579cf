"""A turn raises nothing: what is wrong with one connection is shown there and disturbs no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import select, update
from structlog.testing import capture_logs

from connectors.memory.connector import MemoryConnector
from hub.build import Hub
from hub.store import tables
from hub.work.due import due
from hub.work.turns import Turns
from hub.work.wake import Wakeups
from tests.hub.cli.office import Office


class Room:
    """Turns without a queue: what was asked for is in ``posted``."""

    def __init__(self, hub: Hub, seconds: float = 10.0) -> None:
        self.posted: list[str] = []
        self.stays = True
        self.wakeups = Wakeups(hub.store, self.posted.append)
        self.turns = Turns(hub, self.wakeups, wanted=lambda: self.stays, seconds=seconds)


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """What was logged."""
    with capture_logs() as lines:
        yield lines
    structlog.reset_defaults()


def shown(office: Office, name: str) -> dict[str, str]:
    """The errors that people see of a connection."""
    errors: dict[str, str] = office.json("connections", "show", name)["standing"]["errors"]
    return errors


def test_a_turn_reads_and_writes_until_nothing_is_due(office: Office, hub: Hub, told: list[Any]) -> None:
    kota, dinas = office.live("kota", "dinas")
    office.ok("complaints", "assign", office.filed(kota), "--agency", "DINAS", "--as", "ani")
    room = Room(hub)
    room.turns.take("dinas")
    assert (dinas.creates, room.posted, set(room.wakeups.at_work)) == (1, [], set())
    assert [(line["event"], line["connection"], line["creates"]) for line in told] == [("session", "dinas", 1)]
    assert (room.turns.done()["creates"], room.turns.done()["creates"]) == (1, 0)


def test_a_turn_whose_time_is_over_asks_for_another(office: Office, hub: Hub) -> None:
    office.live("kota")
    room = Room(hub, seconds=-1.0)
    room.turns.take("kota")
    assert room.posted == ["kota"]


def test_no_turn_begins_once_the_process_is_to_end(office: Office, hub: Hub) -> None:
    (kota,) = office.live("kota")
    calls = kota.journal.calls.total()
    room = Room(hub)
    room.stays = False
    room.turns.take("kota")
    assert (kota.journal.calls.total(), room.posted) == (calls, [])


def test_a_connection_whose_settings_are_broken_shows_it_rests_and_disturbs_no_other(office: Office, hub: Hub, told: list[Any]) -> None:
    office.live("kota", "dinas")
    with hub.store.writing() as sql:
        sql.execute(update(tables.connections).where(tables.connections.c.name == "kota").values(settings={"ap": "x"}))
    office.clock.advance(61)
    room = Room(hub)
    for name in ("kota", "dinas"):
        room.turns.take(name)
    assert [line["event"] for line in told if line["log_level"] != "debug"] == ["connection cannot be opened"]
    assert due(hub.store) == []
    errors = shown(office, "kota")
    assert "ap" in errors["pull"] and "ap" in errors["push"]
    assert shown(office, "dinas") == {}


def test_a_connector_that_cannot_be_made_shows_its_kind_of_error_and_not_its_text(
    office: Office, hub: Hub, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.live("kota")

    def broken(self: MemoryConnector, settings: Any) -> None:
        raise ValueError("cannot parse mysql://simpul:rahasia@127.0.0.1")

    monkeypatch.setattr(MemoryConnector, "__init__", broken)
    Room(hub).turns.take("kota")
    monkeypatch.undo()
    errors = shown(office, "kota")
    assert "ValueError" in errors["pull"]
    assert "rahasia" not in json.dumps(errors) + repr(told)


def test_a_connection_that_another_session_holds_is_left_to_it_in_silence(office: Office, hub: Hub, told: list[Any]) -> None:
    office.live("kota")
    office.clock.advance(61)
    other = hub.engine.gateway("kota")
    other.lease(1)
    room = Room(hub)
    room.turns.take("kota")
    assert (room.posted, told) == ([], [])
    other.release()


def test_a_connection_that_was_removed_meanwhile_ends_in_silence(hub: Hub, told: list[Any]) -> None:
    Room(hub).turns.take("gone")
    assert told == []


def test_a_mistake_in_a_session_is_told_without_its_text_and_the_lease_is_given_back(
    office: Office, hub: Hub, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (kota,) = office.live("kota")
    office.clock.advance(61)

    def broken(operation: str) -> Any:
        raise RuntimeError("Lampu mati di depan rumah Bu Ratna")

    kota.faults = broken
    room = Room(hub)
    room.turns.take("kota")
    [line] = told
    assert (line["event"], line["error"], "Ratna" in repr(line)) == ("session broke off", "RuntimeError", False)
    with hub.store.reading() as sql:
        assert sql.execute(select(tables.connections.c.lease_owner)).scalars().all() == [None]
    assert (room.posted, set(room.wakeups.at_work)) == ([], set())
