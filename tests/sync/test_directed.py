"""One story for each safety rule that no other story needs: what is lost, doubled or told to the wrong people without it."""

from __future__ import annotations

from dataclasses import replace

from connectors.memory.faults import FaultKind
from contracts.content import Field
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import answer, assign, on_record, one, only, rows, said, say, status
from tests.sync.profiles import HOME_MADE, RICH, THREE_STATES
from tests.sync.stories import FINDABLE, filed, given

CALLED_BACK = replace(RICH, returns_record=False)
MUTE = replace(RICH, returns_record=False, can_fetch=False)
MAY = {"b": {"fields": {"category": {"write": True}}}}


# -- creates


def test_what_changed_while_a_create_was_in_doubt_is_told_after_it(make: Make) -> None:
    """The app answers the repeated create with the record of the first one: what is newer is not in it."""
    world = make(a=RICH, b=RICH)
    key = filed(world)
    world.plan("b", "create", FaultKind.LOST_REPLY)
    assign(world, key, "B")
    world.sync("b")
    world.calm()
    say(world, key, title="Lampu dan kabel", category="Penerangan")
    world.advance(6)
    world.sync("b")
    world.settle()
    assert (one(world, "b").fields[Field.TITLE], one(world, "b").fields[Field.CATEGORY]) == ("Lampu dan kabel", "Penerangan")
    checks.all_of(world, set())


# -- edits


def test_what_staff_chose_after_the_last_reading_is_not_overwritten(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    say(world, key, status="in_progress")
    world.advance(61)
    world.after("b", "page", lambda: world.apps["b"].set_status("1", "answered"))
    world.sync("b")
    world.settle()
    assert not world.apps["b"].journal.unseen
    assert status(world) == one(world, "b").status == "answered"
    assert [(row.hub_value, row.local_value) for row in on_record(world, kind="conflict")] == [("in_progress", "answered")]


def test_what_an_app_acknowledged_without_a_word_is_not_told_again(make: Make) -> None:
    world = make(a=RICH, b=MUTE)
    key = given(world)
    say(world, key, category="Penerangan")
    before = world.apps["b"].journal.calls["apply"]
    world.sync("b", budget=10)
    assert world.apps["b"].journal.calls["apply"] == before + 1


def test_an_edit_after_our_write_and_before_it_was_read_back_is_no_conflict(make: Make) -> None:
    world = make(a=RICH, b=CALLED_BACK, policies=MAY)
    key = given(world)
    say(world, key, category="Dari pusat")
    world.after("b", "apply", lambda: world.apps["b"].edit("1", Field.CATEGORY, "Dari b, yang sudah membacanya"))
    world.sync("b")
    world.settle()
    assert only(world).content["category"] == one(world, "b").fields[Field.CATEGORY] == "Dari b, yang sudah membacanya"
    assert not on_record(world)


# -- restores


def test_a_restored_hub_gives_no_complaint_to_an_agency_that_another_app_knows_to_have_lost_it(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = filed(world)
    assign(world, key, "B")
    backup = world.backup()
    assign(world, key, "C")
    world.settle()
    world.restore(backup)
    world.sync("b")
    world.settle()
    assert not rows(world, "b") and one(world, "c").status == status(world) == "assigned"
    checks.all_of(world, set())


def test_a_restored_hub_says_nowhere_what_was_taken_back_where_it_was_written(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    given(world)
    reply = world.apps["a"].respond("1", "Nomor saya 0800")
    world.advance(61)
    world.sync("a")
    backup = world.backup()
    world.apps["a"].remove_response(reply)
    world.settle()
    world.restore(backup)
    world.sync("b")
    world.settle()
    assert not [entry for entry in world.apps["b"].journal.of("1") if entry.what.startswith("reply")]


def test_nothing_is_written_to_an_app_that_was_restored_after_its_record_was_read(make: Make) -> None:
    """The ref that was read belongs to somebody else's complaint by now."""
    world = make(a=RICH, b=HOME_MADE)
    empty = world.apps["b"].snapshot()
    key = given(world)
    answer(world, key, "Jawaban untuk pelapor pertama")

    def restored() -> None:
        world.restore_app("b", empty)
        world.apps["b"].file("Jalan rusak", "Jalan rusak di depan pasar")

    world.after("b", "read", restored)
    world.sync("b")
    world.settle()
    assert not world.apps["b"].store.rows["1"].replies
    checks.all_of(world, set())


def test_a_record_that_came_back_in_the_place_of_its_copy_is_known_again_when_it_changes(make: Make) -> None:
    """An empty backup was put back by mistake, then the right one: the copy that was made in between is gone."""
    world = make(a=RICH, b=HOME_MADE)
    empty = world.apps["b"].snapshot()
    key = given(world)
    answer(world, key, "Terima kasih")
    world.settle()
    full = world.apps["b"].snapshot()
    world.restore_app("b", empty)
    world.settle()
    world.restore_app("b", full)
    world.settle()
    world.apps["b"].set_status("1", "in_progress")
    world.settle()
    assert status(world) == "in_progress" and said(world, "a") == said(world, "b") == ["Terima kasih"]
    assert not on_record(world, kind="deleted")
    checks.all_of(world, set())


def test_a_restored_hub_does_not_take_a_title_that_an_app_has_no_room_for_as_that_app_keeps_it(make: Make) -> None:
    world = make(a=RICH, b=THREE_STATES)
    key = filed(world)
    assign(world, key, "B")
    backup = world.backup()
    world.settle()
    world.restore(backup)
    world.settle()
    assert one(world, "b").fields[Field.TITLE] == "Lampu mat"
    assert only(world).content["title"] == one(world, "a").fields[Field.TITLE] == "Lampu mati di jalan"
    assert not on_record(world)


def test_a_complaint_whose_filing_was_never_acknowledged_is_known_by_its_token(make: Make) -> None:
    world = make(a=RICH, b=FINDABLE)
    key = filed(world)
    world.plan("b", "create", FaultKind.LOST_REPLY)
    assign(world, key, "B")
    world.sync("b")
    world.settle()
    assert only(world).id == key and len(rows(world, "b")) == 1
    checks.all_of(world, set())
