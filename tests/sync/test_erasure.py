"""Stories about erasing: what a complaint said is gone here and in every app that can be told, and never comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import FaultKind
from contracts.content import Field
from hub.words import LinkState
from tests.sync import checks
from tests.sync.checks import ERASED
from tests.sync.conftest import Make
from tests.sync.erasures import dump, erase_it, i11_erased, in_no_table
from tests.sync.people import answer, assign, complaints, links, on_record, one, only, rows, say
from tests.sync.profiles import BLIND, CHANGED, CUTS_SILENTLY, FORGETFUL, HOME_MADE, PROFILES, RICH, SHOWN
from tests.sync.stories import LADDER, LOSSES, TEXT, filed, given

TITLE = "Lampu mati di jalan"
PERSONAL = frozenset({Field.ADDRESS, Field.LATITUDE, Field.LONGITUDE, Field.REPORTER_NAME, Field.REPORTER_PHONE})
FULL = replace(RICH, reads=SHOWN | PERSONAL, creates=SHOWN | PERSONAL, writes=CHANGED | PERSONAL)
WRITES_TEXT = replace(RICH, writes=CHANGED | {Field.DESCRIPTION})


@pytest.mark.long
@pytest.mark.parametrize("behaviour", list(PROFILES.values()), ids=list(PROFILES))
def test_what_was_erased_is_gone_in_the_hub_and_in_every_app_that_can_be_told(make: Make, behaviour: Behaviour) -> None:
    world = make(a=behaviour, b=behaviour)
    key = given(world)
    say(world, key, title="Lampu padam")
    world.settle()
    erase_it(world, key)
    in_no_table(world, [TEXT, TITLE, "Lampu padam"])
    world.settle()
    checks.i4_rest(world)
    i11_erased(world, [TEXT, TITLE, "Lampu padam"])
    assert only(world).erased and one(world, "b").fields[Field.TITLE] == behaviour.fit(Field.TITLE, ERASED)


def test_places_and_the_reporter_are_erased_too(make: Make) -> None:
    world = make(policies={"b": {"share": ["reporter_name"]}}, a=FULL, b=FULL)
    world.apps["a"].file(
        TITLE, TEXT, address="Jalan Kenanga 5", latitude=-7.9, longitude=112.6, reporter_name="Siti", reporter_phone="0812-9988-7766"
    )
    world.sync_all(2)
    key = only(world).id
    assign(world, key, "B")
    world.settle()
    assert one(world, "b").fields[Field.REPORTER_NAME] == "Siti"
    assert "Siti" in dump(world)["complaints"], "the search opens what is sealed"
    erase_it(world, key)
    world.settle()
    checks.i4_rest(world)
    told = "".join(dump(world).values())
    assert not [text for text in (TITLE, TEXT, "Kenanga", "Siti", "0812-9988-7766", "-7.9", "112.6") if text in told]
    for name in "ab":
        kept = one(world, name).fields
        assert kept[Field.TITLE] == kept[Field.ADDRESS] == ERASED and not kept.keys() & (PERSONAL - {Field.ADDRESS}), (name, kept)


@pytest.mark.long
@LADDER
def test_a_restored_app_that_shows_it_again_is_told_again(make: Make, behaviour: Behaviour) -> None:
    world = make(a=behaviour, b=behaviour)
    key = given(world)
    backups = {name: app.snapshot() for name, app in world.apps.items()}
    erase_it(world, key)
    world.settle()
    for name, backup in backups.items():
        world.restore_app(name, backup)
    world.settle()
    checks.i4_rest(world)
    i11_erased(world, [TEXT, TITLE])
    only(world)


@pytest.mark.long
@LADDER
def test_a_record_that_comes_out_of_the_bin_is_told_then(make: Make, behaviour: Behaviour) -> None:
    world = make(a=RICH, b=behaviour)
    key = given(world)
    world.apps["b"].delete("1")
    world.settle()
    erase_it(world, key)
    world.settle()
    world.apps["b"].undelete("1")
    world.settle()
    i11_erased(world, [TEXT, TITLE])
    assert one(world, "b").fields[Field.TITLE] == ERASED
    only(world)


@pytest.mark.long
@LADDER
def test_a_record_that_a_restored_app_forgot_and_found_again_brings_nothing_back(make: Make, behaviour: Behaviour) -> None:
    world = make(a=behaviour, b=RICH)
    empty = world.apps["a"].snapshot()
    key = given(world)
    whole = world.apps["a"].snapshot()
    erase_it(world, key)
    world.settle()
    world.restore_app("a", empty)
    world.sync("a")
    world.restore_app("a", whole)
    world.settle()
    i11_erased(world, [TEXT, TITLE])
    only(world)


@pytest.mark.long
@LADDER
@LOSSES
def test_a_create_in_doubt_that_was_erased_meanwhile_brings_nothing_back(make: Make, behaviour: Behaviour, fault: FaultKind) -> None:
    world = make(a=RICH, b=behaviour)
    key = filed(world)
    assign(world, key, "B")
    world.plan("b", "create", fault)
    world.advance(61)
    world.sync("b")
    world.calm()
    erase_it(world, key)
    world.settle()
    checks.i4_rest(world)
    i11_erased(world, [TEXT, TITLE])
    assert one(world, "b").fields[Field.TITLE] == ERASED


@pytest.mark.long
@pytest.mark.parametrize("behaviour", [RICH, HOME_MADE], ids=["rich", "home_made"])
@LOSSES
def test_an_edit_in_doubt_that_was_erased_meanwhile_brings_nothing_back(make: Make, behaviour: Behaviour, fault: FaultKind) -> None:
    world = make(a=RICH, b=behaviour)
    key = given(world)
    say(world, key, title="Lampu padam")
    world.plan("b", "apply", fault)
    world.advance(61)
    world.sync("b")
    world.calm()
    erase_it(world, key)
    world.settle()
    i11_erased(world, [TEXT, TITLE, "Lampu padam"])


def test_an_app_that_held_it_once_is_told_too(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = given(world)
    assign(world, key, "C")
    world.settle()
    erase_it(world, key)
    world.settle()
    i11_erased(world, [TEXT, TITLE])


def test_a_field_that_waits_for_a_decision_is_erased_all_the_same(make: Make) -> None:
    world = make(policies={"a": {"fields": {"title": {"manual": True}}}}, a=RICH, b=RICH)
    key = given(world)
    world.apps["a"].edit("1", Field.TITLE, "Lampu padam di a")
    world.settle()
    assert only(world).held and on_record(world, kind="conflict")
    erase_it(world, key)
    world.settle()
    i11_erased(world, [TEXT, TITLE, "Lampu padam di a"])


def test_a_text_that_its_app_lets_us_write_is_redacted_there_and_is_still_the_same_record(make: Make) -> None:
    world = make(a=WRITES_TEXT, b=WRITES_TEXT)
    key = given(world)
    erase_it(world, key)
    world.settle()
    i11_erased(world, [TEXT, TITLE])
    only(world)


def test_what_was_put_aside_is_erased_too(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.apps["b"].spoil("1")
    world.sync_all(2)
    assert TEXT in dump(world)["quarantine"], "a record that makes no sense is kept whole"
    erase_it(world, key)
    in_no_table(world, [TEXT, TITLE])
    world.sync_all(2)
    in_no_table(world, [TEXT, TITLE])


def test_what_staff_type_into_an_erased_record_is_put_back_and_kept_nowhere(make: Make) -> None:
    for behaviour in (RICH, HOME_MADE, FORGETFUL, CUTS_SILENTLY):
        world = make(a=RICH, b=behaviour)
        key = given(world)
        erase_it(world, key)
        world.settle()
        for name in "ab":
            world.apps[name].edit("1", Field.TITLE, "Siti dari Jalan Kenanga")
        world.settle()
        checks.i4_rest(world)
        i11_erased(world, [TEXT, TITLE, "Siti dari"])


def test_an_erased_complaint_is_worked_on_like_any_other(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    erase_it(world, key)
    world.settle()
    answer(world, key, "Sudah ditangani")
    say(world, key, category="Penerangan", status="in_progress")
    world.settle()
    assert one(world, "a").status == "in_progress" and one(world, "b").fields[Field.CATEGORY] == "Penerangan"
    assert [reply.text for reply in one(world, "a").replies] == ["Sudah ditangani"]
    i11_erased(world, [TEXT, TITLE])


def test_the_same_words_filed_again_are_not_taken_in(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = filed(world)
    erase_it(world, key)
    world.settle()
    world.apps["b"].file(TITLE, TEXT)
    world.settle()
    assert len(complaints(world)) == 1 and len(rows(world, "b")) == 1 and "b" not in links(world, key)
    i11_erased(world, [TEXT, TITLE])


def test_what_a_record_said_while_it_was_in_quarantine_is_not_kept_once_it_is_understood(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    there = world.apps["a"].file(TITLE, TEXT)
    world.apps["a"].spoil(there, "the date is 0000-00-00")
    world.settle()
    assert TEXT in dump(world)["quarantine"]
    world.apps["a"].spoil(there, None)
    world.settle()
    assert only(world).content["description"] == TEXT and TEXT not in dump(world)["quarantine"]


def test_an_erased_text_is_not_kept_in_the_quarantine_of_another_app_either(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = filed(world)
    there = world.apps["b"].file(TITLE, TEXT)
    world.apps["b"].spoil(there, "the date is 0000-00-00")
    world.settle()
    assert TEXT in dump(world)["quarantine"]
    erase_it(world, key)
    world.settle()
    in_no_table(world, [TEXT])


def test_what_an_erased_complaints_record_said_is_not_kept_though_it_was_deleted_there_and_makes_no_sense(make: Make) -> None:
    world = make(a=BLIND, b=RICH)
    key = filed(world)
    world.apps["a"].spoil("1", "the date is 0000-00-00")
    world.sync_all()
    world.apps["a"].delete("1")
    world.sync_all()
    assert TEXT in dump(world)["quarantine"]
    erase_it(world, key)
    answer(world, key, "Sudah kami perbaiki")
    world.settle(listing=False)
    world.settle(listing=False)
    in_no_table(world, [TEXT])


@LADDER
def test_the_filing_of_a_complaint_that_was_erased_before_is_known_again_when_its_answer_was_lost(make: Make, behaviour: Behaviour) -> None:
    world = make(a=RICH, b=behaviour)
    key = filed(world)
    erase_it(world, key)
    assign(world, key, "B")
    world.plan("b", "create", FaultKind.LOST_REPLY)
    world.sync("b")
    world.calm()
    world.settle()
    assert only(world).id == key and len(rows(world, "b")) == world.apps["b"].creates == 1
    checks.i4_rest(world)


def test_what_staff_type_into_a_record_that_ended_is_redacted_too(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    assign(world, key, "A")
    world.settle()
    erase_it(world, key)
    world.settle()
    assert links(world, key)["b"].state is LinkState.ENDED
    world.apps["b"].edit("1", Field.TITLE, "Bu Siti menelepon lagi")
    world.settle()
    assert one(world, "b").fields[Field.TITLE] == ERASED
    in_no_table(world, ["Bu Siti"])
    checks.i4_rest(world)
