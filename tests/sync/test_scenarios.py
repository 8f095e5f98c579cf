"""Stories about fields and records: each needs one safety rule of the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import Fault, FaultKind
from contracts.connector import Page
from contracts.content import Field
from contracts.errors import LeaseLost, Stop
from contracts.gateway import Pull, Pulled
from contracts.vocabulary import Status
from hub.store import tables
from hub.words import LinkState
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import assign, complaints, connection, holder, links, on_record, one, only, rows, say, send_back, status
from tests.sync.profiles import (
    ANSWERS_WITH_STATUS,
    CUTS_SILENTLY,
    FORGETFUL,
    HOME_MADE,
    PROFILES,
    RICH,
    SHORT_PAGES,
    STEPS_ONLY,
    THREE_STATES,
)
from tests.sync.world import COORDINATOR, World

FINDABLE = replace(RICH, idempotent_create=False)
LADDER = pytest.mark.parametrize("behaviour", [RICH, FINDABLE, FORGETFUL, HOME_MADE], ids=["idempotent", "token", "listed", "snapshot"])
LOSSES = pytest.mark.parametrize("fault", [FaultKind.LOST_REQUEST, FaultKind.LOST_REPLY, FaultKind.LATE])
TEXT = "Lampu jalan mati sejak tiga hari"


def filed(world: World, name: str = "a", text: str = TEXT) -> str:
    """A citizen files in one app; everybody synchronises. Returns the hub's id."""
    known = {row.id for row in complaints(world)}
    world.apps[name].file("Lampu mati di jalan", text)
    world.sync_all(2)
    return next(row.id for row in complaints(world) if row.id not in known)


def given(world: World, agency: str = "B", text: str = TEXT) -> str:
    """A complaint of app a that was assigned, and has reached the agency's app."""
    key = filed(world, text=text)
    assign(world, key, agency)
    world.sync_all(2)
    return key


