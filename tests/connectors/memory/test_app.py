"""What people do in the app, what a restore undoes, and what tests can ask it afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.memory import register_connector
from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour, Versions
from connectors.memory.connector import MemoryConnector
from contracts.complaint import Complaint, Response
from contracts.connector import Edit, Feed, Page, RecordState
from contracts.content import Field
from contracts.errors import Gone, Reject, Stop
from contracts.vocabulary import Status, Visibility

NAME = "tests-of-the-app"


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    yield
    MemoryApp.forget(NAME)


def connected(**knobs: object) -> tuple[MemoryApp, MemoryConnector]:
    app = MemoryApp.named(NAME, Behaviour.of(knobs))
    return app, MemoryConnector({"app": NAME})


def everything(connector: MemoryConnector, since: str | None = None) -> list[Page]:
    return list(connector.changes(since))


def test_the_hook_offers_the_connector_by_its_name() -> None:
    assert register_connector() is MemoryConnector
    assert MemoryConnector.name == "memory"


def test_two_connections_by_one_name_reach_one_app() -> None:
    app, connector = connected(page_size=7)
    assert MemoryConnector({"app": NAME}).app is app is connector.app


def test_settings_that_contradict_an_app_that_is_there_stop_the_connection() -> None:
    connected(page_size=7)
    MemoryConnector({"app": NAME, "page_size": 7}).check()
    with pytest.raises(Stop, match="behaves differently"):
        MemoryConnector({"app": NAME, "page_size": 8}).check()


def test_time_is_the_logical_clock_s() -> None:
    app, connector = connected()
    ref = app.file("Lampu", "mati")
    record = connector.fetch(ref)
    assert record.created_at == datetime(2026, 1, 5, tzinfo=UTC) + timedelta(seconds=1)


def test_what_people_do_is_what_the_connector_tells() -> None:
    app, connector = connected()
    ref = app.file("Lampu", "Lampu mati", category="Jalan", place_code="35.02")
    app.edit(ref, Field.TITLE, "Lampu jalan")
    app.set_status(ref, "in_progress")
    reply = app.respond(ref, "Kami cek.", Visibility.INTERNAL)
    app.amend_response(reply, "Sudah kami cek.")
    app.type_foreign_id(ref, "lapor", "1234565")
    record = connector.fetch(ref)
    assert (record.complaint.title, record.complaint.category, record.complaint.status) == ("Lampu jalan", "Jalan", Status.IN_PROGRESS)
    assert [(each.ref, each.response.text, each.response.visibility) for each in record.responses] == [
        (reply, "Sudah kami cek.", Visibility.INTERNAL)
    ]
    assert record.same_as == {"lapor": "1234565"}
    app.remove_response(reply)
    assert connector.fetch(ref).responses == ()


def test_a_canonical_complaint_is_filed_in_the_app_s_words() -> None:
    app, connector = connected(words={"baru": Status.RECEIVED, "proses": Status.IN_PROGRESS})
    ref = app.file_complaint(Complaint(title="Lampu", description="mati", status=Status.IN_PROGRESS))
    assert app.store.rows[ref].status == "proses"
    assert connector.fetch(ref).raw == {"status": "proses"}


def test_the_original_text_cannot_be_edited() -> None:
    app, _ = connected()
    ref = app.file("Lampu", "mati")
    with pytest.raises(ValueError, match="not edited this way"):
        app.edit(ref, Field.DESCRIPTION, "something else")


def test_a_deleted_record_is_gone_until_it_is_taken_out_of_the_bin() -> None:
    app, connector = connected()
    ref = app.file("Lampu", "mati")
    before = connector.fetch(ref)
    app.delete(ref)
    with pytest.raises(Gone):
        connector.fetch(ref)
    with pytest.raises(KeyError):
        app.set_status(ref, "closed")
    app.undelete(ref)
    assert connector.fetch(ref).identity == before.identity


def test_an_app_that_signals_deletion_shows_it_in_the_feed() -> None:
    app, connector = connected(signals_deletion=True)
    ref = app.file("Lampu", "mati")
    cursor = everything(connector)[-1].cursor
    app.delete(ref)
    (page,) = everything(connector, cursor)
    assert [record.state for record in page.records] == [RecordState.DELETED]


def test_a_row_that_makes_no_sense_is_set_aside_whole_and_the_others_are_read() -> None:
    app, connector = connected()
    spoilt, sound = app.file("Lampu", "mati"), app.file("Sampah", "menumpuk")
    app.spoil(spoilt, "the date is 0000-00-00")
    (page,) = everything(connector)
    assert [record.ref for record in page.records] == [sound]
    assert [(each.ref, each.problem) for each in page.rejected] == [(spoilt, "the date is 0000-00-00")]
    with pytest.raises(Reject, match="0000-00-00"):
        connector.fetch(spoilt)


def test_a_restore_gives_refs_out_again_to_other_records() -> None:
    app, connector = connected(has_epoch=True)
    app.file("Lampu", "mati")
    backup, epoch = app.snapshot(), everything(connector)[-1].epoch
    lost = app.file("Sampah", "menumpuk")
    old = connector.fetch(lost)
    app.restore(backup)
    assert everything(connector)[-1].epoch != epoch
    with pytest.raises(Gone):
        connector.fetch(lost)
    again = app.file("Sampah", "menumpuk")
    assert again == lost
    assert connector.fetch(again).identity != old.identity


def test_a_restore_can_go_undetected_but_for_the_cursor_that_is_ahead() -> None:
    app, connector = connected(has_epoch=True)
    app.file("Lampu", "mati")
    backup, epoch = app.snapshot(), everything(connector)[-1].epoch
    app.file("Sampah", "menumpuk")
    cursor = everything(connector)[-1].cursor
    app.restore(backup, detectable=False)
    (page,) = everything(connector, cursor)
    assert (page.epoch, page.regressed) == (epoch, True)


def test_a_backup_is_not_reached_by_later_changes_and_can_be_put_back_twice() -> None:
    app, _ = connected()
    ref = app.file("Lampu", "mati")
    backup = app.snapshot()
    for _ in range(2):
        app.set_status(ref, "closed")
        app.respond(ref, "Selesai.")
        app.restore(backup)
        assert (app.store.rows[ref].status, app.store.rows[ref].replies) == ("received", ())


def test_a_backup_forgets_the_keys_of_later_creates() -> None:
    app, connector = connected()
    backup = app.snapshot()
    connector.create(Complaint(description="mati"), "token", "key")
    app.restore(backup)
    connector.create(Complaint(description="mati"), "token", "key")
    assert app.creates == 2
    assert len(app.store.rows) == 1


def test_only_calls_of_the_hub_that_change_something_count_as_writes() -> None:
    app, connector = connected()
    ref = app.file("Lampu", "mati")
    connector.apply(ref, Edit(status=Status.RECEIVED), None, "1")
    assert (app.writes, app.creates) == (0, 0)
    connector.apply(ref, Edit(status=Status.CLOSED), None, "2")
    connector.create(Complaint(description="mati"), "token", "3")
    connector.create(Complaint(description="mati"), "token", "3")
    assert (app.writes, app.creates, app.journal.calls["create"]) == (2, 1, 2)


def test_the_journal_knows_who_changed_what() -> None:
    app, connector = connected()
    ref = app.file("Lampu", "mati")
    app.set_status(ref, "in_progress")
    connector.apply(ref, Edit(status=Status.ANSWERED), None, "1")
    assert [(entry.who, entry.old, entry.new) for entry in app.journal.of(ref) if entry.what == "status"] == [
        ("user", None, "received"),
        ("user", "received", "in_progress"),
        ("hub", "in_progress", "answered"),
    ]


def test_a_value_that_the_hub_replaced_without_having_read_it_is_on_record() -> None:
    app, connector = connected(versions=Versions.NONE, conditional_write=False)
    ref = app.file("Lampu", "mati")
    connector.fetch(ref)
    connector.apply(ref, Edit(fields={Field.TITLE: "read, then replaced"}), None, "1")
    assert app.journal.unseen == []
    app.edit(ref, Field.TITLE, "never read")
    connector.apply(ref, Edit(fields={Field.TITLE: "replaced"}), None, "2")
    assert [entry.old for entry in app.journal.unseen] == ["never read"]


def test_a_reply_moves_the_status_where_the_app_does_that() -> None:
    app, connector = connected(reply_moves_to="in_progress")
    ref = app.file("Lampu", "mati")
    receipt = connector.apply(ref, Edit(response=Response("Kami cek.")), None, "1")
    assert receipt.record is not None
    assert receipt.record.complaint.status is Status.IN_PROGRESS
    assert app.journal.of(ref)[-2].who == "app"
    receipt = connector.apply(ref, Edit(status=Status.ANSWERED, response=Response("Selesai.")), None, "2")
    assert receipt.record is not None
    assert receipt.record.complaint.status is Status.ANSWERED


def test_texts_are_cut_with_or_without_a_word_about_it() -> None:
    app, connector = connected(cuts={Field.TITLE: 10}, undeclared_cuts={Field.TITLE: 5, Field.ADDRESS: 3})
    ref = app.file("Lampu jalan mati", "mati", address="Jalan Contoh")
    record = connector.fetch(ref).complaint
    assert (record.title, record.place.address if record.place else None) == ("Lampu", "Jal")
    assert connector.capabilities.cuts == {Field.TITLE: 10}


def test_a_snapshot_app_gives_everything_every_time_and_no_cursor() -> None:
    app, connector = connected(feed=Feed.SNAPSHOT, versions=Versions.NONE, conditional_write=False, page_size=2)
    for number in range(3):
        app.file(f"Laporan {number}", "isi")
    pages = everything(connector, "whatever it was")
    assert [(len(page.records), page.cursor, page.complete) for page in pages] == [(2, None, False), (1, None, True)]


def test_versions_are_none_rising_or_opaque() -> None:
    seen: dict[Versions, list[str | None]] = {}
    for kind in Versions:
        app, connector = connected(versions=kind, conditional_write=False)
        ref = app.file("Lampu", "mati")
        first = connector.fetch(ref).version
        app.set_status(ref, "closed")
        seen[kind] = [first, connector.fetch(ref).version]
        MemoryApp.forget(NAME)
    assert seen[Versions.NONE] == [None, None]
    assert str(seen[Versions.RISING][0]) < str(seen[Versions.RISING][1])
    assert seen[Versions.OPAQUE][0] != seen[Versions.OPAQUE][1]
    assert all(re.fullmatch("[0-9a-f]{16}", str(version)) for version in seen[Versions.OPAQUE])


def test_a_cursor_of_another_app_stops_the_connection() -> None:
    _, connector = connected()
    with pytest.raises(Stop, match="cursor"):
        everything(connector, "2026-01-05T00:00:00Z")
