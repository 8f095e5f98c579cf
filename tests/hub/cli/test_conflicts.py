"""`simpul conflicts list | resolve`: each kind, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import FaultKind
from contracts.connector import Feed
from contracts.content import Field
from hub.cli.exits import Exit
from tests.hub.cli.office import Office, breaks, mends

pytestmark = pytest.mark.long


def only(office: Office) -> dict[str, Any]:
    (one,) = office.json("conflicts", "list")
    return dict(one)


def resolve(office: Office, keep: str, *more: str) -> str:
    return office.ok("conflicts", "resolve", str(only(office)["id"]), "--keep", keep, *more)


def policy(office: Office, name: str, text: str) -> None:
    file = office.write(
        f"{name}.yaml", f"- {{name: {name}, kind: memory, agency: {name.upper()}, settings: {{app: {office.home}/{name}}}, policy: {text}}}"
    )
    office.ok("connections", "apply", file, "--yes")


@pytest.fixture
def proposed(office: Office) -> tuple[MemoryApp, str]:
    """An app that changed what it may not: a proposal waits."""
    (app,) = office.live("a")
    complaint = office.filed(app, category="Lampu")
    office.ok("complaints", "assign", complaint, "--agency", "A")
    office.ok("sync", "a")
    app.edit("1", Field.CATEGORY, "Jalan")
    office.fails(Exit.WAITS, "sync", "a")
    return app, complaint


def category(office: Office, complaint: str) -> str:
    return str(office.json("complaints", "show", complaint)["content"]["category"])


def test_a_proposal_is_listed_with_what_each_answer_means(office: Office, proposed: tuple[MemoryApp, str]) -> None:
    told = office.ok("conflicts", "list")
    assert "tolak usulan" in told and "terima usulan" in told and "Jalan" in told
    assert "accept the proposal" in office.ok("conflicts", "list", "--lang", "en")
    one = only(office)
    assert (one["kind"], one["field"], one["local_value"], one["tracking_id"]) == ("proposal", "category", "Jalan", proposed[1])


def test_an_accepted_proposal_becomes_the_complaints_word_and_leaves_its_source(office: Office, proposed: tuple[MemoryApp, str]) -> None:
    number = str(only(office)["id"])
    resolve(office, "local", "--as", "budi")
    assert category(office, proposed[1]) == "Jalan"
    event = office.json("complaints", "show", proposed[1])["events"][-1]
    assert (event["kind"], event["actor"], event["new"]["kept"]) == ("resolved", "budi", "local")
    assert office.json("conflicts", "list") == []
    assert office.json("conflicts", "list", "--all")[0]["decided_by"] == "budi"
    assert "decided budi" in office.ok("conflicts", "list", "--all")
    assert "decided already" in office.fails(Exit.REFUSED, "conflicts", "resolve", number, "--keep", "hub")


def test_a_proposal_that_is_turned_down_is_written_back(office: Office, proposed: tuple[MemoryApp, str]) -> None:
    resolve(office, "hub")
    office.ok("sync", "a")
    assert category(office, proposed[1]) == "Lampu" == proposed[0].store.rows["1"].fields[Field.CATEGORY]


def test_a_person_may_give_a_third_value_that_fits(office: Office, proposed: tuple[MemoryApp, str]) -> None:
    number = str(only(office)["id"])
    assert "does not fit" in office.fails(Exit.REFUSED, "conflicts", "resolve", number, "--keep", "hub", "--value", "x" * 300)
    resolve(office, "hub", "--value", "Taman")
    office.ok("sync", "a")
    assert proposed[0].store.rows["1"].fields[Field.CATEGORY] == "Taman"


def test_a_conflict_that_is_not_there_is_not_found(office: Office) -> None:
    assert "no conflict 9" in office.fails(Exit.NOT_FOUND, "conflicts", "resolve", "9", "--keep", "hub")
    office.fails(Exit.USAGE, "conflicts", "resolve", "9")
    assert office.ok("conflicts", "list") == "Tidak ada.\n"


@pytest.mark.parametrize(("keep", "title"), [("hub", "Lampu"), ("local", "Jalan")])
def test_a_held_field_is_let_go_with_the_chosen_value(office: Office, keep: str, title: str) -> None:
    (app,) = office.live("a")
    policy(office, "a", "{fields: {category: {manual: true}}}")
    complaint = office.filed(app, category="Lampu")
    app.edit("1", Field.CATEGORY, "Jalan")
    office.fails(Exit.WAITS, "sync", "a")
    assert office.json("complaints", "show", complaint)["held"] == {"category": "manual"}
    resolve(office, keep)
    office.ok("sync", "a")
    assert office.json("complaints", "show", complaint)["held"] == {}
    assert category(office, complaint) == title == app.store.rows["1"].fields[Field.CATEGORY]


def test_a_reporters_field_is_not_taken_from_a_digest(office: Office) -> None:
    (app,) = office.live("a")
    policy(office, "a", "{fields: {reporter_name: {manual: true}}, share: [reporter_name]}")
    office.filed(app, reporter_name="Siti Aminah")
    app.edit("1", Field.REPORTER_NAME, "Siti Aminatun")
    office.fails(Exit.WAITS, "sync", "a")
    one = only(office)
    assert one["local_value"] == "•••" and "Siti" not in office.ok("conflicts", "list")
    assert "not kept here in the clear" in office.fails(Exit.REFUSED, "conflicts", "resolve", str(one["id"]), "--keep", "local")
    resolve(office, "hub", "--value", "Siti Aminatun")
    assert "Siti" not in str(office.json("complaints", "list"))


@pytest.mark.parametrize(("keep", "kept"), [("hub", 2), ("local", 1)])
def test_a_deleted_record_is_filed_again_or_left(office: Office, keep: str, kept: int) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.ok("complaints", "answer", complaint, "--text", "Sedang dikerjakan")
    office.ok("sync", "b")
    second.delete("1")
    office.fails(Exit.WAITS, "reconcile", "b")
    assert only(office)["kind"] == "deleted"
    resolve(office, keep)
    office.ok("sync", "b")
    assert len(second.store.rows) == kept
    if keep == "hub":
        assert [reply.text for reply in second.store.rows["2"].replies] == ["Sedang dikerjakan"]


@pytest.mark.parametrize(("keep", "gone"), [("hub", 0), ("local", 7)])
def test_many_deletions_at_once_are_believed_only_by_a_person(office: Office, keep: str, gone: int) -> None:
    (app,) = office.live("a")
    for number in range(7):
        app.file(f"Lampu {number}", f"Lampu nomor {number} mati")
    office.ok("sync", "a")
    for ref in list(app.store.rows):
        app.delete(ref)
    office.fails(Exit.WAITS, "reconcile", "a")
    assert only(office)["kind"] == "deletions" and office.json("connections", "list")[0]["linked"] == 7
    resolve(office, keep)
    office.run("sync", "a")
    assert office.json("connections", "list")[0]["linked"] == 7 - gone


@pytest.mark.parametrize("arrived", [True, False])
def test_a_filing_in_doubt_is_settled_by_who_looked(office: Office, arrived: bool) -> None:
    blind = Behaviour(
        feed=Feed.SNAPSHOT, can_list=False, can_find=False, carries_token=False, idempotent_create=False, settle=1.0, returns_record=False
    )
    (first,) = office.live("a")
    second = office.add("b", blind)
    office.ok("connections", "approve", "b", "--yes")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    breaks(second, FaultKind.LOST_REPLY if arrived else FaultKind.LOST_REQUEST, "create")
    office.run("sync", "b")
    # Nor can it be read meanwhile, or the engine would find the record by its text.
    breaks(second, FaultKind.REFUSE, "page")
    office.run("sync", "b")
    mends(second)
    number = str(only(office)["id"])
    assert "Under which id" in office.fails(Exit.REFUSED, "conflicts", "resolve", number, "--keep", "local")
    resolve(office, "local", "--value", "1") if arrived else resolve(office, "hub")
    office.run("sync", "b")
    assert len(second.store.rows) == 1 and office.links(complaint, "b")[0]["ref"] == "1"


@pytest.mark.parametrize(("keep", "title"), [("hub", "Lampu"), ("local", "Jalan")])
def test_a_field_that_flaps_is_written_again_or_taken(office: Office, keep: str, title: str) -> None:
    (app,) = office.live("a")
    policy(office, "a", "{fields: {category: {otherwise: put_back}}}")
    complaint = office.filed(app, category="Lampu")
    office.ok("complaints", "assign", complaint, "--agency", "A")
    office.ok("sync", "a")
    for _ in range(4):
        app.edit("1", Field.CATEGORY, "Jalan")
        office.run("sync", "a")
    assert only(office)["kind"] == "flapping"
    resolve(office, keep)
    office.run("sync", "a")
    assert category(office, complaint) == title == app.store.rows["1"].fields[Field.CATEGORY]


def test_a_restored_app_waits_for_a_person_and_recover_shows_the_plan(office: Office) -> None:
    app = office.add("a", Behaviour(has_epoch=True))
    office.ok("connections", "approve", "a", "--yes")
    office.filed(app)
    app.restore(app.snapshot())
    office.fails(Exit.WAITS, "sync", "a")
    assert only(office)["kind"] == "restored"
    assert "goes on or waits" in office.fails(Exit.REFUSED, "conflicts", "resolve", str(only(office)["id"]), "--keep", "local")
    resolve(office, "hub")
    office.ok("sync", "a")
    assert office.json("connections", "list")[0]["state"] == "running"


def test_recover_decides_the_conflict_of_a_restored_app(office: Office) -> None:
    app = office.add("a", Behaviour(has_epoch=True))
    office.ok("connections", "approve", "a", "--yes")
    office.filed(app)
    app.restore(app.snapshot())
    office.fails(Exit.WAITS, "sync", "a")
    office.ok("recover", "a", "--yes")
    assert office.json("conflicts", "list") == []


@pytest.mark.parametrize(("keep", "ref"), [("hub", "1"), ("local", "2")])
def test_of_two_records_that_carry_one_token_a_person_chooses(office: Office, keep: str, ref: str) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.ok("complaints", "answer", complaint, "--text", "Sedang dikerjakan")
    office.ok("sync", "b")
    row = second.store.rows["1"]
    second.add(row.fields, row.status, "user", token=row.token)
    office.fails(Exit.WAITS, "sync", "b")
    assert only(office)["kind"] == "duplicate"
    resolve(office, keep)
    office.run("sync", "b")
    assert office.links(complaint, "b")[0]["ref"] == ref
    assert [reply.text for reply in second.store.rows[ref].replies] == ["Sedang dikerjakan"]
    assert [each["removed"] for each in office.json("complaints", "show", complaint)["responses"]] == [False]