def test_a_complaint_goes_to_its_holder_and_the_answer_comes_back(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    given(world)
    world.apps["b"].set_status("1", "in_progress")
    world.sync_all(2)
    assert status(world) == "in_progress" and one(world, "a").status == "in_progress" and not rows(world, "c")
    world.settle()
    checks.all_of(world, set())


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


@LADDER
@pytest.mark.parametrize("operation", ["create", "apply", "read", "page"])
@pytest.mark.parametrize("fault", [FaultKind.CRASH_BEFORE, FaultKind.CRASH_AFTER])
def test_a_crash_around_an_outside_call_loses_and_doubles_nothing(make: Make, behaviour: Behaviour, operation: str, fault: FaultKind) -> None:
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
    assert [(row.hub_value, row.local_value, row.kept) for row in on_record(world, kind="conflict")] == [("in_progress", "answered", "local")]
    checks.all_of(world, set())


# -- restores


def test_an_app_that_went_back_gets_the_hub_s_values_again(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    backup = world.apps["b"].snapshot()
    say(world, key, category="Penerangan")
    world.settle()
    world.restore_app("b", backup)
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan" and only(world).content["category"] == "Penerangan"
    assert not on_record(world, kind="conflict") and not on_record(world, kind="deleted")
    checks.all_of(world, set())


@LADDER
def test_a_restored_app_that_lost_records_and_gives_refs_out_again_gets_them_back(make: Make, behaviour: Behaviour) -> None:
    world = make(a=RICH, b=behaviour)
    backup = world.apps["b"].snapshot()
    given(world)
    world.restore_app("b", backup)
    world.apps["b"].file("Jalan rusak", "Jalan rusak di depan pasar")
    world.settle()
    assert sorted(str(row.fields[Field.DESCRIPTION]) for row in rows(world, "b")) == ["Jalan rusak di depan pasar", TEXT]
    assert len(complaints(world)) == 2
    checks.all_of(world, set())


@LADDER
def test_a_restored_hub_finds_the_records_it_forgot_that_it_made(make: Make, behaviour: Behaviour) -> None:
    world = make(a=RICH, b=behaviour)
    key = filed(world)
    assign(world, key, "B")
    backup = world.backup()
    world.settle()
    world.apps["b"].set_status("1", "in_progress")
    world.restore(backup)
    world.settle()
    assert one(world, "b").status == status(world) == "in_progress"
    checks.all_of(world, set())


def test_a_restored_hub_recreates_the_complaint_that_its_token_names(make: Make) -> None:
    world = make(a=RICH, b=FINDABLE)
    backup = world.backup()
    key = given(world)
    world.restore(backup)
    world.apps["b"].set_status("1", "in_progress")
    world.settle()
    assert only(world).id == key or only(world).content["description"] == TEXT
    one(world, "a")
    one(world, "b")
    assert status(world) == "in_progress" or any(row.local_value == "in_progress" for row in on_record(world))


def test_an_old_ref_that_shows_up_again_is_known_again(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    given(world)
    full, empty = world.apps["b"].snapshot(), type(world.apps["b"].store)()
    world.restore_app("b", empty)
    world.settle()
    assert len(rows(world, "b")) == 1
    world.restore_app("b", full)
    world.settle()
    one(world, "b")
    only(world)
    checks.all_of(world, set())


def test_a_token_beats_a_remembered_ref(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    empty = world.apps["b"].snapshot()
    given(world)
    backup = world.backup()
    world.restore_app("b", empty)
    ref = world.apps["b"].file("Jalan rusak", "Jalan rusak di depan pasar")
    world.settle()
    world.apps["b"].delete(ref)
    world.restore(backup)
    world.settle()
    assert [row.fields[Field.DESCRIPTION] for row in rows(world, "b")].count(TEXT) == 1
    assert [row.content["description"] for row in complaints(world)].count(TEXT) == 1
    checks.i1_equal(world)


def test_a_value_nobody_saw_before_the_restore_is_kept(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    given(world)
    backup = world.apps["b"].snapshot()
    world.apps["b"].set_status("1", "in_progress")
    world.settle()
    world.restore_app("b", backup)
    world.settle()
    assert status(world) == one(world, "b").status == "in_progress"


def test_a_change_of_epoch_stops_pushes_until_a_person_has_seen_it(make: Make) -> None:
    world = make(a=RICH, b=replace(RICH, has_epoch=True))
    key = given(world)
    backup = world.apps["b"].snapshot()
    say(world, key, category="Penerangan")
    world.sync_all(2)
    world.apps["b"].restore(backup)
    writes = world.apps["b"].writes
    world.sync_all(2)
    row = connection(world, "b")
    assert row.recovery == "app" and row.recovery_held and world.apps["b"].writes == writes
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan"


# -- listings and deletions


def test_a_listing_that_skips_a_record_is_no_deletion(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    key = given(world)
    world.plan("b", "page", FaultKind.SKIP)
    world.advance(61)
    world.sync("b")
    assert links(world, key)["b"].state is LinkState.LINKED
    world.settle()
    checks.all_of(world, set())


def test_a_listing_that_admits_it_was_not_whole_proves_nothing(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    key = given(world)
    world.plan("b", "page", FaultKind.SKIP, admitted=True)
    reads = world.apps["b"].journal.calls["read"]
    world.advance(61)
    world.sync("b")
    assert links(world, key)["b"].state is LinkState.LINKED and world.apps["b"].journal.calls["read"] == reads


def test_what_staff_delete_is_gone_and_the_complaint_stays(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.apps["b"].delete("1")
    world.settle()
    assert links(world, key)["b"].state is LinkState.GONE and on_record(world, kind="deleted") and not rows(world, "b")
    checks.all_of(world, {("b", TEXT)})


def test_what_staff_take_out_of_the_bin_is_linked_again(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.apps["b"].delete("1")
    world.settle()
    world.apps["b"].undelete("1")
    world.settle()
    assert links(world, key)["b"].state is LinkState.LINKED
    only(world)
    checks.all_of(world, set())


def test_an_edit_that_nobody_there_has_seen_beats_a_deletion(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.apps["b"].delete("1")
    say(world, key, category="Penerangan")
    world.settle()
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan"
    checks.all_of(world, set())


def test_a_mass_deletion_stops_and_asks(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    for number in range(8):
        given(world, text=f"Keluhan nomor {number}")
    for row in rows(world, "b"):
        world.apps["b"].delete(row.ref)
    world.settle()
    states = [links(world, row.id)["b"].state for row in complaints(world)]
    assert LinkState.GONE not in states and on_record(world, kind="deletions")


def test_a_signalled_mass_deletion_stops_and_asks_too(make: Make) -> None:
    world = make(a=RICH, b=replace(RICH, signals_deletion=True))
    for number in range(8):
        given(world, text=f"Keluhan nomor {number}")
    for row in rows(world, "b"):
        world.apps["b"].delete(row.ref)
    world.sync_all(2)
    states = [links(world, row.id)["b"].state for row in complaints(world)]
    assert states.count(LinkState.GONE) <= 6 and on_record(world, kind="deletions")


# -- poor vocabularies and columns


def test_an_app_that_cuts_does_not_play_ping_pong(make: Make) -> None:
    world = make(a=RICH, b=THREE_STATES)
    given(world)
    assert one(world, "b").fields[Field.TITLE] == "Lampu mat"
    assert only(world).content["title"] == one(world, "a").fields[Field.TITLE] == "Lampu mati di jalan"
    world.settle()
    checks.all_of(world, set())


@pytest.mark.parametrize("returns_record", [True, False])
def test_an_undeclared_cut_is_remembered_and_a_real_edit_of_it_is_seen(make: Make, returns_record: bool) -> None:
    world = make(a=RICH, b=replace(CUTS_SILENTLY, returns_record=returns_record), policies={"b": {"fields": {"title": {"write": True}}}})
    given(world)
    world.settle()
    assert one(world, "b").fields[Field.TITLE] == "Lampu ma" and only(world).content["title"] == "Lampu mati di jalan"
    checks.all_of(world, set())
    world.apps["b"].edit("1", Field.TITLE, "Padam")
    world.settle()
    assert only(world).content["title"] == one(world, "a").fields[Field.TITLE] == "Padam"


def test_an_app_with_three_words_never_moves_a_complaint_back(make: Make) -> None:
    world = make(a=RICH, b=THREE_STATES)
    key = given(world)
    assert status(world) == "assigned" and one(world, "b").status == "baru"
    world.apps["b"].edit("1", Field.CATEGORY, "Apa saja")
    world.sync_all(3)
    assert status(world) == "assigned"
    say(world, key, status="in_progress")
    say(world, key, status="answered")
    say(world, key, status="closed")
    world.settle()
    assert one(world, "b").status == "selesai" and status(world) == "closed"
    world.apps["b"].set_status("1", "proses")
    world.settle()
    assert status(world) == "closed" and one(world, "b").status == "selesai"
    assert [row.local_value for row in on_record(world, kind="proposal", field="status")] == ["in_progress"]


def test_a_step_back_is_a_reopening_where_the_map_says_so(make: Make) -> None:
    world = make(a=RICH, b=replace(THREE_STATES, reopens=frozenset({Status.IN_PROGRESS})))
    key = given(world)
    for following in ("in_progress", "answered", "closed"):
        say(world, key, status=following)
    world.settle()
    world.apps["b"].set_status("1", "proses")
    world.settle()
    assert status(world) == "in_progress" and one(world, "a").status == "in_progress"
    checks.all_of(world, set())


def test_a_word_that_the_map_does_not_know_changes_nothing(make: Make) -> None:
    world = make(a=RICH, b=THREE_STATES)
    given(world)
    world.apps["b"].set_status("1", "ditimbang")
    world.settle()
    assert status(world) == "assigned"


def test_a_local_done_is_an_answer_and_not_a_closing(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    given(world)
    world.apps["b"].set_status("1", "closed")
    world.settle()
    assert status(world) != "closed" and on_record(world, kind="proposal", field="status")


def test_a_status_walks_the_steps_that_the_app_insists_on(make: Make) -> None:
    world = make(a=RICH, b=STEPS_ONLY)
    key = given(world)
    say(world, key, status="in_progress")
    say(world, key, status="answered")
    world.settle()
    assert one(world, "b").status == "selesai"
    words = [entry.new for entry in world.apps["b"].journal.of("1") if entry.what == "status"]
    assert words == ["baru", "proses", "selesai"]
    checks.all_of(world, set())


def test_a_status_that_is_only_taken_with_a_response_comes_with_a_notice(make: Make) -> None:
    world = make(a=RICH, b=ANSWERS_WITH_STATUS)
    key = given(world)
    say(world, key, status="in_progress")
    world.settle()
    row = one(world, "b")
    assert row.status == "proses" and [reply.text for reply in row.replies] == ["Status: Diproses."]
    assert not one(world, "a").replies, "a notice is nobody's response"
    checks.all_of(world, set())


# -- holders and receivers


def test_returned_moves_to_the_coordinator_and_the_link_ends(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = given(world)
    world.apps["b"].edit("1", Field.REASON, "Bukan wilayah kami")
    world.apps["b"].set_status("1", "returned")
    world.settle()
    assert holder(world) == COORDINATOR and status(world) == "returned"
    assert links(world, key)["b"].state is LinkState.ENDED
    checks.all_of(world, set())


def test_a_link_that_ended_accepts_nothing_and_shows_a_proposal(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = given(world)
    assign(world, key, "C")
    world.settle()
    assert links(world, key)["b"].state is LinkState.ENDED and len(rows(world, "c")) == 1
    writes = world.apps["b"].writes
    world.apps["b"].edit("1", Field.CATEGORY, "Terlambat")
    world.apps["b"].set_status("1", "answered")
    world.settle()
    assert only(world).content.get("category") != "Terlambat" and status(world) == "assigned"
    assert {row.field for row in on_record(world, kind="proposal", rule="no_longer_a_receiver")} == {"category", "status"}
    assert world.apps["b"].writes == writes
    checks.all_of(world, set())


def test_becoming_a_receiver_again_revives_the_same_link(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = given(world)
    before = links(world, key)["b"]
    assign(world, key, "C")
    world.settle()
    say(world, key, category="Penerangan")
    send_back(world, key)
    assign(world, key, "B")
    world.settle()
    after = links(world, key)["b"]
    assert (after.id, after.ref, after.state) == (before.id, before.ref, LinkState.LINKED)
    assert one(world, "b").fields[Field.CATEGORY] == "Penerangan"
    checks.all_of(world, set())


def test_the_national_connection_gets_what_is_verified(make: Make) -> None:
    world = make(national="n", a=RICH, b=RICH, n=RICH)
    key = filed(world)
    assert not rows(world, "n")
    say(world, key, status="verified")
    world.settle()
    assert one(world, "n").status == "verified"
    world.apps["n"].edit("1", Field.HOLDER, {"agency": "B", "unit": None})
    world.apps["n"].set_status("1", "assigned")
    world.settle()
    assert holder(world) == "B" and one(world, "b").status == "assigned"
    checks.all_of(world, set())


def test_what_is_older_than_go_live_is_linked_and_not_passed_on(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    with world.store.writing() as sql:
        sql.execute(update(tables.connections).values(live_from=world.clock.now()))
    world.engine = world._engine()
    key = filed(world)
    assert only(world).historic
    assign(world, key, "B")
    world.settle()
    assert not rows(world, "b")


def test_a_number_that_staff_typed_links_two_records_that_exist_already(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    world.apps["a"].file("Lampu mati", TEXT)
    ref = world.apps["b"].file("Lampu padam", "Kata petugas: lampu padam")
    world.apps["b"].type_foreign_id(ref, "a", "1")
    world.settle()
    key = only(world).id
    assert {name: link.state for name, link in links(world, key).items() if link.ref} == {"a": LinkState.LINKED, "b": LinkState.ENDED} or {
        name for name, link in links(world, key).items() if link.ref
    } == {"a", "b"}
    assert any(row.rule == "joined_without_ancestor" for row in on_record(world))


# -- one neighbour, one session, one record


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
