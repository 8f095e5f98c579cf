"""Stories about apps that refuse, are busy or know us no more: every session ends, and stops where it should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from connectors.memory.connector import MemoryConnector
from connectors.memory.faults import Fault, FaultKind
from contracts.connector import Edit, Page, Receipt
from contracts.content import Field
from contracts.errors import Reject
from contracts.gateway import Pulled
from hub.store import tables
from hub.words import LinkState, Recovery
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import answer, assign, complaints, connection, links, on_record, one, rows, said, say
from tests.sync.profiles import HOME_MADE, REMEMBERS_EPOCHS, RICH, SHOWN, STEPS_ONLY
from tests.sync.stories import FINDABLE, filed, given
from tests.sync.world import Watched, World

NAMED = replace(RICH, reads=SHOWN | {Field.REPORTER_NAME}, creates=SHOWN | {Field.REPORTER_NAME})


def always(operation: str, kind: FaultKind, **rest: Any) -> Callable[[str], Fault | None]:
    """Let every call of this operation meet a fault."""
    return lambda asked: Fault(kind, **rest) if asked == operation else None


def calls(world: World, name: str, operation: str) -> int:
    """How often an app was called so."""
    return world.apps[name].journal.calls[operation]


def several(world: World, number: int) -> list[str]:
    """So many complaints of app a that have reached B's app, each to be given a category there; returns their ids."""
    for index in range(number):
        world.apps["a"].file("Judul", f"Nomor {index} rusak")
    world.sync_all()
    keys = [row.id for row in complaints(world)]
    for key in keys:
        assign(world, key, "B")
    world.sync_all(2)
    for key in keys:
        say(world, key, category="Jalan")
    return keys


# -- refused


def test_a_refused_step_on_the_way_to_a_status_is_not_asked_for_again(make: Make) -> None:
    world = make(a=RICH, b=STEPS_ONLY)
    key = given(world)
    world.apps["b"].faults = always("apply", FaultKind.REJECT)
    before = calls(world, "b", "apply")
    say(world, key, status="in_progress")
    say(world, key, status="answered")
    world.sync("b", budget=30)
    tried = calls(world, "b", "apply")
    assert tried - before <= 3 and "status" in links(world, key)["b"].parked
    world.sync_all(2)
    assert calls(world, "b", "apply") == tried


