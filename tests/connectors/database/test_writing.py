"""Writing into home-made tables: whole or not at all, never over somebody's head, never more than was named."""

from __future__ import annotations

import copy
import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.database.layout import layout
from connectors.database.postgresql import DIALECT as POSTGRESQL
from connectors.database.session import Database, Session
from contracts.complaint import Complaint, Reporter, Response
from contracts.connector import Edit, Part
from contracts.content import Field
from contracts.errors import NotDone, Reject, Stale, Stop, Unknown
from contracts.vocabulary import Status, Visibility
from tests.connectors.database.conftest import Open
from tests.connectors.database.worlds import LARAVEL, USUAL

TOKEN = "simpul:0190a6e0-0000-7000-8000-000000000001:c0ffee"


def test_a_status_and_its_reply_are_one_transaction(app: Open) -> None:
    connector, world = app("usual")
    ref = world.file("", "Laporan.")
    world.local.run("CREATE TRIGGER tolak BEFORE UPDATE ON pengaduan BEGIN SELECT RAISE(ABORT, 'tidak boleh'); END")
    edit = Edit(status=Status.IN_PROGRESS, response=Response("Sedang diperiksa."))
    assert frozenset({Part.STATUS, Part.RESPONSE}) in connector.capabilities.combines
    with pytest.raises(Reject) as caught:
        connector.apply(ref, edit, None, "1")
    assert "tidak boleh" not in str(caught.value)
    assert connector.fetch(ref).responses == ()
    world.local.run("DROP TRIGGER tolak")
    receipt = connector.apply(ref, edit, None, "1")
    assert receipt.record == connector.fetch(ref)
    assert receipt.response_ref == "tanggapan:1"
    assert world.local.run("SELECT status FROM pengaduan")[0][0] == "proses"
    assert world.local.run("SELECT id_petugas FROM tanggapan")[0][0] == 1


def test_only_the_named_columns_are_updated(app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    connector, world = app("usual")
    ref = world.file("", "Laporan.")
    ran: list[str] = []
    run = Session.run
    monkeypatch.setattr(Session, "run", lambda self, sql, values=(): ran.append(sql) or run(self, sql, values))  # type: ignore[func-returns-value]
    connector.apply(ref, Edit(status=Status.ANSWERED), None, "1")
    assert [sql for sql in ran if sql.startswith("UPDATE")] == ["UPDATE `pengaduan` SET `status` = ? WHERE `id_pengaduan` = ?"]


def test_a_word_that_says_the_same_is_left_as_staff_chose_it(app: Open) -> None:
    connector, world = app("laravel")
    ref = world.file("Judul", "Laporan.")
    before = world.local.dump()
    connector.apply(ref, Edit(status=Status.RECEIVED, fields={Field.CATEGORY: "Pekerjaan umum"}), None, "1")
    assert world.local.dump() == before


def test_a_record_that_changed_meanwhile_is_stale_down_to_its_replies(app: Open) -> None:
    connector, world = app("usual")
    ref = world.file("", "Laporan.")
    version = connector.fetch(ref).version
    world.respond(ref, "Petugas menulis lebih dulu.")
    with pytest.raises(Stale):
        connector.apply(ref, Edit(status=Status.ANSWERED), version, "1")
    assert connector.fetch(ref).complaint.status is Status.RECEIVED


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (Edit(status=Status.ARCHIVED, reason="Bukan kewenangan"), "status"),
        (Edit(fields={Field.TITLE: "Judul"}), "title"),
        (Edit(response=Response("Rahasia.", Visibility.INTERNAL)), "response"),
    ],
)
def test_what_the_app_cannot_say_is_refused_at_its_field(app: Open, edit: Edit, field: str) -> None:
    connector, world = app("usual")
    ref = world.file("", "Laporan.")
    before = world.local.dump()
    with pytest.raises(Reject) as caught:
        connector.apply(ref, edit, None, "1")
    assert caught.value.field == field
    assert world.local.dump() == before


def test_times_are_written_in_the_zone_of_the_app(app: Open) -> None:
    connector, world = app("laravel")
    ref = world.file("Judul", "Laporan.")
    written = datetime(2026, 1, 2, 20, 30, 15, 900_000, tzinfo=UTC)
    connector.apply(ref, Edit(response=Response("Baik.", written_at=written, author="Dinas PU")), None, "1")
    assert world.local.run("SELECT created_at, nama_petugas, internal FROM tanggapans") == [("2026-01-03 04:30:15", "Dinas PU", 0)]


