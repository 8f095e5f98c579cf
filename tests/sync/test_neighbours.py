"""Stories about one sick neighbour, one session at a time, and one record that makes no sense."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from connectors.memory.faults import Fault, FaultKind
from contracts.connector import Page
from contracts.content import Field
from contracts.errors import LeaseLost, Stop
from contracts.gateway import Pull, Pulled
from hub.store import tables
from hub.words import LinkState
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import assign, complaints, connection, links, on_record, one, only, say
from tests.sync.profiles import (
    HOME_MADE,
    RICH,
    SHORT_PAGES,
)
from tests.sync.stories import TEXT, filed, given


def test_a_dead_app_delays_nobody_else(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = given(world)
    world.apps["b"].faults = lambda operation: Fault(FaultKind.REFUSE)
    say(world, key, category="Penerangan")
    world.sync_all(2)
    assert one(world, "a").fields[Field.CATEGORY] == "Penerangan"
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan"


def test_each_direction_has_its_own_breaker(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    keys = [given(world, text=f"Keluhan nomor {number}") for number in range(5)]
    world.apps["b"].faults = lambda operation: Fault(FaultKind.REFUSE) if operation == "apply" else None
    for key in keys:
        say(world, key, category="Penerangan")
    world.sync("b")
    row = connection(world, "b")
    assert row.push_retry_at is not None and row.pull_retry_at is None and row.push_failures >= 3
    calls = world.apps["b"].journal.calls["apply"]
    world.apps["b"].set_status("1", "in_progress")
    world.sync_all()
    assert next(row for row in complaints(world) if row.id == keys[0]).status == "in_progress", "what comes in still comes in"
    assert world.apps["b"].journal.calls["apply"] == calls


def test_a_session_that_lost_its_lease_reports_nothing(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    say(world, key, category="Penerangan")
    world.advance(61)
    first = world.gateway("b", owner="elsewhere/1/x")
    (pull,) = first.lease(1)
    assert isinstance(pull, Pull)
    world.advance(120)
    world.sync("b")
    before = world.backup().rows
    with pytest.raises(LeaseLost):
        first.report(pull, Pulled(Page((), cursor="99"), last=True))
    with pytest.raises(LeaseLost):
        first.lease(1)
    assert world.backup().rows == before


def test_a_write_of_a_session_that_died_is_looked_up_and_not_repeated(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    say(world, key, category="Penerangan")
    world.advance(61)
    for task in world.steps("b"):
        if isinstance(task, Pull):
            break
    world.plan("b", "apply", FaultKind.CRASH_AFTER)
    world.sync("b")
    world.settle()
    applies = [entry for entry in world.apps["b"].journal.of("1") if entry.what == "category" and entry.who == "hub"]
    assert len(applies) == 1 and one(world, "b").fields[Field.CATEGORY] == "Penerangan"


def test_an_edit_that_is_refused_is_parked_alone(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    other = given(world, text="Jalan rusak")
    world.plan("b", "apply", FaultKind.REJECT)
    say(world, key, category="Ditolak")
    world.sync("b")
    world.calm()
    say(world, other, category="Diterima")
    world.settle()
    assert links(world, key)["b"].parked["category"] and world.apps["b"].store.rows["2"].fields[Field.CATEGORY] == "Diterima"
    say(world, key, category="Diperbaiki")
    world.settle()
    assert world.apps["b"].store.rows["1"].fields[Field.CATEGORY] == "Diperbaiki", "a corrected value is sent again"
    checks.all_of(world, set())


def test_a_create_that_is_refused_is_parked_until_the_complaint_changes(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = filed(world)
    world.plan("b", "create", FaultKind.REJECT)
    assign(world, key, "B")
    world.sync("b")
    world.calm()
    assert links(world, key)["b"].parked["create"]
    say(world, key, category="Diperbaiki")
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Diperbaiki"


def test_a_record_that_makes_no_sense_is_quarantined_and_released(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    bad = world.apps["a"].file("Rusak", "Tanggalnya rusak")
    world.apps["a"].spoil(bad)
    world.apps["a"].file("Lampu", TEXT)
    world.sync_all()
    assert only(world).content["description"] == TEXT
    with world.reading() as sql:
        assert sql.execute(select(tables.quarantine.c.ref, tables.quarantine.c.resolved_at)).all() == [(bad, None)]
    world.apps["a"].spoil(bad, None)
    world.settle()
    assert len(complaints(world)) == 2
    with world.reading() as sql:
        assert sql.execute(select(tables.quarantine.c.resolved_at)).scalar_one() is not None


def test_a_linked_record_that_is_spoilt_is_no_deletion(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    key = given(world)
    world.apps["b"].spoil("1")
    say(world, key, category="Penerangan")
    world.settle()
    assert links(world, key)["b"].state is LinkState.LINKED
    world.apps["b"].spoil("1", None)
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan"
    checks.all_of(world, set())


def test_wrong_credentials_pause_the_connection_once_and_burn_no_record(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.plan("b", "apply", FaultKind.STOP)
    say(world, key, category="Penerangan")
    world.sync("b")
    world.calm()
    assert connection(world, "b").push_paused and not links(world, key)["b"].parked
    assert issubclass(Stop, Exception)
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan"


def test_two_apps_with_short_pages_and_repeated_pages_take_everything_in(make: Make) -> None:
    world = make(a=SHORT_PAGES, b=SHORT_PAGES)
    for number in range(7):
        world.apps["a"].file(f"Nomor {number}", f"Keluhan nomor {number}")
    world.plan("a", "page", FaultKind.REPEAT, skip=1)
    world.advance(61)
    world.sync("a")
    world.settle(listing=False)
    checks.i8_taken_in(world)
    assert len(complaints(world)) == 7


def test_a_crash_between_a_page_and_its_checkpoint_loses_nothing(make: Make) -> None:
    for number in range(1, 8):
        world = make(a=SHORT_PAGES, b=RICH)
        for count in range(5):
            world.apps["a"].file(f"Nomor {count}", f"Keluhan nomor {count}")
        world.crash_at_commit(number)
        world.sync("a")
        world.calm()
        world.settle(listing=False)
        assert len(complaints(world)) == 5
        checks.i8_taken_in(world)


def test_a_field_that_flaps_is_held_and_shown(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    given(world)
    for number in range(8):
        world.apps["b"].edit("1", Field.TITLE, f"Robot {number}")
        world.advance(timedelta(seconds=61).total_seconds())
        world.sync("b")
    assert on_record(world, kind="flapping")
    assert world.apps["b"].writes < 8


@pytest.mark.parametrize("first", "ab")
@pytest.mark.parametrize("early", [True, False], ids=["before both are read", "in between"])
def test_what_a_typed_number_joins_is_taken_or_on_record(make: Make, first: str, early: bool) -> None:
    world = make(a=RICH, b=RICH)
    refs = {name: world.apps[name].file("Lampu mati di jalan", TEXT) for name in "ab"}
    world.apps["b"].type_foreign_id(refs["b"], "a", refs["a"])
    world.advance(61)
    if not early:
        world.sync(first)
    world.apps["b"].edit(refs["b"], Field.CATEGORY, "Penerangan")
    world.sync(first)
    world.settle()
    recorded = [row.local_value for row in on_record(world, field="category")]
    assert "Penerangan" in (only(world).content.get("category"), *recorded)
    checks.i4_rest(world)
