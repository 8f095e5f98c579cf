"""Stories about which complaint is which: none is lost in another, none is filed twice, and a typed number gives no rights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.memory.behaviour import Versions
from connectors.memory.connector import MemoryConnector
from connectors.memory.faults import Fault, FaultKind
from contracts.complaint import Complaint
from contracts.connector import Edit, Page, Receipt, Record
from contracts.content import Field
from hub.words import LinkState
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.erasures import erase_it
from tests.sync.people import answer, assign, complaints, holder, links, on_record, one, only, responses, rows, said
from tests.sync.profiles import CHANGED, FORGETFUL, HOME_MADE, RICH, SHOWN
from tests.sync.stories import FINDABLE, TEXT, filed, given
from tests.sync.world import Watched, World

# How most letters to an office begin.
HELLO = "Assalamualaikum Wr. Wb. Yth. Bapak Bupati, mohon bantuannya. "
LAMP, FLOOD = HELLO + "Lampu jalan mati", HELLO + "Rumah saya kebanjiran"
PERSONAL = frozenset({Field.REPORTER_NAME, Field.ANONYMOUS, Field.LATITUDE})
NAMED = replace(RICH, reads=SHOWN | PERSONAL, creates=SHOWN | PERSONAL, writes=CHANGED | {Field.REPORTER_NAME, Field.LATITUDE})
SHARE: dict[str, dict[str, Any]] = {name: {"share": ["reporter_name"]} for name in "abc"}


def descriptions(world: World) -> list[str]:
    """The texts of all complaints of the hub."""
    return sorted(str(row.content["description"]) for row in complaints(world) if not row.erased)


def in_doubt(world: World, *keys: str) -> None:
    """Complaints given to B whose filing in its app has no known fate."""
    for key in keys:
        assign(world, key, "B")
    world.sync("b")
    world.calm()
    assert [links(world, key)["b"].state for key in keys] == [LinkState.AMBIGUOUS] * len(keys)


# -- texts with the same beginning


def test_another_complaint_that_begins_like_an_erased_one_is_taken_in(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    erase_it(world, filed(world, text=LAMP))
    world.settle()
    world.apps["a"].file("Banjir", FLOOD)
    world.settle()
    assert descriptions(world) == [FLOOD] and len(complaints(world)) == 2


def test_an_erased_text_that_is_filed_again_is_put_to_a_person(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    erase_it(world, filed(world, text=LAMP))
    world.settle()
    world.apps["b"].file("Lampu", LAMP)
    world.sync_all(2)
    assert len(complaints(world)) == 1
    assert [(row.rule, row.local_value) for row in on_record(world, kind="duplicate", state="open")] == [("erased_before", "1")]


def test_a_create_in_doubt_does_not_take_a_citizens_record_with_the_same_beginning_for_its_own(make: Make) -> None:
    world = make(a=RICH, b=FORGETFUL)
    key = filed(world, text=LAMP)
    world.plan("b", "create", FaultKind.LOST_REQUEST)
    in_doubt(world, key)
    world.apps["b"].file("Banjir", FLOOD)
    world.settle()
    assert descriptions(world) == [LAMP, FLOOD]
    assert sorted(str(row.fields[Field.DESCRIPTION]) for row in rows(world, "b")) == [LAMP, FLOOD]
    checks.all_of(world, set())


def test_a_restored_hub_does_not_join_complaints_that_only_begin_alike(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    filed(world, text=LAMP)
    backup = world.backup()
    filed(world, "b", text=FLOOD)
    world.restore(backup)
    world.settle()
    assert descriptions(world) == [LAMP, FLOOD]


# -- creates in doubt


def test_a_complaint_for_which_the_app_gave_a_ticket_is_never_filed_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make(a=RICH, b=FINDABLE)
    key = filed(world)
    tickets: list[str] = []
    looked: list[str] = []

    def create(self: Watched, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        tickets.append(f"T{len(tickets)}")
        return Receipt(ticket=tickets[-1])

    def find(self: Watched, token: str) -> None:
        looked.append(token)

    monkeypatch.setattr(Watched, "create", create)
    monkeypatch.setattr(Watched, "find", find)
    assign(world, key, "B")
    world.sync_all(10)
    for _ in range(3):
        world.round()
    assert tickets == ["T0"] and len(looked) > 3 and set(looked) == {"T0"}
    assert links(world, key)["b"].state is LinkState.AMBIGUOUS


def test_a_ticket_that_becomes_a_record_after_many_looks_is_linked(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make(a=RICH, b=FINDABLE)
    key = filed(world)

    def create(self: Watched, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        MemoryConnector.create(self, complaint, token, idempotency_key)
        return Receipt(ticket="T0")

    def changes(self: Watched, since: str | None) -> Iterator[Page]:
        return iter(())

    def not_yet(self: Watched, token: str) -> None:
        assert token == "T0"

    def find(self: Watched, token: str) -> Record:
        return MemoryConnector.fetch(self, "1")

    for name, instead in {"create": create, "changes": changes, "find": not_yet}.items():
        monkeypatch.setattr(Watched, name, instead)
    assign(world, key, "B")
    for _ in range(6):
        world.sync("b")
        world.advance(7 * 3600)
    assert links(world, key)["b"].state is LinkState.AMBIGUOUS
    monkeypatch.setattr(Watched, "find", find)
    world.sync("b")
    assert (links(world, key)["b"].state, links(world, key)["b"].ref) == (LinkState.LINKED, "1")


def test_two_complaints_with_the_same_words_in_doubt_are_each_filed_once(make: Make) -> None:
    world = make(a=RICH, b=FORGETFUL)
    first, second = filed(world), filed(world)
    world.apps["b"].faults = lambda asked: Fault(FaultKind.LOST_REPLY) if asked == "create" else None
    in_doubt(world, first, second)
    world.settle()
    assert {links(world, key)["b"].ref for key in (first, second)} == {"1", "2"} == {row.ref for row in rows(world, "b")}
    assert not on_record(world, state="open")


def test_a_create_in_doubt_is_not_sent_again_to_an_app_that_is_no_receiver_any_more(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = filed(world)
    world.plan("b", "create", FaultKind.LOST_REQUEST)
    in_doubt(world, key)
    assign(world, key, "C")
    world.settle()
    assert not rows(world, "b") and links(world, key)["b"].state is LinkState.ENDED
    checks.all_of(world, set())


def test_a_create_in_doubt_is_sent_again_without_the_name_of_a_reporter_who_turned_anonymous(make: Make) -> None:
    world = make(a=NAMED, b=NAMED, policies=SHARE)
    world.apps["a"].file("Lampu mati di jalan", TEXT, reporter_name="Budi")
    world.sync_all(2)
    world.plan("b", "create", FaultKind.LOST_REQUEST)
    in_doubt(world, only(world).id)
    world.apps["a"].edit("1", Field.ANONYMOUS, True)
    world.settle()
    assert Field.REPORTER_NAME not in one(world, "b").fields


# -- responses


def test_a_response_that_the_app_shows_late_is_known_as_the_one_that_was_said(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make(a=RICH, b=replace(HOME_MADE, versions=Versions.RISING, conditional_write=True))
    key = given(world)

    def apply(self: Watched, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        return replace(MemoryConnector.apply(self, ref, edit, expected, idempotency_key), response_ref=None)

    def fetch(self: Watched, ref: str) -> Record:
        return replace(MemoryConnector.fetch(self, ref), responses=())

    answer(world, key, "Petugas di jalan")
    with monkeypatch.context() as late:
        late.setattr(Watched, "apply", apply)
        late.setattr(Watched, "fetch", fetch)
        world.sync("b")
    world.settle()
    assert said(world, "a") == said(world, "b") == ["Petugas di jalan"] == [row.text for row in responses(world, key)]
    checks.all_of(world, set())


# -- numbers that staff type


def test_a_number_typed_into_a_complaint_with_quite_other_words_is_put_to_a_person(make: Make) -> None:
    world = make(a=RICH, c=RICH)
    filed(world)
    ref = world.apps["c"].file("Banjir", "Rumah saya kebanjiran sejak semalam")
    world.apps["c"].type_foreign_id(ref, "a", "1")
    world.settle()
    assert descriptions(world) == [TEXT, "Rumah saya kebanjiran sejak semalam"]
    assert [(row.kind, row.rule, row.local_value) for row in on_record(world, state="open")] == [("duplicate", "typed_number", ref)]


def test_whoever_types_a_number_does_not_become_the_holder(make: Make) -> None:
    world = make(a=RICH, c=RICH)
    key = filed(world)
    ref = world.apps["c"].file("Lampu", TEXT + " di depan rumah", holder={"agency": "C", "unit": None}, category="Milik C")
    world.apps["c"].type_foreign_id(ref, "a", "1")
    world.settle()
    assert only(world).id == key and holder(world) is None, "they are one complaint, and nobody holds it"
    assert "category" not in only(world).content and not links(world, key)["c"].receiver


def test_whoever_types_a_number_is_told_nothing_of_the_complaint(make: Make) -> None:
    world = make(a=RICH, c=RICH)
    key = filed(world)
    ref = world.apps["c"].file("Lampu", TEXT + " di depan rumah", holder={"agency": "C", "unit": None})
    world.apps["c"].type_foreign_id(ref, "a", "1")
    world.settle()
    answer(world, key, "Sudah ditangani")
    world.settle()
    assert not world.apps["c"].writes and not said(world, "c")


def test_a_typed_number_brings_nothing_back_into_an_erased_complaint(make: Make) -> None:
    world = make(a=NAMED, c=NAMED, policies=SHARE)
    world.apps["a"].file("Lampu mati di jalan", TEXT, reporter_name="Budi")
    world.sync_all(2)
    key = only(world).id
    erase_it(world, key)
    world.settle()
    ref = world.apps["c"].file("Lampu", "Salinan di c", reporter_name="Budi", latitude=-7.5)
    world.apps["c"].type_foreign_id(ref, "a", "1")
    world.settle()
    erased = next(row for row in complaints(world) if row.id == key)
    assert not erased.digests and erased.sealed is None and "latitude" not in erased.content


def test_a_flagged_duplicate_is_not_read_again_at_every_pull(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    key = given(world)
    world.apps["b"].file("Lampu", TEXT + " juga di sini")
    world.apps["b"].type_foreign_id("2", "a", "1")
    world.settle()
    assert [(row.complaint_id, row.local_value) for row in on_record(world, kind="duplicate", state="open")] == [(key, "2")]
    before = world.apps["b"].journal.calls["read"]
    world.sync_all(5)
    assert world.apps["b"].journal.calls["read"] == before


# -- the holder of a new complaint


def test_an_app_that_files_a_complaint_does_not_choose_its_holder(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    world.apps["a"].file("Lampu", TEXT, holder={"agency": "B", "unit": None})
    world.sync_all(2)
    assert only(world).holder is None and "holder" not in only(world).content
    assert not rows(world, "b"), "nobody was given it"
