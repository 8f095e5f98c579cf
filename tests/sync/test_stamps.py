"""Readings carry the sequence at which they were asked for; what was read before our last write is not news."""

from __future__ import annotations

from connectors.memory.connector import MemoryConnector
from contracts.content import Field
from hub.sync.observe import observe
from tests.sync.conftest import Make
from tests.sync.people import on_record, one, only, say
from tests.sync.profiles import HOME_MADE, RICH
from tests.sync.stories import given


def test_a_record_read_before_our_last_write_is_read_again_and_not_believed(make: Make) -> None:
    for behaviour in (RICH, HOME_MADE):
        world = make(a=RICH, b=behaviour)
        key = given(world)
        old = MemoryConnector({"app": "b"}).fetch("1")
        with world.engine.working("b") as desk:
            stamp, began = desk.row.tick, desk.now
        say(world, key, title="Baru")
        world.sync("b")
        with world.engine.working("b") as desk:
            observe(desk, old, stamp, began)
        assert only(world).content["title"] == "Baru"
        world.settle()
        assert one(world, "b").fields[Field.TITLE] == only(world).content["title"] == "Baru"
        assert not on_record(world)
