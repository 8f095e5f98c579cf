"""A turn raises nothing: what is wrong with one connection is shown there and disturbs no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from connectors.memory.connector import MemoryConnector
from contracts.connector import Page, Receipt
from contracts.errors import LeaseLost
from contracts.gateway import Create, Pull, Pulled
from hub.build import Hub
from hub.session.session import Session
from hub.store import tables
from hub.store.store import Store
from hub.store.unit import Unit
from hub.work.due import due
from hub.work.turns import Turns
from hub.work.wake import Wakeups
from tests.hub.cli.office import Office
from tests.work.test_hands import until


class Room:
    """Turns without a queue: what was asked for is in ``posted``."""

    def __init__(self, hub: Hub, seconds: float = 10.0, *, asks_first: bool = False, rest: Callable[[float], object] | None = None) -> None:
        self.posted: list[str] = []
        self.stays = True
        self.wakeups = Wakeups(hub.store, self.posted.append)
        self.turns = Turns(hub, self.wakeups, wanted=lambda: self.stays, seconds=seconds, asks_first=asks_first, rest=rest)


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """What was logged."""
    with capture_logs() as lines:
        yield lines


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
    assert [(line["event"], line["connection"], line.get("creates")) for line in told] == [
        ("create", "dinas", None),
        ("session", "dinas", 1),
    ]
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


def test_a_wake_up_that_came_twice_opens_no_second_session(office: Office, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    office.live("kota")
    office.clock.advance(61)
    opened: list[str] = []
    session = hub.session

    def counted(_: Hub, name: str) -> Session:
        opened.append(name)
        return session(name)

    monkeypatch.setattr(Hub, "session", counted)
    room = Room(hub, asks_first=True)
    for _ in range(3):
        room.turns.take("kota")
    assert (opened, room.posted, set(room.wakeups.at_work)) == (["kota"], [], set())


# -- when the database goes away


class Database:
    """A database that goes away: before a transaction begins, or with the answer to its commit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.away, self.swallows = False, False
        whole = Store.unit

        @contextmanager
        def unit(store: Store) -> Iterator[Unit]:
            if self.away:
                raise OperationalError("BEGIN", None, Exception("server closed the connection"))
            with whole(store) as opened:
                yield opened
            if self.swallows:
                self.away = True
                raise OperationalError("COMMIT", None, Exception("server closed the connection"))

        monkeypatch.setattr(Store, "unit", unit)

    def comes_back(self, seconds: float = 0.0) -> None:
        """It is there again."""
        self.away = self.swallows = False


@pytest.fixture
def database(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database of the hub, still there."""
    return Database(monkeypatch)


def owners(hub: Hub) -> list[str | None]:
    """Who holds which lease, as the database says."""
    with hub.store.reading() as sql:
        return list(sql.execute(select(tables.connections.c.lease_owner).order_by(tables.connections.c.id)).scalars())


def test_a_lease_that_could_not_be_given_back_is_given_back_when_the_database_is_there_again(
    office: Office, hub: Hub, database: Database, told: list[Any]
) -> None:
    (kota,) = office.live("kota")
    office.clock.advance(61)
    held: list[str | None] = []

    def goes(operation: str) -> None:
        database.away = True

    def waits(seconds: float) -> None:
        held.extend(owners(hub))
        database.comes_back()

    kota.faults = goes
    room = Room(hub, rest=waits)
    room.turns.take("kota")
    until(lambda: owners(hub) == [None] and not hub.engine.owed)
    assert [owner is not None for owner in held] == [True], "it was still held when it was tried first"
    kota.faults = lambda operation: None
    room.turns.take("kota")
    assert due(hub.store) == [] and [line["event"] for line in told if line["log_level"] == "error"] == ["session broke off"]


def test_a_lease_of_which_nobody_knows_whether_it_was_taken_is_given_back_too(office: Office, hub: Hub, database: Database) -> None:
    (kota,) = office.live("kota")
    calls = kota.journal.calls.total()
    office.clock.advance(61)
    room, opened = Room(hub, rest=database.comes_back), hub.session("kota")
    database.swallows = True
    with pytest.raises(OperationalError):
        opened.run()
    assert owners(hub) != [None] and hub.engine.owed and kota.journal.calls.total() == calls
    room.turns.take("kota")
    until(lambda: owners(hub) == [None] and not hub.engine.owed)


def test_what_another_session_has_taken_meanwhile_is_left_to_it(office: Office, hub: Hub) -> None:
    office.live("kota")
    office.clock.advance(61)
    lost, other = hub.engine.gateway("kota"), hub.engine.gateway("kota")
    lost.lease(1)
    hub.engine.owed = {lost.owner: "kota", "somebody/1/else/x": "kota", "host/1/gone/x": "no-such-connection"}
    office.clock.advance(61)
    other.lease(1)
    hub.engine.give_back()
    assert owners(hub) == [other.owner] and hub.engine.owed == {} and other.holds()


def test_a_lost_session_whose_lease_was_given_back_can_report_no_more_and_the_next_goes_on_from_there(office: Office, hub: Hub) -> None:
    kota, dinas = office.live("kota", "dinas")
    office.ok("complaints", "assign", office.filed(kota), "--agency", "DINAS", "--as", "ani")
    lost = hub.engine.gateway("dinas")
    while not isinstance((task := lost.lease(1)[0]), Create):
        assert isinstance(task, Pull)
        lost.report(task, Pulled(Page(()), last=True))
    hub.engine.owed = {lost.owner: "dinas"}
    hub.engine.give_back()
    with pytest.raises(LeaseLost):
        lost.report(task, Receipt(ref="1"))
    Room(hub).turns.take("dinas")
    # Looked up first: under its key it is filed once, whatever became of the first request.
    with hub.store.reading() as sql:
        assert sql.execute(select(tables.attempts.c.outcome)).scalars().all() == ["acknowledged"]
    assert dinas.creates == 1
