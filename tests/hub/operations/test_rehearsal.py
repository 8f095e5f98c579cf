"""Nothing of a rehearsal stays: not in the database, not in the memory of the hub, not after an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from marshmallow import Schema, fields

from connectors.memory.app import MemoryApp
from contracts.errors import NotFound, Refused
from hub.build import Hub, build
from hub.config import Settings
from hub.operations.agencies import compare
from hub.operations.connections import add, approve
from hub.operations.pausing import live_links
from hub.operations.rehearsal import rehearsal
from hub.operations.sealing import split_secrets
from hub.operations.standing import State, overview, standing_of


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with one connection."""
    hub = build(Settings.load({"SIMPUL_HOME": str(tmp_path)}))
    add(hub, "a", "memory", {"app": str(tmp_path)})
    yield hub
    hub.close()
    MemoryApp.forget()


def test_what_was_approved_in_a_rehearsal_is_not_approved(hub: Hub) -> None:
    with rehearsal(hub) as trial:
        approve(trial, "a")
        assert standing_of(trial, "a").state is State.RUNNING
    assert standing_of(hub, "a").state is State.INITIALISING


def test_the_network_of_a_rehearsal_is_forgotten(hub: Hub, tmp_path: Path) -> None:
    with rehearsal(hub) as trial:
        add(trial, "ghost", "memory", {"app": str(tmp_path)})
        with trial.store.unit() as unit:
            assert len(trial.engine.network(unit).peers) == 2
    add(hub, "b", "memory", {"app": str(tmp_path)})
    with hub.store.unit() as unit:
        assert {peer.name for peer in hub.engine.network(unit).peers.values()} == {"a", "b"}


def test_an_error_in_a_rehearsal_leaves_nothing(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(Refused), rehearsal(hub) as trial:
        add(trial, "ghost", "memory", {"app": str(tmp_path)})
        add(trial, "ghost", "memory", {"app": str(tmp_path)})
    assert [one.name for one in overview(hub)] == ["a"]


def test_a_connection_that_is_not_there_has_no_standing(hub: Hub) -> None:
    with pytest.raises(NotFound):
        standing_of(hub, "ghost")
    with hub.store.unit() as unit:
        assert live_links(unit, unit.connection("a").id) == 0


def test_an_agency_cannot_be_above_itself_by_way_of_the_store(hub: Hub) -> None:
    found = compare(hub, [{"code": "A", "name": "A"}, {"code": "B", "name": "B", "parent": "A"}])
    assert [each.new.code for each in found] == ["A", "B"]


def test_a_section_that_holds_a_secret_is_sealed_whole() -> None:
    class Login(Schema):
        user = fields.String()
        key = fields.String(metadata={"secret": True})

    class Kind(Schema):
        url = fields.String()
        password = fields.String(metadata={"secret": True}, data_key="sandi")
        login = fields.Nested(Login)
        logins = fields.List(fields.Nested(Login))

    given = {"url": "x", "sandi": "y", "login": {"user": "u", "key": "k"}, "logins": []}
    assert split_secrets(Kind(), given) == ({"url": "x"}, {"sandi": "y", "login": {"user": "u", "key": "k"}, "logins": []})