def test_a_status_that_was_refused_and_then_chosen_there_is_not_parked_any_more(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    say(world, key, status="in_progress")
    world.settle()
    world.plan("b", "apply", FaultKind.REJECT)
    say(world, key, status="answered")
    world.sync("b")
    world.calm()
    assert "status" in links(world, key)["b"].parked
    world.apps["b"].set_status("1", "answered")
    world.settle()
    assert not links(world, key)["b"].parked
    checks.all_of(world, set())


def test_one_refused_field_keeps_neither_the_status_nor_the_answer_from_arriving(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.plan("b", "apply", FaultKind.REJECT)
    say(world, key, category="Terlarang", status="in_progress")
    answer(world, key, "Petugas di jalan")
    world.sync("b")
    world.calm()
    world.settle()
    assert one(world, "b").status == "in_progress" and said(world, "b") == ["Petugas di jalan"]


def test_of_several_parts_only_the_one_that_is_refused_alone_is_parked(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)

    def apply(self: Watched, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        if self.app.name == "b" and Field.CATEGORY in edit.fields:
            raise Reject("The app does not take this.")
        return MemoryConnector.apply(self, ref, edit, expected, idempotency_key)

    monkeypatch.setattr(Watched, "apply", apply)
    say(world, key, category="Terlarang", status="in_progress")
    answer(world, key, "Petugas di jalan")
    world.settle()
    assert (one(world, "b").status, said(world, "b")) == ("in_progress", ["Petugas di jalan"])
    assert links(world, key)["b"].parked.keys() == {"category"}
    checks.all_of(world, set())


def test_what_was_refused_is_no_question_any_more_when_its_record_is_gone(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    say(world, key, category="Jalan")
    world.apps["b"].faults = always("apply", FaultKind.REJECT)
    world.sync("b")
    assert links(world, key)["b"].parked
    world.calm()
    world.apps["b"].delete("1")
    world.settle()
    assert not links(world, key)["b"].parked


def test_what_was_refused_is_no_question_any_more_when_the_app_is_no_receiver(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    say(world, key, category="Jalan")
    world.apps["b"].faults = always("apply", FaultKind.REJECT)
    world.sync("b")
    world.calm()
    assert links(world, key)["b"].parked
    assign(world, key, "A")
    world.settle()
    assert links(world, key)["b"].state is LinkState.ENDED and not links(world, key)["b"].parked


def test_a_filing_that_was_refused_is_no_question_any_more_when_the_app_is_no_receiver(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = filed(world)
    world.apps["b"].faults = always("create", FaultKind.REJECT)
    assign(world, key, "B")
    world.sync("b")
    world.calm()
    assert links(world, key)["b"].parked
    assign(world, key, "A")
    world.settle()
    assert links(world, key)["b"].state is LinkState.ENDED and not links(world, key)["b"].parked


def test_one_complaint_whose_identity_cannot_be_opened_holds_up_no_other(make: Make) -> None:
    world = make(a=NAMED, b=NAMED, policies={"b": {"share": ["reporter_name"]}})
    world.apps["a"].file("Judul", "Satu", reporter_name="Budi")
    world.apps["a"].file("Judul", "Dua")
    world.sync_all()
    first, second = [row.id for row in complaints(world)]
    with world.store.writing() as sql:
        table = tables.complaints
        sql.execute(update(table).where(table.c.id == first).values(sealed=b"\x01" + b"x" * 60))
    assign(world, first, "B")
    assign(world, second, "B")
    world.sync("b")
    assert [row.fields[Field.DESCRIPTION] for row in rows(world, "b")] == ["Dua"]
    seen = links(world, first)["b"]
    assert seen.error and seen.state is not LinkState.LINKED, "it says why it waits"


# -- sessions that end, and not before their work is done


def test_a_create_in_doubt_is_not_looked_for_without_end_in_listings_that_are_never_whole(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    key = filed(world)
    filed(world, "b", "Keluhan lain di b")
    world.plan("b", "create", FaultKind.LOST_REQUEST)
    assign(world, key, "B")
    world.sync("b")
    world.apps["b"].faults = always("page", FaultKind.SKIP, admitted=True)
    world.advance(3600)
    world.sync("b", budget=10)
    assert links(world, key)["b"].state is LinkState.AMBIGUOUS


def test_a_person_is_asked_about_a_create_that_no_listing_can_prove(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    key = filed(world)
    filed(world, "b", "Keluhan lain di b")
    world.plan("b", "create", FaultKind.LOST_REQUEST)
    assign(world, key, "B")
    world.sync("b")
    world.apps["b"].faults = always("page", FaultKind.SKIP, admitted=True)
    for _ in range(8):
        world.advance(3600)
        world.sync("b", budget=10)
    assert [(row.rule, row.complaint_id) for row in on_record(world, kind="ambiguous", state="open")] == [("cannot_look", key)]
    assert len(rows(world, "b")) == 1, "nothing was sent again blindly"


def test_many_links_that_need_nothing_do_not_end_the_session_before_the_one_that_does(make: Make) -> None:
    world = make(a=RICH)
    for number in range(61):
        world.apps["a"].file("Judul", f"Nomor {number} rusak")
    world.sync_all(2)
    last = complaints(world)[-1].id
    say(world, last, category="Jalan")
    link = tables.links
    with world.store.writing() as sql:
        now = world.clock.now()
        sql.execute(update(link).values(due_at=now - timedelta(seconds=5)))
        sql.execute(update(link).where(link.c.complaint_id == last).values(due_at=now))
    world.sync("a")
    assert [row.fields[Field.CATEGORY] for row in rows(world, "a") if Field.CATEGORY in row.fields] == ["Jalan"]


def test_a_restored_app_whose_listing_is_never_whole_is_put_to_a_person(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    given(world)
    world.restore_app("b", world.apps["b"].snapshot())
    world.apps["b"].faults = always("page", FaultKind.SKIP, admitted=True)
    for _ in range(6):
        world.advance(7 * 3600)
        world.sync("b")
    assert connection(world, "b").recovery == Recovery.APP.value
    assert [row.rule for row in on_record(world, kind="restored", state="open")] == ["listing_not_whole"]


# -- busy, and "not you"


def test_a_reading_that_is_refused_our_credentials_is_the_last_call(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    keys = several(world, 8)
    before = calls(world, "b", "read")
    world.apps["b"].faults = always("read", FaultKind.STOP)
    world.sync("b")
    assert calls(world, "b", "read") == before + 1
    row = connection(world, "b")
    assert row.pull_paused and row.push_paused
    assert [links(world, key)["b"].attempts for key in keys] == [0] * 8, "nothing is wrong with the records"


def test_an_app_that_asks_for_ten_minutes_is_left_alone_for_ten_minutes(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    several(world, 60)
    before = calls(world, "b", "read")
    world.apps["b"].faults = always("read", FaultKind.REFUSE, retry_after=600)
    world.sync("b")
    asked = calls(world, "b", "read")
    assert asked - before <= 3
    world.advance(500)
    world.sync("b")
    assert calls(world, "b", "read") == asked


def test_a_search_that_is_refused_our_credentials_pauses_the_connection(make: Make) -> None:
    world = make(a=RICH, b=FINDABLE)
    keys = [filed(world, text=f"Nomor {number} rusak") for number in range(2)]
    world.apps["b"].faults = always("create", FaultKind.LOST_REQUEST)
    for key in keys:
        assign(world, key, "B")
    world.sync("b")
    world.advance(700)
    world.apps["b"].faults = always("find", FaultKind.STOP)
    world.sync("b")
    assert connection(world, "b").push_paused and calls(world, "b", "find") == 1


# -- whose turn it is


def test_no_session_believes_in_its_lease_longer_than_it_lasts(make: Make) -> None:
    world = make(a=RICH)
    world.apps["a"].file("Judul", "Satu")
    first = world.engine.gateway("a", owner="one")
    (task,) = first.lease(1)
    world.advance(14)
    first.report(task, Pulled(Page(()), last=True))
    world.advance(50)
    world.engine.gateway("a", owner="two").lease(1)  # takes over: LeaseBusy otherwise
    assert not first.holds()


def test_a_pull_under_way_stops_at_the_next_page_when_a_person_pauses_it(make: Make) -> None:
    world = make(a=replace(RICH, page_size=1))
    for number in range(10):
        world.apps["a"].file("Judul", f"Nomor {number} rusak")

    def pause() -> None:
        with world.engine.working("a") as desk:
            desk.row.pull_paused = "a person is looking at it"

    world.after("a", "page", pause)
    world.sync("a")
    assert calls(world, "a", "page") == 1 and len(complaints(world)) <= 1


def test_a_pull_under_way_stops_when_the_app_turns_out_to_be_restored(make: Make) -> None:
    world = make(a=replace(REMEMBERS_EPOCHS, page_size=1))
    filed(world)
    world.apps["a"].restore(world.apps["a"].snapshot())
    for number in range(10):
        world.apps["a"].file("Judul", f"Nomor {number} rusak")
    before = calls(world, "a", "page")
    world.advance(61)
    assert world.step("a")
    assert connection(world, "a").recovery == Recovery.APP.value
    assert calls(world, "a", "page") <= before + 2, "the pages that are left are not fetched to be thrown away"


def test_what_was_not_read_for_want_of_credentials_goes_on_when_they_are_corrected(make: Make) -> None:
    world = make(a=RICH, b=HOME_MADE)
    several(world, 8)
    world.apps["b"].faults = always("read", FaultKind.STOP)
    world.sync("b")
    world.settle()
    assert [row.fields[Field.CATEGORY] for row in rows(world, "b")] == ["Jalan"] * 8
