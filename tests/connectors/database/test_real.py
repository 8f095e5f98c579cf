"""On MariaDB and PostgreSQL, with a user that has the proposed rights and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql
import pytest

from connectors.database.connector import DatabaseConnector
from connectors.database.inspect import inspect
from connectors.database.layout import layout
from connectors.database.session import Database
from contracts.complaint import Complaint, Response
from contracts.connector import Edit, Record
from contracts.content import Field
from contracts.errors import Gone, NotDone, Reject, Stop
from contracts.vocabulary import Status
from tests.connectors.database.local import LocalDatabase, loaded, local_database
from tests.connectors.database.worlds import APPS, LARAVEL, USUAL, AppWorld

pytestmark = pytest.mark.real
SERVERS = ["mysql", "postgresql"]


@pytest.fixture(params=SERVERS)
def local(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalDatabase]:
    with local_database(request.param, tmp_path) as database:
        yield database


def world_of(local: LocalDatabase, app: str) -> AppWorld:
    local.build(app)
    return APPS[app][1](local)


def listed(connector: DatabaseConnector, since: str | None = None) -> dict[str, Record]:
    return {record.ref: record for page in connector.changes(since) for record in page.records}


def database_of(settings: dict[str, Any]) -> Database:
    return Database(layout(loaded(settings)).address, settings.get("password"))


@pytest.mark.parametrize("app", sorted(APPS))
def test_what_was_inspected_is_pulled_pushed_and_then_quiet(local: LocalDatabase, app: str) -> None:
    world = world_of(local, app)
    ref = world.file("Judul", "Jalan berlubang di depan pasar — lubangnya 30 cm.")
    world.set_status(world.file("Judul", "Kedua."), Status.IN_PROGRESS)
    world.set_status(world.file("Judul", "Ketiga."), Status.ANSWERED)
    proposal = inspect(local.address)
    assert "://simpul@" in proposal.settings["url"] and "simpul" in proposal.grants[0]
    settings = local.grant(dict(proposal.settings))
    connector = DatabaseConnector(loaded(settings))
    connector.check()
    before = listed(connector)
    assert len(before) == 3
    receipt = connector.apply(ref, Edit(status=Status.IN_PROGRESS, response=Response("Sedang kami periksa.")), before[ref].version, "1")
    assert receipt.record is not None
    after = listed(connector)
    assert after == {**before, ref: receipt.record}
    assert after[ref].complaint.status is Status.IN_PROGRESS
    assert [each.ref for each in after[ref].responses] == [receipt.response_ref]
    assert listed(connector) == after


@pytest.mark.parametrize(("app", "table"), [("usual", "masyarakat"), ("laravel", "users")])
def test_with_these_rights_no_password_can_be_read(local: LocalDatabase, app: str, table: str) -> None:
    world = world_of(local, app)
    world.file("Judul", "Laporan.")
    settings = local.grant(dict(inspect(local.address).settings))
    connector = DatabaseConnector(loaded(settings))
    assert all("password" not in column for people in [connector._layout.reporter] if people for column in people.selected)
    assert len(listed(connector)) == 1
    with pytest.raises(Stop), database_of(settings).reading() as session:
        session.ask(f"SELECT password FROM {table}")


def test_a_right_on_one_column_that_is_missing_rejects_that_field_only(local: LocalDatabase) -> None:
    world = world_of(local, "usual")
    ref = world.file("", "Laporan.")
    settings = local.grant({**USUAL, "url": local.address, "write": ["status"]})
    connector = DatabaseConnector(loaded({**settings, "write": ["status", "description"]}))
    with pytest.raises(Reject) as caught:
        connector.apply(ref, Edit(fields={Field.DESCRIPTION: "Isi baru"}), None, "1")
    assert caught.value.field == "description"
    assert connector.apply(ref, Edit(status=Status.ANSWERED), None, "1").ref == ref
    with pytest.raises(Stop, match="may not update pengaduan.isi_laporan") as stopped:
        connector.check()
    for line in str(stopped.value).splitlines():
        if line.strip().startswith("GRANT"):
            local.run(line)
    fresh = DatabaseConnector(loaded({**settings, "write": ["status", "description"]}))
    fresh.check()


def test_a_column_that_may_not_be_read_stops_the_connection_and_parks_no_edit(local: LocalDatabase) -> None:
    world = world_of(local, "usual")
    ref = world.file("", "Laporan.")
    settings = local.grant({**USUAL, "url": local.address, "write": ["status"]})
    user = str(vars(local)["user"])
    quoted = f"'{user}'@'%'"
    local.run(f"REVOKE SELECT (isi_laporan) ON pengaduan FROM {user if local.kind == 'postgresql' else quoted}")
    connector = DatabaseConnector(loaded(settings))
    with pytest.raises(Stop):
        connector.apply(ref, Edit(status=Status.ANSWERED), None, "1")


def test_a_value_the_column_refuses_is_rejected_at_its_field_without_the_value(local: LocalDatabase) -> None:
    world = world_of(local, "laravel")
    ref = world.file("Judul", "Laporan.")
    settings = {**LARAVEL, "url": local.address, "complaints": {**LARAVEL["complaints"], "lengths": {}}}
    connector = DatabaseConnector(loaded(settings))
    with pytest.raises(Reject) as caught:
        connector.apply(ref, Edit(fields={Field.TITLE: "Judul sangat panjang " * 10}), None, "1")
    assert caught.value.field == "title"
    assert "sangat panjang" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_wrong_login_or_database_needs_a_person(local: LocalDatabase) -> None:
    world_of(local, "usual")
    settings = local.grant({**USUAL, "url": local.address})
    base, _, _ = settings["url"].rpartition("/")
    wrong = {"url": f"{base}/tidak_ada_sama_sekali", "password": settings["password"]}
    missing = base.replace(str(local.user), "tidak_ada_orangnya") + "/" + settings["url"].rpartition("/")[2]
    for url, password in ((wrong["url"], wrong["password"]), (missing, "salah-sekali")):
        with pytest.raises(Stop) as caught:
            DatabaseConnector(loaded({**settings, "url": url, "password": password})).check()
        assert "salah-sekali" not in str(caught.value)


def test_a_row_somebody_else_holds_is_later(local: LocalDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_of(local, "usual")
    ref = world.file("", "Laporan.")
    monkeypatch.setattr("connectors.database.mysql._SETTINGS", "SET SESSION innodb_lock_wait_timeout = 1")
    monkeypatch.setattr("connectors.database.postgresql.LOCK_SECONDS", 1)
    connector = DatabaseConnector(loaded({**USUAL, "url": local.address}))
    local.run("BEGIN")
    local.run("UPDATE pengaduan SET foto = 'x' WHERE id_pengaduan = ?", (int(ref),))
    with pytest.raises(NotDone):
        connector.apply(ref, Edit(status=Status.ANSWERED), None, "1")
    local.run("ROLLBACK")
    assert connector.fetch(ref).complaint.status is Status.RECEIVED


def test_a_ref_of_another_form_is_gone_not_the_row_it_resembles(local: LocalDatabase) -> None:
    world = world_of(local, "usual")
    ref = world.file("", "Laporan.")
    connector = DatabaseConnector(loaded({**USUAL, "url": local.address}))
    for other in (f"{ref}x", f"0{ref}", "abc", "", "9" * 30, "-"):
        with pytest.raises(Gone):
            connector.fetch(other)


def test_the_key_a_new_complaint_gets_is_its_ref(local: LocalDatabase) -> None:
    world_of(local, "laravel")
    settings = local.grant({**LARAVEL, "url": local.address})
    connector = DatabaseConnector(loaded(settings))
    connector.check()
    first = connector.create(Complaint(title="Judul", description="Isi – ditulis warga.", confidential=True), "token-1", "1")
    again = connector.create(Complaint(title="Judul", description="Isi."), "token-1", "1")
    assert again.ref == first.ref and first.record == connector.find("token-1")
    assert first.record is not None and first.record.complaint.confidential is True


@pytest.fixture
def mariadb(tmp_path: Path) -> Iterator[LocalDatabase]:
    with local_database("mysql", tmp_path) as database:
        yield database


def test_latin1_columns_are_read_and_what_does_not_fit_them_is_refused(mariadb: LocalDatabase) -> None:
    world = world_of(mariadb, "usual")
    ref = world.file("", "Kafé é à ü — “lubang”")
    connector = DatabaseConnector(loaded({**USUAL, "url": mariadb.address}))
    assert connector.fetch(ref).complaint.description == "Kafé é à ü — “lubang”"
    with pytest.raises(Reject) as caught:
        connector.apply(ref, Edit(response=Response("Selesai 🙏")), None, "1")
    assert caught.value.field in ("tanggapan", "response")
    assert connector.fetch(ref).responses == ()


def test_zero_dates_empty_enums_and_broken_bytes_are_quarantined(mariadb: LocalDatabase) -> None:
    world = world_of(mariadb, "usual")
    refs = [world.file("", f"Laporan {number}.") for number in range(4)]
    mariadb.run("SET SESSION sql_mode = ''")
    mariadb.run("UPDATE pengaduan SET tgl_pengaduan = '0000-00-00' WHERE id_pengaduan = ?", (int(refs[0]),))
    mariadb.run("UPDATE IGNORE pengaduan SET status = 'entah' WHERE id_pengaduan = ?", (int(refs[1]),))
    mariadb.run("ALTER TABLE pengaduan MODIFY isi_laporan BLOB")
    mariadb.run("UPDATE pengaduan SET isi_laporan = x'4AFF' WHERE id_pengaduan = ?", (int(refs[2]),))
    connector = DatabaseConnector(loaded({**USUAL, "url": mariadb.address}))
    pages = list(connector.changes(None))
    assert {each.ref: each.field for page in pages for each in page.rejected} == {
        refs[0]: "submitted_at",
        refs[1]: "status",
        refs[2]: "description",
    }
    assert [record.ref for page in pages for record in page.records] == [refs[3]]


def test_a_table_without_transactions_is_never_written(mariadb: LocalDatabase) -> None:
    world = world_of(mariadb, "usual")
    ref = world.file("", "Laporan.")
    mariadb.run("ALTER TABLE tanggapan ENGINE=MyISAM")
    connector = DatabaseConnector(loaded({**USUAL, "url": mariadb.address}))
    with pytest.raises(Stop, match="ENGINE=InnoDB"):
        connector.check()
    with pytest.raises(Stop, match="ENGINE=InnoDB"):
        connector.apply(ref, Edit(status=Status.ANSWERED, response=Response("Baik.")), None, "1")
    assert connector.fetch(ref).complaint.status is Status.RECEIVED


def test_a_nik_of_a_number_column_finds_the_right_person_among_neighbours(mariadb: LocalDatabase) -> None:
    """As floating point, which MariaDB compares text and numbers by, these two are one."""
    mariadb.run("CREATE TABLE masyarakat (nik BIGINT PRIMARY KEY, nama VARCHAR(35), telp VARCHAR(13)) ENGINE=InnoDB")
    mariadb.run("INSERT INTO masyarakat VALUES (9171000000000001, 'Satu', ''), (9171000000000002, 'Dua', '')")
    mariadb.build("usual_rest")
    for number in (1, 2):
        nik = f"917100000000000{number}"
        mariadb.run("INSERT INTO pengaduan VALUES (?, '2026-01-02', ?, 'Isi', '', '0')", (number, nik))
    connector = DatabaseConnector(loaded({**USUAL, "url": mariadb.address}))
    names = {ref: record.complaint.reporter.name for ref, record in listed(connector).items() if record.complaint.reporter}
    assert names == {"1": "Satu", "2": "Dua"}


def test_a_server_that_ends_the_connection_before_the_commit_has_done_nothing(
    mariadb: LocalDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of(mariadb, "usual")
    ref = world.file("", "Laporan.")
    connector = DatabaseConnector(loaded({**USUAL, "url": mariadb.address}))
    writer = connector._writer
    read_back = writer._read_back

    def killed(session: Any, ref: str) -> Record:
        number = session.ask("SELECT CONNECTION_ID() AS n")[0]["n"]
        mariadb.run(f"KILL {int(number)}")
        return read_back(session, ref)

    monkeypatch.setattr(writer, "_read_back", killed)
    with pytest.raises(NotDone):
        connector.apply(ref, Edit(status=Status.ANSWERED, response=Response("Baik.")), None, "1")
    assert connector.fetch(ref).responses == ()
    assert replace(connector.fetch(ref)).complaint.status is Status.RECEIVED


def test_the_drivers_own_errors_never_pass(mariadb: LocalDatabase) -> None:
    with pytest.raises(Stop) as caught, database_of({**USUAL, "url": mariadb.address}).reading() as session:
        session.ask("SELEKT 'nomor rahasia 081234'")
    assert "081234" not in str(caught.value)
    assert not isinstance(caught.value.__cause__, pymysql.MySQLError)


def test_a_date_the_driver_cannot_hold_is_quarantined(tmp_path: Path) -> None:
    with local_database("postgresql", tmp_path) as local:
        world = world_of(local, "laravel")
        refs = [world.file("Judul", f"Laporan {number}.") for number in range(3)]
        local.run("UPDATE pengaduans SET created_at = 'infinity', updated_at = 'infinity' WHERE id = ?", (int(refs[1]),))
        connector = DatabaseConnector(loaded({**LARAVEL, "url": local.address}))
        pages = list(connector.changes(None))
        assert {each.ref for page in pages for each in page.rejected} == {refs[1]}
        world.change(refs[0])
        assert refs[0] in listed(connector, pages[-1].cursor)
