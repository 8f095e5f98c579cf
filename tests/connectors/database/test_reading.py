"""Reading home-made tables: what is quarantined, how far a poll goes, and how few queries it takes."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.database.session import Session
from contracts.connector import Page, Record, RecordState, Rejected
from contracts.content import Field, to_content
from contracts.errors import Reject
from contracts.vocabulary import Status, Visibility
from tests.connectors.database.conftest import Open
from tests.connectors.database.worlds import LARAVEL, OPENSID, USUAL


def records(pages: list[Page]) -> dict[str, Record]:
    return {record.ref: record for page in pages for record in page.records}


def rejected(pages: list[Page]) -> dict[str, Rejected]:
    return {each.ref: each for page in pages for each in page.rejected}


def test_the_usual_row_becomes_a_record(app: Open) -> None:
    connector, world = app("usual")
    ref = world.file("", "Jalan berlubang di depan pasar.")
    world.local.run("UPDATE pengaduan SET foto = 'foto jalan 1.jpg' WHERE id_pengaduan = ?", (int(ref),))
    world.respond(ref, "Terima kasih, kami periksa.")
    record = connector.fetch(ref)
    assert to_content(record.complaint) == {
        Field.DESCRIPTION: "Jalan berlubang di depan pasar.",
        Field.STATUS: "received",
        Field.SUBMITTED_AT: "2025-03-01T17:00:00Z",
        Field.REPORTER_NAME: "Warga",
        Field.REPORTER_PHONE: "+6281200000001",
        Field.REPORTER_IDENTITY: "3502170000000001",
    }
    assert record.raw == {"status": "0"}
    assert record.identity == ("2025-03-02", "3502170000000001")
    assert record.complaint.attachments[0].url == "https://pengaduan.example/foto/foto%20jalan%201.jpg"
    assert record.complaint.attachments[0].media_type == "image/jpeg"
    assert [each.ref for each in record.responses] == ["tanggapan:1"]
    assert record.responses[0].response.written_at == datetime(2025, 3, 2, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("damage", "field"),
    [
        ("UPDATE pengaduan SET tgl_pengaduan = '0000-00-00'", "submitted_at"),
        ("UPDATE pengaduan SET status = 'entah'", "status"),
        ("UPDATE pengaduan SET status = ''", "status"),
        ("UPDATE pengaduan SET isi_laporan = CAST(x'4A616C616EFF' AS TEXT)", "description"),
        ("UPDATE pengaduan SET nik = '1111111111111111'", "reporter"),
        ("UPDATE pengaduan SET nik = ''", "reporter"),
    ],
    ids=["no date", "unknown status", "empty status", "broken text", "orphan", "no reporter"],
)
def test_a_row_that_makes_no_sense_is_quarantined_whole_and_the_rest_goes_on(app: Open, damage: str, field: str) -> None:
    connector, world = app("usual")
    refs = [world.file("", f"Laporan {number}.") for number in range(5)]
    world.respond(refs[2], "Sedang diperiksa.")
    world.local.run(f"{damage} WHERE id_pengaduan = ?", (int(refs[2]),))
    pages = list(connector.changes(None))
    assert set(records(pages)) == set(refs) - {refs[2]}
    found = rejected(pages)[refs[2]]
    assert found.field == field
    raw = json.loads(found.raw)
    assert raw["id_pengaduan"] == int(refs[2])
    assert raw["tanggapan (replies)"][0]["tanggapan"] == "Sedang diperiksa."
    assert "rahasia" not in found.raw
    assert pages[-1].complete
    with pytest.raises(Reject) as caught:
        connector.fetch(refs[2])
    assert caught.value.field == field


def test_a_nik_that_lost_its_zeros_finds_its_reporter(app: Open) -> None:
    connector, world = app("usual")
    ref = world.file("", "Laporan.")
    world.local.run("UPDATE masyarakat SET nik = '0002170000000001' WHERE nik LIKE '3502%1'")
    world.local.run("UPDATE pengaduan SET nik = '2170000000001'")
    record = connector.fetch(ref)
    assert record.complaint.reporter is not None
    assert record.complaint.reporter.identity_number == "0002170000000001"


def test_an_anonymous_complaint_is_taken_where_the_settings_allow_it(app: Open) -> None:
    connector, world = app("laravel")
    ref = world.file("Judul", "Laporan.")
    world.local.run("UPDATE pengaduans SET user_id = NULL")
    assert connector.fetch(ref).complaint.reporter is None


def test_replies_in_the_same_table_are_no_complaints(app: Open) -> None:
    connector, world = app("opensid")
    ref = world.file("Judul", "Laporan.")
    world.respond(ref, "Kami tindak lanjuti.")
    pages = list(connector.changes(None))
    assert set(records(pages)) == {ref}
    assert [each.response.text for each in records(pages)[ref].responses] == ["Kami tindak lanjuti."]


def test_citizens_replies_in_a_table_of_their_own_are_read_in_order(app: Open) -> None:
    settings = copy.deepcopy(USUAL["replies"])
    settings.append(
        {
            "table": "balasan",
            "key": "id",
            "complaint": "id_pengaduan",
            "text": "isi",
            "created": "tgl",
            "visibility": {"default": "internal"},
        }
    )
    connector, world = app("usual", replies=settings)
    world.local.run("CREATE TABLE balasan (id INTEGER PRIMARY KEY, id_pengaduan INT, isi TEXT, tgl DATE)")
    ref = world.file("", "Laporan.")
    world.local.run("INSERT INTO balasan VALUES (1, ?, 'Masih rusak.', '2025-12-01')", (int(ref),))
    world.respond(ref, "Sedang diperiksa.")
    responses = connector.fetch(ref).responses
    assert [(each.ref, each.response.visibility) for each in responses] == [
        ("tanggapan:1", Visibility.PUBLIC),
        ("balasan:1", Visibility.INTERNAL),
    ]


def test_a_reply_without_a_readable_date_does_not_set_the_complaint_aside(app: Open) -> None:
    connector, world = app("usual")
    ref = world.file("", "Laporan.")
    world.respond(ref, "Sudah.")
    world.local.run("UPDATE tanggapan SET tgl_tanggapan = '0000-00-00'")
    assert connector.fetch(ref).responses[0].response.written_at is None


def test_a_soft_deletion_is_a_deleted_record(app: Open) -> None:
    connector, world = app("laravel")
    ref = world.file("Judul", "Laporan.")
    cursor = list(connector.changes(None))[-1].cursor
    world.update(ref, deleted_at=world.now())
    assert records(list(connector.changes(cursor)))[ref].state is RecordState.DELETED


def test_the_number_staff_typed_is_the_same_complaint_elsewhere(app: Open) -> None:
    connector, world = app("laravel")
    ref = world.file("Judul", "Laporan.")
    assert connector.fetch(ref).same_as == {}
    world.update(ref, id_lapor=" 7654321 ")
    assert connector.fetch(ref).same_as == {"lapor": "7654321"}


def test_an_ignored_word_carries_no_status(app: Open) -> None:
    connector, world = app("laravel")
    ref = world.file("Judul", "Laporan.")
    world.update(ref, status="DRAF ")
    record = connector.fetch(ref)
    assert record.complaint.status is None
    assert record.raw["status"] == "DRAF "


@pytest.mark.parametrize("app_name", ["usual", "laravel", "opensid"])
def test_the_number_of_queries_does_not_grow_with_the_rows(app: Open, app_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = Session.ask

    def counted(self: Session, sql: str, values: Any = ()) -> list[dict[str, Any]]:
        asked.append(sql)
        return ask(self, sql, values)

    monkeypatch.setattr(Session, "ask", counted)
    spent = []
    for rows in (2, 20):
        connector, world = app(app_name, page_size=100)
        for number in range(rows):
            world.respond(world.file("Judul", f"Laporan {number}."), "Baik.")
        list(connector.changes(None))
        asked.clear()
        assert len(records(list(connector.changes(None)))) == rows
        spent.append(len(asked))
    assert spent[0] == spent[1]


def test_a_listing_is_not_complete_when_rows_came_in_behind_it(app: Open) -> None:
    connector, world = app("usual")
    for number in range(5):
        world.file("", f"Laporan {number}.")
    world.local.run("UPDATE pengaduan SET id_pengaduan = id_pengaduan + 10")
    reading = connector.changes(None)
    next(reading)
    world.local.run("INSERT INTO pengaduan VALUES (1, '2025-01-01', '3502000000000000', 'Disisipkan', '', '0')")
    assert not any(page.complete for page in reading)


def test_an_empty_table_is_one_complete_page(app: Open) -> None:
    for name in ("usual", "laravel"):
        connector, _ = app(name)
        pages = list(connector.changes(None))
        assert [(page.records, page.complete) for page in pages] == [((), True)]


def test_a_reply_alone_is_found_although_the_complaint_did_not_change(app: Open) -> None:
    connector, world = app("laravel")
    ref, other = world.file("Judul", "Satu."), world.file("Judul", "Dua.")
    cursor = list(connector.changes(None))[-1].cursor
    world.respond(ref, "Baik.")
    pages = list(connector.changes(cursor))
    assert ref in records(pages)
    assert set(records(list(connector.changes(pages[-1].cursor)))) == {ref}
    assert other not in records(list(connector.changes(pages[-1].cursor)))


def test_a_reply_dated_without_time_is_not_missed_later_that_day(app: Open) -> None:
    connector, world = app("opensid", overlap=0)
    ref, last = world.file("Judul", "Satu."), world.file("Judul", "Dua.")
    cursor = list(connector.changes(None))[-1].cursor
    day = world.local.run("SELECT updated_at FROM pengaduan WHERE id = ?", (int(last),))[0][0][:10]
    world.local.run(
        "INSERT INTO pengaduan (id_pengaduan, nama, isi, ip_address, created_at, updated_at) VALUES (?, 'Admin', 'Ya', '-', ?, NULL)",
        (int(ref), day),
    )
    assert ref in records(list(connector.changes(cursor)))


def test_rows_saved_late_are_found_within_the_overlap(app: Open) -> None:
    connector, world = app("laravel")
    late, last = world.file("Judul", "Terlambat."), world.file("Judul", "Terakhir.")
    cursor = list(connector.changes(None))[-1].cursor
    stamp = world.local.run("SELECT updated_at FROM pengaduans WHERE id = ?", (int(last),))[0][0]
    world.local.run("UPDATE pengaduans SET updated_at = datetime(?, '-200 seconds'), judul = 'Baru' WHERE id = ?", (stamp, int(late)))
    assert late in records(list(connector.changes(cursor)))


def test_a_row_from_the_future_does_not_hide_the_changes_before_it(app: Open) -> None:
    connector, world = app("laravel")
    ref, wrong = world.file("Judul", "Biasa."), world.file("Judul", "Jam komputer salah.")
    world.local.run("UPDATE pengaduans SET updated_at = '2099-01-01 00:00:00' WHERE id = ?", (int(wrong),))
    cursor = list(connector.changes(None))[-1].cursor
    world.change(ref)
    assert ref in records(list(connector.changes(cursor)))


def test_rows_without_a_time_of_change_are_all_read_at_first_and_by_their_creation_later(app: Open) -> None:
    connector, world = app("laravel")
    refs = [world.file("Judul", f"Laporan {number}.") for number in range(5)]
    world.local.run("UPDATE pengaduans SET updated_at = NULL")
    world.local.run("UPDATE pengaduans SET created_at = NULL WHERE id = ?", (int(refs[0]),))
    pages = list(connector.changes(None))
    assert set(records(pages)) == set(refs)
    assert pages[-1].complete
    new = world.file("Judul", "Dari impor.")
    world.local.run("UPDATE pengaduans SET updated_at = NULL WHERE id = ?", (int(new),))
    assert new in records(list(connector.changes(pages[-1].cursor)))


def test_an_app_that_was_restored_is_noticed(app: Open) -> None:
    connector, world = app("laravel")
    refs = [world.file("Judul", f"Laporan {number}.") for number in range(3)]
    cursor = list(connector.changes(None))[-1].cursor
    assert not any(page.regressed for page in connector.changes(cursor))
    world.delete(refs[-1])
    pages = list(connector.changes(cursor))
    assert pages[0].regressed
    assert not any(page.regressed for page in pages[1:])


def test_a_cursor_that_cannot_be_read_means_everything(app: Open) -> None:
    connector, world = app("laravel")
    ref = world.file("Judul", "Laporan.")
    for broken in ("", "x", "[1]", '["2025", "1"]', "{}"):
        assert ref in records(list(connector.changes(broken)))


def test_many_rows_in_one_second_are_all_read(app: Open) -> None:
    connector, world = app("opensid", page_size=1)
    for number in range(45):
        world.file("Judul", f"Laporan {number}.")
    world.local.run("UPDATE pengaduan SET updated_at = '2025-06-01 08:00:00'")
    pages = list(connector.changes(None))
    assert len(records(pages)) == 45
    assert len(records(list(connector.changes(pages[10].cursor)))) == 45


def test_the_version_changes_with_content_and_replies_and_with_nothing_else(app: Open) -> None:
    connector, world = app("laravel")
    ref = world.file("Judul", "Laporan.")
    first = connector.fetch(ref).version
    world.update(ref)
    assert connector.fetch(ref).version == first
    world.respond(ref, "Baik.")
    second = connector.fetch(ref).version
    world.change(ref)
    assert len({first, second, connector.fetch(ref).version}) == 3


def test_the_capability_sheet_follows_the_settings(app: Open) -> None:
    usual, _ = app("usual")
    laravel, _ = app("laravel")
    assert not usual.capabilities.can_find
    assert laravel.capabilities.can_find and laravel.capabilities.idempotent_create and laravel.capabilities.signals_deletion
    assert laravel.capabilities.responses.writes == set(Visibility)
    assert usual.capabilities.statuses[Status.CLOSED] is Status.ANSWERED
    assert Status.ARCHIVED not in usual.capabilities.statuses
    assert laravel.capabilities.cuts == {Field.TITLE: 60, Field.ADDRESS: 120}
    assert {LARAVEL["page_size"], OPENSID["page_size"]} == {2, 4}