def test_a_program_that_keeps_the_time_of_change_is_helped_by_the_database_s_clock(app: Open) -> None:
    connector, world = app("laravel")
    ref = world.file("Judul", "Laporan.")
    receipt = connector.apply(ref, Edit(status=Status.IN_PROGRESS), None, "1")
    assert receipt.record is not None and receipt.record.updated_at is not None
    assert receipt.record.updated_at > datetime(2025, 12, 31, tzinfo=UTC)


def test_the_same_token_files_once_and_is_found(app: Open) -> None:
    connector, world = app("laravel")
    complaint = Complaint(title="Judul", description="Isi laporan.", submitted_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    first = connector.create(complaint, TOKEN, "1")
    second = connector.create(complaint, TOKEN, "2")
    assert first.ref == second.ref
    assert connector.find(TOKEN) == first.record
    kode, created = world.local.run("SELECT kode, created_at FROM pengaduans")[0]
    assert kode.startswith("SP4N-2") and len(kode) == len("SP4N-20260926-12345678")
    assert created == "2026-01-02 11:04:05"


def test_a_mark_that_does_not_fit_is_no_mark(app: Open) -> None:
    connector, world = app("laravel")
    world.local.run(
        "CREATE TRIGGER potong AFTER INSERT ON pengaduans BEGIN UPDATE pengaduans SET token_simpul = substr(token_simpul, 1, 20); END"
    )
    with pytest.raises(Stop, match="too short"):
        connector.create(Complaint(title="Judul", description="Isi."), TOKEN, "1")
    assert world.local.run("SELECT COUNT(*) FROM pengaduans") == [(0,)]


def test_a_column_the_app_wants_is_named_in_the_refusal(app: Open) -> None:
    connector, world = app("laravel", create={"constants": {}})
    with pytest.raises(Reject, match="kode"):
        connector.create(Complaint(title="Judul", description="Isi."), TOKEN, "1")
    with pytest.raises(Stop, match=r"kode; give it under 'constants'"):
        connector.check()


def test_a_reporter_is_added_only_where_configured_and_only_once(app: Open) -> None:
    reporter = {**USUAL["reporter"], "create": True, "constants": {"username": "-"}}
    connector, world = app("usual", reporter=reporter)
    world.local.run("CREATE TABLE m AS SELECT nik, nama, username, telp FROM masyarakat")
    world.local.run("DROP TABLE masyarakat")
    world.local.run("ALTER TABLE m RENAME TO masyarakat")
    person = Reporter(name="Warga", phone="+628110000009", identity_number="3502170000000009")
    for _ in range(2):
        record = connector.create(Complaint(description="Isi.", reporter=person), TOKEN, "1").record
        assert record is not None and record.complaint.reporter == person
    assert world.local.run("SELECT COUNT(*), MAX(telp) FROM masyarakat WHERE nik = '3502170000000009'") == [(1, "08110000009")]


def test_a_locked_file_is_later_and_a_missing_one_needs_a_person(app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.database.sqlite.LOCK_SECONDS", 0)
    connector, world = app("usual")
    ref = world.file("", "Laporan.")
    world.local.run("BEGIN IMMEDIATE")
    with pytest.raises(NotDone):
        connector.apply(ref, Edit(status=Status.ANSWERED), None, "1")
    world.local.run("ROLLBACK")
    world.lock_out()
    with pytest.raises(Stop, match="does not exist"):
        connector.apply(ref, Edit(status=Status.ANSWERED), None, "1")


def test_a_connection_lost_while_saving_is_unknown_and_before_it_is_not_done(app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    connector, world = app("usual")
    ref = world.file("", "Laporan.")
    run = Session.run

    def breaks(at: str) -> Any:
        def broken(self: Session, sql: str, values: Any = ()) -> int:
            if sql.startswith(at):
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
                raise error
            return run(self, sql, values)

        return broken

    monkeypatch.setattr(Session, "run", breaks("COMMIT"))
    with pytest.raises(Unknown):
        connector.apply(ref, Edit(status=Status.ANSWERED), None, "1")
    with pytest.raises(NotDone):
        connector.fetch(ref)
    monkeypatch.setattr(Session, "run", breaks("UPDATE"))
    with pytest.raises(NotDone):
        connector.apply(ref, Edit(status=Status.ANSWERED), None, "1")
    monkeypatch.undo()
    assert connector.fetch(ref).complaint.status is Status.RECEIVED


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("complaints", "table"), "pengadua", "Did you mean pengaduan"),
        (("complaints", "columns", "description"), "isi_lapran", "Did you mean isi_laporan"),
        (("complaints", "key"), "status", "not a key"),
        (("reporter", "table"), "masarakat", "Did you mean masyarakat"),
        (("replies", 0, "constants"), {}, "needs id_petugas"),
        (("replies", 0, "constants"), {"id_petugas": 1, "bidang": 2}, "no column bidang"),
    ],
)
def test_the_check_names_what_is_wrong_and_the_nearest_name(app: Open, path: tuple[Any, ...], value: Any, says: str) -> None:
    settings = copy.deepcopy(USUAL)
    where: Any = settings
    for name in path[:-1]:
        where = where[name]
    where[path[-1]] = value
    connector, world = app("usual", **{name: settings[name] for name in ("complaints", "reporter", "replies")})
    world.file("", "Satu.")
    world.file("", "Dua.")
    with pytest.raises(Stop, match=says):
        connector.check()


