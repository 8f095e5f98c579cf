"""One story for each safety rule that no other story needs: what is lost, doubled or told to the wrong people without it."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from connectors.memory.faults import FaultKind
from contracts.content import Field
from contracts.errors import LeaseLost
from hub.sync.lease import LeaseBusy, this_process
from hub.words import LinkState
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import answer, assign, complaints, links, on_record, one, only, responses, rows, said, say, status
from tests.sync.profiles import BEGINS_ANEW, FORGETFUL, HOME_MADE, RICH, THREE_STATES
from tests.sync.stories import FINDABLE, TEXT, filed, given
from tests.sync.world import World

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


def test_a_complaint_whose_filing_was_never_acknowledged_is_known_by_its_token(make: Make) -> None:
    world = make(a=RICH, b=FINDABLE)
    key = filed(world)
    world.plan("b", "create", FaultKind.LOST_REPLY)
    assign(world, key, "B")
    world.sync("b")
    world.settle()
    assert only(world).id == key and len(rows(world, "b")) == 1
    checks.all_of(world, set())


def test_what_staff_chose_before_we_knew_that_our_filing_had_arrived_is_not_put_back(make: Make) -> None:
    world = make(a=RICH, b=BEGINS_ANEW)
    key = filed(world)
    world.plan("b", "create", FaultKind.LOST_REPLY)
    assign(world, key, "B")
    world.sync("b")
    world.calm()
    world.apps["b"].set_status("1", "in_progress")
    world.settle()
    assert one(world, "b").status == one(world, "a").status == status(world) == "in_progress"
    checks.all_of(world, set())


def test_how_an_app_begins_by_itself_is_no_news(make: Make) -> None:
    world = make(a=RICH, b=BEGINS_ANEW)
    key = filed(world)
    assign(world, key, "B")
    world.settle()
    assert one(world, "b").status == status(world) == "assigned" and not on_record(world)


def test_a_complaint_that_a_search_does_not_show_yet_is_not_filed_again(make: Make) -> None:
    world = make(a=RICH, b=FINDABLE)
    key = filed(world)
    before = world.apps["b"].snapshot()
    world.plan("b", "create", FaultKind.LOST_REPLY)
    assign(world, key, "B")
    world.sync("b")
    world.advance(6)
    world.plan("b", "find", FaultKind.STALE, store=before)
    world.sync("b")
    world.settle()
    assert world.apps["b"].creates == len(rows(world, "b")) == 1
    checks.all_of(world, set())


def test_a_session_that_waits_long_for_an_answer_is_not_taken_for_dead(make: Make) -> None:
    """Another one would look, find nothing and file the complaint that is being filed."""
    world = make(a=RICH, b=HOME_MADE)
    key = filed(world)
    assign(world, key, "B")
    tried: list[str] = []

    def slow(operation: str) -> None:
        if operation == "create" and not tried:
            for _ in range(4):
                world.advance(6)
                tried.append("another session")
                with contextlib.suppress(LeaseBusy):
                    list(world.steps("b", owner=this_process("another")))

    world.apps["b"].faults = slow
    with contextlib.suppress(LeaseLost):
        list(world.steps("b", owner=this_process("one")))
    world.settle()
    assert tried and world.apps["b"].creates == len(rows(world, "b")) == 1
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


def test_an_edit_that_a_dying_session_never_sent_is_sent_by_the_next(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.plan("b", "apply", FaultKind.CRASH_BEFORE)
    say(world, key, category="Penerangan")
    world.sync("b")
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan"
    checks.all_of(world, set())


def test_what_is_said_after_a_complaint_was_given_to_another_agency_is_not_told_to_the_first(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = given(world)
    assign(world, key, "C")
    say(world, key, title="Lampu mati di rumah Bapak RT")
    world.settle()
    assert one(world, "c").fields[Field.TITLE] == "Lampu mati di rumah Bapak RT"
    assert one(world, "b").fields[Field.TITLE] == "Lampu mati di jalan"
    checks.all_of(world, set())


def test_what_a_person_has_to_decide_is_not_written_over_before(make: Make) -> None:
    world = make(a=RICH, b=RICH, policies={"b": {"fields": {"title": {"manual": True}}}})
    given(world)
    world.apps["b"].edit("1", Field.TITLE, "Dari b")
    world.settle()
    assert one(world, "b").fields[Field.TITLE] == "Dari b" and only(world).content["title"] == "Lampu mati di jalan"
    assert [(row.field, row.hub_value, row.local_value) for row in on_record(world, state="open")] == [
        ("title", "Lampu mati di jalan", "Dari b")
    ]


def test_an_agency_that_types_a_number_may_change_no_more_than_before(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = filed(world)
    ref = world.apps["b"].file("Lampu", TEXT, category="Milik b")
    world.apps["b"].type_foreign_id(ref, "a", "1")
    assign(world, key, "B")
    world.settle()
    assert "category" not in only(world).content and Field.CATEGORY not in one(world, "a").fields
    assert [row.local_value for row in on_record(world, field="category")] == ["Milik b"]


# -- responses


def test_a_response_whose_answer_was_lost_is_known_again(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.plan("b", "apply", FaultKind.LOST_REPLY)
    answer(world, key, "Petugas sudah di jalan")
    world.sync("b")
    world.settle()
    assert said(world, "a") == said(world, "b") == ["Petugas sudah di jalan"] and len(responses(world, key)) == 1


def test_a_response_that_arrives_late_is_not_taken_for_a_new_one(make: Make) -> None:
    """The app is listed while the request is still on its way: it is not there yet, and that proves nothing."""
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.plan("b", "apply", FaultKind.LATE)
    answer(world, key, "Petugas sudah di jalan")
    world.sync("b")
    world.calm()
    world.list_now("b")
    world.advance(1)
    world.sync("b")
    world.settle()
    assert said(world, "a") == said(world, "b") == ["Petugas sudah di jalan"] and len(responses(world, key)) == 1


def test_the_same_words_from_both_ends_are_two_responses(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.apps["a"].respond("1", "Terima kasih")
    world.advance(61)
    world.sync("a")
    world.apps["b"].respond("1", "Terima kasih")
    world.settle()
    assert said(world, "a") == said(world, "b") == ["Terima kasih"] * 2 and len(responses(world, key)) == 2


def test_a_reply_that_is_given_the_number_of_one_that_was_lost_is_another_reply(make: Make) -> None:
    """An old copy was put back without a word, and the app counts on from there."""
    world = make(a=RICH, b=HOME_MADE)
    key = given(world)
    before = world.apps["b"].snapshot()
    answer(world, key, "Sudah kami periksa")
    world.settle()
    world.apps["b"].restore(before, detectable=False)
    answer(world, key, "Sudah kami perbaiki")
    world.settle()
    assert said(world, "b") == ["Sudah kami perbaiki"]
    checks.i4_rest(world)


def test_records_may_change_places_within_one_transaction(make: Make) -> None:
    world = make(a=RICH)
    keys = filed(world), filed(world, text="Jalan rusak di depan pasar")
    with world.engine.working("a") as desk:
        one, other = (desk.unit.links_of(key)[desk.row.id] for key in keys)
        one.ref, other.ref = other.ref, one.ref
    assert [links(world, key)["a"].ref for key in keys] == ["2", "1"]


# -- pairs that staff typed


def typed(world: World) -> str:
    """A citizen files the same in two apps, staff of the first type its number in b, and b has not been read yet."""
    there = world.apps["b"].file("Lampu mati di jalan", TEXT)
    here = world.apps["a"].file("Lampu mati di jalan", TEXT)
    world.apps["a"].type_foreign_id(here, "b", there)
    world.sync("a")
    return only(world).id


def test_a_record_that_staff_typed_the_number_of_is_read_before_the_complaint_is_filed_beside_it(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    key = typed(world)
    assign(world, key, "B")
    world.plan("b", "page", FaultKind.SKIP, index=0, admitted=False)
    world.sync("b")
    world.calm()
    world.settle()
    assert world.apps["b"].creates == 0 and links(world, key)["b"].ref == one(world, "b").ref
    assert one(world, "b").status == status(world) == "assigned"
    checks.all_of(world, set())


def test_a_typed_number_that_the_app_does_not_know_keeps_no_complaint_from_it(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    here = world.apps["a"].file("Lampu mati di jalan", TEXT)
    world.apps["a"].type_foreign_id(here, "b", "4711")
    world.sync("a")
    assign(world, only(world).id, "B")
    world.settle()
    assert one(world, "b").fields[Field.DESCRIPTION] == TEXT
    checks.all_of(world, set())


def test_a_record_whose_other_half_was_deleted_before_it_was_read_is_the_same_complaint(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = filed(world)
    world.apps["a"].delete("1")
    world.settle()
    there = world.apps["b"].file("Lampu mati di jalan", TEXT)
    world.apps["b"].type_foreign_id(there, "a", "1")
    world.settle()
    assert only(world).id == key and links(world, key)["b"].ref == there


def test_a_complaint_whose_record_there_makes_no_sense_waits_and_says_why(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    there = world.apps["b"].file("Lampu mati di jalan", TEXT)
    world.apps["b"].spoil(there, "the date is 0000-00-00")
    here = world.apps["a"].file("Lampu mati di jalan", TEXT)
    world.apps["a"].type_foreign_id(here, "b", there)
    world.sync("a")
    key = only(world).id
    assign(world, key, "B")
    world.sync_all(4)
    waits = links(world, key)["b"]
    assert world.apps["b"].creates == 0 and waits.state is LinkState.PENDING and f"there as {there}" in str(waits.error)
    world.apps["b"].spoil(there, None)
    world.settle()
    assert world.apps["b"].creates == 0 and one(world, "b").status == "assigned"
    checks.all_of(world, set())


# -- restores


def test_a_record_that_was_mended_after_the_hub_was_restored_is_known_again_by_its_text(make: Make) -> None:
    world = make(a=RICH, b=FORGETFUL)
    backup = world.backup()
    key = given(world)
    world.apps["b"].spoil("1", "the date is 0000-00-00")
    world.restore(backup)
    world.settle()
    world.apps["b"].spoil("1", None)
    # Staff type today's date where there was none.
    world.apps["b"].store.rows["1"] = replace(world.apps["b"].store.rows["1"], created=world.clock.now())
    world.settle()
    assert [row.content["description"] for row in complaints(world)] == [TEXT] and key
    assert len(rows(world, "b")) == 1
    checks.all_of(world, None)


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


def test_what_a_restored_app_has_long_been_told_otherwise_is_put_right_and_asked_of_nobody(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    say(world, key, category="Jalan")
    world.settle()
    backup = world.apps["b"].snapshot()
    say(world, key, category="Penerangan")
    world.settle()
    world.restore_app("b", backup)
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == only(world).content["category"] == "Penerangan"
    assert not on_record(world)
