"""Stories about edits and filings whose fate is in doubt: each needs one safety rule of the engine."""

from __future__ import annotations

import pytest

from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import FaultKind
from contracts.content import Field
from contracts.vocabulary import Status
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import assign, on_record, one, only, rows, say, status
from tests.sync.profiles import (
    CUTS_SILENTLY,
    HOME_MADE,
    PROFILES,
    RICH,
)
from tests.sync.stories import LADDER, LOSSES, TEXT, filed, given
from tests.sync.world import World


def test_a_complaint_goes_to_its_holder_and_the_answer_comes_back(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    given(world)
    world.apps["b"].set_status("1", "in_progress")
    world.sync_all(2)
    assert status(world) == "in_progress" and one(world, "a").status == "in_progress" and not rows(world, "c")
    world.settle()
    checks.all_of(world, set())


@pytest.mark.long
@pytest.mark.parametrize("behaviour", list(PROFILES.values()), ids=list(PROFILES))
def test_every_kind_of_app_comes_to_rest_as_origin_and_as_holder(make: Make, behaviour: Behaviour) -> None:
    world = make(a=behaviour, b=behaviour, c=RICH)
    given(world)
    world.apps["b"].set_status("1", behaviour.said[Status.IN_PROGRESS])
    world.apps["b"].respond("1", "Petugas sudah di jalan")
    world.settle()
    assert status(world) == "in_progress"
    checks.all_of(world, set())


def test_a_page_that_was_read_before_a_push_takes_nothing_back(make: Make) -> None:
    for behaviour in (RICH, HOME_MADE):
        world = make(a=RICH, b=behaviour)
        key = given(world)
        world.advance(61)

        def meanwhile(world: World = world, key: str = key) -> None:
            say(world, key, title="Baru")
            world.sync("b")

        world.after("b", "page", meanwhile)
        world.sync("b")
        assert only(world).content["title"] == "Baru"
        world.settle()
        assert one(world, "b").fields[Field.TITLE] == only(world).content["title"] == "Baru"
        assert not on_record(world)


def test_a_lost_reply_and_then_a_newer_edit_is_no_conflict(make: Make) -> None:
    for behaviour in PROFILES.values():
        world = make(a=RICH, b=behaviour)
        key = given(world)
        world.plan("b", "apply", FaultKind.LOST_REPLY)
        say(world, key, category="Satu")
        world.sync("b")
        world.calm()
        say(world, key, category="Dua")
        world.sync_all(2)
        world.settle()
        assert one(world, "b").fields[Field.CATEGORY] == "Dua" and not on_record(world)
        checks.all_of(world, set())


@pytest.mark.long
@LADDER
@LOSSES
def test_a_create_in_doubt_happens_once(make: Make, behaviour: Behaviour, fault: FaultKind) -> None:
    world = make(a=RICH, b=behaviour)
    key = filed(world)
    world.plan("b", "create", fault)
    assign(world, key, "B")
    world.sync("b")
    world.calm()
    world.sync("b")
    world.sync_all(3)
    world.settle()
    assert one(world, "b").fields[Field.DESCRIPTION] == TEXT
    assert world.apps["b"].creates == 1
    checks.all_of(world, set())


@pytest.mark.long
@LADDER
@LOSSES
def test_a_create_in_doubt_that_was_edited_meanwhile_ends_with_the_edit(make: Make, behaviour: Behaviour, fault: FaultKind) -> None:
    world = make(a=RICH, b=behaviour)
    key = filed(world)
    world.plan("b", "create", fault)
    assign(world, key, "B")
    world.sync("b")
    world.calm()
    say(world, key, category="Penerangan")
    world.sync_all(3)
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan" and world.apps["b"].creates == 1
    assert not on_record(world)
    checks.all_of(world, set())


@pytest.mark.long
@LADDER
@pytest.mark.parametrize("number", range(1, 10))
def test_a_crash_at_any_commit_of_a_create_and_an_update_loses_and_doubles_nothing(make: Make, behaviour: Behaviour, number: int) -> None:
    world = make(a=RICH, b=behaviour)
    key = filed(world)
    assign(world, key, "B")
    world.crash_at_commit(number)
    world.sync("b")
    world.calm()
    say(world, key, category="Penerangan")
    world.crash_at_commit(number)
    world.sync("b")
    world.calm()
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan" and not on_record(world)
    checks.all_of(world, set())


@pytest.mark.long
@LADDER
@pytest.mark.parametrize("operation", ["create", "apply", "read", "page"])
@pytest.mark.parametrize("fault", [FaultKind.CRASH_BEFORE, FaultKind.CRASH_AFTER])
def test_a_crash_around_an_outside_call_loses_and_doubles_nothing(
    make: Make, behaviour: Behaviour, operation: str, fault: FaultKind
) -> None:
    world = make(a=RICH, b=behaviour)
    key = filed(world)
    world.plan("b", operation, fault)
    assign(world, key, "B")
    say(world, key, category="Satu")
    for _ in range(3):
        world.sync("b")
        say(world, key, category="Dua")
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Dua" and not on_record(world)
    checks.all_of(world, set())


@pytest.mark.long
@LOSSES
@pytest.mark.parametrize("behaviour", list(PROFILES.values()), ids=list(PROFILES))
def test_an_edit_in_doubt_lands_once(make: Make, behaviour: Behaviour, fault: FaultKind) -> None:
    world = make(a=RICH, b=behaviour)
    key = given(world)
    world.plan("b", "apply", fault)
    say(world, key, status="in_progress")
    world.sync("b")
    world.sync_all(2)
    world.settle()
    assert status(world) == "in_progress" and one(world, "b").status == behaviour.said[Status.IN_PROGRESS]
    assert not on_record(world)
    checks.all_of(world, set())


def test_an_app_without_conditional_write_is_read_before_it_is_written(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    key = given(world)
    world.apps["b"].edit("1", Field.CATEGORY, "Dari b")
    say(world, key, category="Dari pusat")
    world.sync("b")
    world.settle()
    assert not world.apps["b"].journal.unseen
    kept = {only(world).content["category"], *(row.local_value for row in on_record(world)), *(row.hub_value for row in on_record(world))}
    assert {"Dari b", "Dari pusat"} <= kept


def test_an_edit_between_reading_and_writing_meets_the_precondition(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    say(world, key, title="Judul baru")
    world.sync("b")
    say(world, key, category="Penerangan")
    world.advance(61)
    # The page is in hand, then staff move the status, and only then comes our edit.
    world.after("b", "page", lambda: world.apps["b"].set_status("1", "in_progress"))
    world.sync("b")
    world.settle()
    assert status(world) == one(world, "b").status == "in_progress" and one(world, "b").fields[Field.CATEGORY] == "Penerangan"
    assert not world.apps["b"].journal.unseen and not on_record(world)


@pytest.mark.parametrize("behaviour", [RICH, CUTS_SILENTLY, HOME_MADE], ids=["receipt", "read_back", "no_version"])
def test_a_user_s_edit_between_our_write_and_its_read_back_is_taken(make: Make, behaviour: Behaviour) -> None:
    world = make(a=RICH, b=behaviour)
    key = given(world)
    world.after("b", "apply", lambda: world.apps["b"].set_status("1", "in_progress"))
    say(world, key, category="Penerangan")
    world.sync("b")
    world.settle()
    assert status(world) == "in_progress" and only(world).content["category"] == "Penerangan"
    checks.all_of(world, set())


def test_both_sides_change_one_field_and_the_holder_wins_on_record(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.apps["b"].set_status("1", "answered")
    say(world, key, status="in_progress")
    world.settle()
    assert status(world) == "answered"
    assert [(row.hub_value, row.local_value, row.kept) for row in on_record(world, kind="conflict")] == [
        ("in_progress", "answered", "local")
    ]
    checks.all_of(world, set())
