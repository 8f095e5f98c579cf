"""Stories about responses: they only grow, they are told apart by count, and nobody reads the same one twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import FaultKind
from contracts.vocabulary import Status, Visibility
from hub.words import LinkState
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import answer, assign, links, on_record, one, only, responses, said, say, status
from tests.sync.profiles import ANSWERS_WITH_STATUS, PROFILES, REPLY_OPENS, RICH, THREE_STATES
from tests.sync.stories import LADDER, LOSSES, given

EVERY = pytest.mark.parametrize("behaviour", list(PROFILES.values()), ids=list(PROFILES))


@pytest.mark.long
@EVERY
@LOSSES
def test_a_response_in_doubt_is_said_once(make: Make, behaviour: Behaviour, fault: FaultKind) -> None:
    world = make(a=RICH, b=behaviour)
    key = given(world)
    world.plan("b", "apply", fault)
    answer(world, key, "Petugas sudah di jalan")
    world.sync("b")
    world.sync_all(2)
    world.settle()
    assert said(world, "b") == said(world, "a") == ["Petugas sudah di jalan"]
    checks.all_of(world, set())


@pytest.mark.long
@LADDER
@LOSSES
def test_the_same_words_twice_are_two_responses(make: Make, behaviour: Behaviour, fault: FaultKind) -> None:
    world = make(a=RICH, b=behaviour)
    key = given(world)
    answer(world, key, "Terima kasih")
    world.sync_all(2)
    world.plan("b", "apply", fault)
    answer(world, key, "Terima kasih")
    world.sync("b")
    world.calm()
    world.apps["a"].respond("1", "Terima kasih")
    world.settle()
    assert said(world, "b") == said(world, "a") == ["Terima kasih"] * 3
    checks.all_of(world, set())


def test_two_responses_written_at_both_ends_reach_the_other_end(make: Make) -> None:
    world = make(a=RICH, b=THREE_STATES)
    key = given(world)
    world.apps["b"].respond("1", "Dari b")
    world.apps["a"].respond("1", "Dari pelapor")
    answer(world, key, "Dari pusat")
    world.settle()
    assert sorted(said(world, "a")) == sorted(said(world, "b")) == ["Dari b", "Dari pelapor", "Dari pusat"]
    checks.all_of(world, set())


def test_an_edited_response_amends_and_is_said_again_elsewhere(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    reply = world.apps["b"].respond("1", "Besok")
    world.settle()
    world.apps["b"].amend_response(reply, "Lusa")
    world.settle()
    assert [(row.text, row.version) for row in responses(world, key)] == [("Lusa", 2)]
    assert said(world, "a") == ["Besok", "Lusa"] and said(world, "b") == ["Lusa"]
    checks.all_of(world, set())


def test_an_edit_of_somebody_else_s_response_is_a_proposal(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    answer(world, key, "Besok")
    world.settle()
    world.apps["b"].amend_response(one(world, "b").replies[0].ref, "Tidak pernah")
    world.settle()
    assert [row.text for row in responses(world, key)] == ["Besok"] and said(world, "a") == ["Besok"]
    assert [row.local_value for row in on_record(world, kind="proposal", field="response")] == ["Tidak pernah"]


def test_a_removed_response_is_marked_and_not_said_again(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    reply = world.apps["b"].respond("1", "Salah alamat")
    world.settle()
    world.apps["b"].remove_response(reply)
    world.settle()
    assert [row.removed for row in responses(world, key)] == [True] and said(world, "b") == []
    checks.all_of(world, set())


def test_the_hub_s_own_response_that_staff_removed_is_not_forced_on_them(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    answer(world, key, "Petugas sudah di jalan")
    world.settle()
    world.apps["b"].remove_response(one(world, "b").replies[0].ref)
    world.settle()
    assert said(world, "b") == [] and said(world, "a") == ["Petugas sudah di jalan"]
    assert [row.removed for row in responses(world, key)] == [False]
    checks.i4_rest(world)


def test_an_internal_response_stays_where_the_policy_keeps_it(make: Make) -> None:
    world = make(a=RICH, b=RICH, policies={"b": {"internal": True}})
    key = given(world)
    answer(world, key, "Hanya untuk petugas", Visibility.INTERNAL)
    world.settle()
    assert said(world, "a") == [] and said(world, "b") == ["Hanya untuk petugas"]
    checks.all_of(world, set())


def test_a_long_response_is_cut_and_not_taken_for_another(make: Make) -> None:
    world = make(a=RICH, b=replace(RICH, responses=replace(RICH.responses, cut=12)))
    key = given(world)
    answer(world, key, "Petugas sudah di jalan menuju lokasi")
    world.settle()
    assert said(world, "b") == ["Petugas suda"] and len(responses(world, key)) == 1
    checks.all_of(world, set())


def test_a_reply_that_moves_the_status_in_the_holder_s_app_is_news(make: Make) -> None:
    world = make(a=RICH, b=REPLY_OPENS)
    key = given(world)
    answer(world, key, "Mohon segera")
    world.settle()
    assert one(world, "b").status == "proses" and status(world) == "in_progress"
    checks.all_of(world, set())


def test_a_reply_that_moves_the_status_where_nobody_may_move_it_is_put_right(make: Make) -> None:
    world = make(a=REPLY_OPENS, b=RICH)
    key = given(world)
    answer(world, key, "Mohon bersabar")
    world.settle()
    assert status(world) == "assigned" and one(world, "a").status == "baru"
    checks.all_of(world, set())


def test_a_reply_that_moves_an_answered_complaint_back_does_not_reopen_it(make: Make) -> None:
    world = make(a=RICH, b=REPLY_OPENS)
    key = given(world)
    say(world, key, status="in_progress")
    say(world, key, status="answered")
    world.settle()
    answer(world, key, "Terima kasih")
    world.settle()
    assert status(world) == "answered" and one(world, "b").status == "selesai"
    checks.all_of(world, set())


def test_responses_go_before_the_status_that_they_explain(make: Make) -> None:
    world = make(a=RICH, b=replace(THREE_STATES, combines=frozenset()))
    key = given(world)
    say(world, key, status="in_progress")
    answer(world, key, "Sudah ditangani")
    world.settle()
    what = [entry.what.split()[0] for entry in world.apps["b"].journal.of("1") if entry.who == "hub"][-2:]
    assert what == ["reply", "status"]


def test_an_app_that_answers_with_its_status_gets_both_in_one_call(make: Make) -> None:
    world = make(a=RICH, b=ANSWERS_WITH_STATUS)
    key = given(world)
    say(world, key, status="in_progress")
    answer(world, key, "Satu")
    answer(world, key, "Dua")
    world.settle()
    assert said(world, "b") == ["Satu", "Dua"] and one(world, "b").status == "proses" and not links(world, key)["b"].parked
    checks.all_of(world, set())


def test_a_response_on_a_link_that_ended_is_a_proposal(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = given(world)
    assign(world, key, "C")
    world.settle()
    assert links(world, key)["b"].state is LinkState.ENDED
    world.apps["b"].respond("1", "Masih kami kerjakan")
    world.settle()
    assert not responses(world, key)
    assert [row.local_value for row in on_record(world, kind="proposal", field="response")] == ["Masih kami kerjakan"]


def test_a_refused_response_is_parked_and_the_rest_goes_on(make: Make) -> None:
    world = make(a=RICH, b=THREE_STATES)
    key = given(world)
    world.plan("b", "apply", FaultKind.REJECT)
    bad = answer(world, key, "Kata terlarang")
    world.sync("b")
    world.calm()
    say(world, key, status="in_progress")
    answer(world, key, "Kata biasa")
    world.settle()
    assert f"response:{bad}" in links(world, key)["b"].parked
    assert said(world, "b") == ["Kata biasa"] and one(world, "b").status == "proses"
    checks.all_of(world, set())


@pytest.mark.parametrize("behaviour", [RICH, PROFILES["home_made"]], ids=["rich", "home_made"])
def test_a_restored_app_gets_the_responses_again_that_it_lost(make: Make, behaviour: Behaviour) -> None:
    world = make(a=RICH, b=behaviour)
    key = given(world)
    backup = world.apps["b"].snapshot()
    answer(world, key, "Terima kasih")
    world.apps["b"].respond("1", "Sudah selesai")
    world.settle()
    world.restore_app("b", backup)
    world.apps["b"].respond("1", "Ditulis setelah pemulihan")
    world.settle()
    assert sorted(said(world, "b")) == sorted(said(world, "a")) == ["Ditulis setelah pemulihan", "Sudah selesai", "Terima kasih"]
    assert not any(row.removed for row in responses(world, key))
    checks.all_of(world, set())


@pytest.mark.parametrize("behaviour", [RICH, PROFILES["home_made"]], ids=["rich", "home_made"])
def test_a_restored_hub_learns_the_responses_that_it_forgot(make: Make, behaviour: Behaviour) -> None:
    world = make(a=RICH, b=behaviour)
    key = given(world)
    backup = world.backup()
    answer(world, key, "Dari pusat")
    world.apps["b"].respond("1", "Dari b")
    world.settle()
    world.restore(backup)
    world.settle()
    assert sorted(row.text for row in responses(world, only(world).id)) == ["Dari b", "Dari pusat"]
    assert sorted(said(world, "a")) == sorted(said(world, "b")) == ["Dari b", "Dari pusat"]
    checks.all_of(world, set())


def test_unsaid_is_what_a_receiver_lacks_and_nothing_else(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = given(world)
    answer(world, key, "Sebelum dialihkan")
    world.settle()
    assign(world, key, "C")
    world.settle()
    assert [reply.text for reply in one(world, "c").replies] == ["Sebelum dialihkan"]
    answer(world, key, "Sesudah dialihkan")
    world.settle()
    assert said(world, "b") == ["Sebelum dialihkan"] and said(world, "c") == ["Sebelum dialihkan", "Sesudah dialihkan"]
    assert Status(status(world)) is Status.ASSIGNED
