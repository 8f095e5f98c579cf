"""Stories about poor words and short columns, and about who holds and who receives a complaint."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from contracts.content import Field
from contracts.vocabulary import Status
from hub.store import tables
from hub.words import LinkState
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import assign, holder, links, on_record, one, only, rows, say, send_back, status
from tests.sync.profiles import (
    ANSWERS_WITH_STATUS,
    CUTS_SILENTLY,
    RICH,
    STEPS_ONLY,
    THREE_STATES,
)
from tests.sync.stories import TEXT, filed, given
from tests.sync.world import COORDINATOR


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
    ref = world.apps["b"].file("Lampu padam", f"Kata petugas: {TEXT}")
    world.apps["b"].type_foreign_id(ref, "a", "1")
    world.settle()
    key = only(world).id
    assert {name: link.state for name, link in links(world, key).items() if link.ref} == {"a": LinkState.LINKED, "b": LinkState.ENDED} or {
        name for name, link in links(world, key).items() if link.ref
    } == {"a", "b"}
    assert any(row.rule == "joined_without_ancestor" for row in on_record(world))


def test_a_longer_text_that_is_cut_to_what_stood_there_before_was_not_refused(make: Make) -> None:
    world = make(a=RICH, b=CUTS_SILENTLY)
    key = given(world)
    say(world, key, title="Delapan.")
    world.settle()
    say(world, key, title="Delapan. dan lebih panjang")
    world.settle()
    assert one(world, "b").fields[Field.TITLE] == "Delapan." and not links(world, key)["b"].parked
    checks.all_of(world, set())
