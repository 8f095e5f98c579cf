"""Stories about backups that were put back, listings that lie, and records that vanish."""

from __future__ import annotations

from dataclasses import replace

from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import FaultKind
from contracts.content import Field
from hub.words import LinkState
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import assign, complaints, connection, links, on_record, one, only, rows, say, status
from tests.sync.profiles import (
    HOME_MADE,
    RICH,
)
from tests.sync.stories import FINDABLE, LADDER, TEXT, filed, given


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


@LADDER
def test_a_restored_hub_finds_one_that_was_deleted_while_it_was_told_and_came_back_later(make: Make, behaviour: Behaviour) -> None:
    world = make(a=RICH, b=behaviour)
    key = filed(world)
    assign(world, key, "B")
    backup = world.backup()
    world.settle()
    world.apps["b"].delete("1")
    world.restore(backup)
    world.settle()
    world.apps["b"].undelete("1")
    world.settle()
    assert only(world).id == key and links(world, key)["b"].ref is not None
    checks.all_of(world, set())
    later = world.apps["b"].file("Lampu mati", TEXT)
    world.apps["b"].store.rows[later] = replace(world.apps["b"].store.rows[later], created=world.clock.now())
    world.settle()
    (new,) = [row for row in complaints(world) if row.id != key]
    assert links(world, new.id)["b"].ref == later, "what a citizen files afterwards is another complaint"


def test_an_app_that_went_back_is_noticed_too_when_it_is_due_to_be_listed(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    backup = world.apps["b"].snapshot()
    key = given(world)
    world.advance(700)
    world.list_now("b")
    world.apps["b"].restore(backup)
    writes = world.apps["b"].writes
    world.sync("b")
    assert connection(world, "b").recovery_held and world.apps["b"].writes == writes
    assert links(world, key)["b"].state is not LinkState.GONE and not on_record(world, kind="deleted")


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
