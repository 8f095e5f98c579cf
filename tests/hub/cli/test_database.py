"""`simpul database inspect`, and a connection to a home-made app's SQLite file from proposal to sync."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hub.cli.exits import Exit
from tests.hub.cli.office import Office

TABLES = """
CREATE TABLE pengaduan (id INTEGER PRIMARY KEY, judul VARCHAR(100), isi_laporan TEXT, status VARCHAR(20) DEFAULT '0',
  tgl_pengaduan DATETIME, token_hub VARCHAR(200));
CREATE TABLE tanggapan (id_tanggapan INTEGER PRIMARY KEY, id_pengaduan INTEGER, tanggapan TEXT, tgl_tanggapan DATETIME);
INSERT INTO pengaduan (judul, isi_laporan, status, tgl_pengaduan) VALUES ('Lampu', 'Lampu mati di jalan', '0', '2026-10-01 08:00:00');
"""
SETTINGS = """\
settings:
  url: sqlite:///{path}
  time_zone: WIB
  complaints:
    table: pengaduan
    key: id
    columns: {{title: judul, description: isi_laporan, status: status}}
    created: tgl_pengaduan
    status: {{words: {{'0': received, proses: in_progress, selesai: answered}}}}
policy: {{internal: false}}
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The file of a small home-made app."""
    path = tmp_path / "app.db"
    with sqlite3.connect(path) as sql:
        sql.executescript(TABLES)
    sql.close()
    return path


def test_inspect_proposes_settings_for_the_tables_it_finds(office: Office, app: Path) -> None:
    told = office.ok("database", "inspect", f"sqlite:///{app}")
    assert 'table: "pengaduan"' in told and "simpul connections add" in told
    assert "Lampu mati" not in told


def test_inspect_says_what_is_wrong_with_an_address_and_repeats_no_password(office: Office, app: Path) -> None:
    told = office.fails(Exit.WAITS, "database", "inspect", "mysql://user:rahasia@127.0.0.1/x")
    assert "not an address" in told and "rahasia" not in told
    assert "cannot look at a database" in office.fails(Exit.NOT_FOUND, "database", "inspect", "x://y", "--kind", "memory")
    assert "not set in the environment" in office.fails(
        Exit.CONFIGURATION, "database", "inspect", f"sqlite:///{app}", "--password-env", "TIDAK_ADA"
    )


def test_a_home_made_apps_complaints_come_in(office: Office, app: Path) -> None:
    file = office.write("kota.yaml", SETTINGS.format(path=app))
    added = office.run("connections", "add", "kota", "--kind", "database", "--file", file)
    assert added.exit_code == Exit.OK, added.output
    assert "berfungsi" in office.ok("connections", "check", "kota")
    assert "1 dibaca" in office.ok("sync", "kota")
    assert [one["title"] for one in office.json("complaints", "list")] == ["Lampu"]
    app.unlink()
    assert "Galat" in office.run("connections", "check", "kota").output