def test_the_check_says_each_thing_once_and_on_a_line_of_its_own(app: Open) -> None:
    complaints = {**USUAL["complaints"], "token": "tanda"}
    connector, _ = app("usual", complaints=complaints, reporter={**USUAL["reporter"], "table": "warga"}, create={"constants": {"foto": ""}})
    with pytest.raises(Stop) as caught:
        connector.check()
    lines = str(caught.value).splitlines()
    assert (
        lines[0] == "3 things are wrong:" and "Did you mean Did" not in str(caught.value) and "Did you mean Known" not in str(caught.value)
    )
    assert [line[:4] for line in lines[1:]] == ["  - "] * 3 and len(set(lines)) == len(lines)


def test_the_reporter_in_whose_name_the_hub_files_must_exist(app: Open) -> None:
    connector, _ = app("usual", create={"constants": {"nik": "9999999999999999", "foto": ""}})
    with pytest.raises(Stop, match="a value that no row of masyarakat has"):
        connector.check()


def test_a_missing_driver_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("connectors.database.dialect.import_module", absent)
    with pytest.raises(Stop, match=r"pip install '\.\[postgresql\]'"):
        POSTGRESQL.connect(layout_of("postgresql://a@127.0.0.1/b"), None, None)


def layout_of(url: str) -> Any:
    from tests.connectors.database.local import loaded

    return layout(loaded({**LARAVEL, "url": url})).address


def test_a_password_variable_that_is_not_set_needs_a_person(app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANDI_TIDAK_ADA", raising=False)
    connector, _ = app("usual", password_env="SANDI_TIDAK_ADA")
    with pytest.raises(Stop, match="SANDI_TIDAK_ADA"):
        connector.check()


@pytest.mark.parametrize(
    ("declared", "ref", "fits"),
    [
        ("INTEGER", "12", True),
        ("INTEGER", "12x", False),
        ("INTEGER", "--1", False),
        ("INTEGER", "9" * 30, False),
        ("NUMERIC(10)", "12", True),
        ("NUMERIC(10)", "abc", False),
        ("UUID", "0190a6e0-0000-7000-8000-000000000001", True),
        ("UUID", "abc", False),
        ("VARCHAR(20)", "PGD-20260926-001", True),
    ],
)
def test_a_ref_is_asked_for_only_where_a_key_can_be_like_it(app: Open, declared: str, ref: str, fits: bool) -> None:
    connector, world = app("usual")
    world.local.run(f"CREATE TABLE tiket (kode {declared} PRIMARY KEY)")
    with connector._database.reading() as session:
        assert (connector._database.key(session, "tiket", "kode", ref) is not None) is fits


def test_a_reason_alone_is_never_dropped_in_silence(app: Open) -> None:
    connector, world = app("usual")
    with pytest.raises(Reject) as caught:
        connector.apply(world.file("", "Laporan."), Edit(reason="Menunggu foto"), None, "1")
    assert caught.value.field == "reason"


@pytest.mark.parametrize("url", ["mysql://simpul@127.0.0.1:9/x", "postgresql://simpul@127.0.0.1:9/x"])
def test_a_server_that_does_not_answer_is_later(url: str) -> None:
    with pytest.raises(NotDone, match="cannot be reached"), Database(layout_of(url)).reading():
        pass
