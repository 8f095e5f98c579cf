"""The examples: clean enough to read, dirty enough to prove something, and about nobody real."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hub.demo.apps.laporkota import app as laporkota
from hub.demo.apps.laporkota import seed as city_seed
from hub.demo.apps.sekarwangi import app as sekarwangi
from hub.demo.apps.sekarwangi import seed as open311_seed
from hub.demo.apps.wonosari import app as wonosari
from hub.demo.apps.wonosari import seed as regency_seed


@pytest.fixture(scope="module")
def regency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The file of Lapor Wonosari as it is when new."""
    yield from _new(wonosari.make_app, tmp_path_factory.mktemp("seed") / "wonosari.sqlite3")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The file of LaporKota as it is when new."""
    yield from _new(laporkota.make_app, tmp_path_factory.mktemp("seed") / "laporkota.sqlite3")


@pytest.fixture(scope="module")
def open311(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The file of Kanal Sekarwangi as it is when new."""
    yield from _new(sekarwangi.make_app, tmp_path_factory.mktemp("seed") / "sekarwangi.sqlite3")


def _new(make_app: Any, database: Path) -> Iterator[sqlite3.Connection]:
    make_app(database)
    with closing(sqlite3.connect(database)) as connection:
        yield connection


def count(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {sql}").fetchone()[0])


@pytest.mark.parametrize(
    "dirty",
    [
        "pengaduan WHERE tgl_pengaduan = '0000-00-00'",
        "pengaduan WHERE status = ''",
        "pengaduan WHERE status = 'Di Tolak'",
        "pengaduan WHERE nik NOT IN (SELECT nik FROM masyarakat)",
        "masyarakat WHERE length(nik) < 16",
        "tanggapan WHERE id_pengaduan NOT IN (SELECT id_pengaduan FROM pengaduan)",
        "pengaduan WHERE foto LIKE '% %'",
    ],
)
def test_the_regency_has_each_kind_of_dirty_row(regency: sqlite3.Connection, dirty: str) -> None:
    assert count(regency, dirty) >= 1


@pytest.mark.parametrize(
    "dirty",
    [
        "reports WHERE created_at LIKE '0000-%'",
        "reports WHERE status = ''",
        "reports WHERE status = 'Di Tolak'",
        "reports WHERE user_id NOT IN (SELECT id FROM users)",
        "users WHERE typeof(nik) = 'integer' AND length(nik) < 16",
    ],
)
def test_the_city_has_each_kind_of_dirty_row(city: sqlite3.Connection, dirty: str) -> None:
    assert count(city, dirty) >= 1


@pytest.mark.parametrize(
    "dirty",
    [
        "requests WHERE service_request_id LIKE '000%'",
        "requests WHERE updated_datetime = ''",
        f"requests WHERE status = '{open311_seed.UNPLANNED}'",
        "requests WHERE service_code = '077'",
        "requests WHERE lat IS NULL",
    ],
)
def test_the_open311_city_has_each_kind_of_untidy_row(open311: sqlite3.Connection, dirty: str) -> None:
    assert count(open311, dirty) >= 1


def test_every_new_file_of_the_open311_city_has_a_key_of_its_own(open311: sqlite3.Connection, tmp_path: Path) -> None:
    sekarwangi.make_app(tmp_path / "other.sqlite3")
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as other:
        keys = [each.execute("SELECT api_key FROM callers").fetchall() for each in (open311, other)]
    assert keys[0] != keys[1]
    assert all(len(key) >= 32 for ((key,),) in keys)


def test_there_are_twelve_to_twenty_complaints_each(regency: sqlite3.Connection, city: sqlite3.Connection) -> None:
    assert 12 <= count(regency, "pengaduan") <= 20
    assert 12 <= count(city, "reports") <= 20


def test_the_usual_tables_have_no_modification_time(regency: sqlite3.Connection) -> None:
    columns = [each[1] for each in regency.execute("PRAGMA table_info(pengaduan)")]
    assert columns == ["id_pengaduan", "tgl_pengaduan", "nik", "isi_laporan", "foto", "status"]


def test_no_person_in_the_examples_could_be_real() -> None:
    numbers = [nik for nik, _, _ in regency_seed.PEOPLE] + [nik for *_, nik in city_seed.PEOPLE if nik]
    # No province has the code 00; a number that lost these zeros in a table has them back when it is read.
    assert all(nik.zfill(16).startswith("00") for nik in numbers)
    phones = [phone for *_, phone in regency_seed.PEOPLE] + [phone for _, _, phone, _ in city_seed.PEOPLE if phone]
    phones += [phone for *_, phone in open311_seed.PEOPLE if phone]
    assert all(re.fullmatch(r"(0|\+?62)812000000\d\d|1708", phone) for phone in phones)
    emails = [email for _, email, _, _ in city_seed.PEOPLE] + [email for _, _, email, _ in open311_seed.PEOPLE]
    assert all(email.endswith(".example") for email in emails if email)


def test_examples_are_dated_back_from_the_day_they_are_made(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript((Path(regency_seed.__file__).parent / "schema.sql").read_text(encoding="utf-8"))
        regency_seed.fill(connection, datetime(2026, 3, 1, 9))  # noqa: DTZ001  (the apps keep naive local time)
        dates = [each[0] for each in connection.execute("SELECT tgl_pengaduan FROM pengaduan ORDER BY id_pengaduan")]
    assert dates[0] == "2026-01-19"
    assert dates[-1] == "2026-02-28"


def test_a_file_that_is_there_is_not_seeded_again(tmp_path: Path) -> None:
    database = tmp_path / "wonosari.sqlite3"
    wonosari.make_app(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM pengaduan")
    wonosari.make_app(database)
    with closing(sqlite3.connect(database)) as connection:
        assert count(connection, "pengaduan") == 0
