"""The ready settings: the connectors reach the apps with them, and set the dirty rows aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.database.connector import DatabaseConnector
from connectors.database.settings import DatabaseSettings
from connectors.open311.connector import Open311Connector
from connectors.open311.settings import Open311Settings
from contracts.complaint import Complaint, Reporter, Response
from contracts.connector import Edit
from contracts.vocabulary import Status
from hub.demo.processes import LocalApp


@pytest.fixture(params=["wonosari", "laporkota"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalApp]:
    """Each app, running with its examples."""
    with LocalApp(request.param, tmp_path) as running:
        yield running


@pytest.fixture
def connector(app: LocalApp) -> Iterator[DatabaseConnector]:
    """The database connector with the app's ready settings."""
    connected = DatabaseConnector(DatabaseSettings().load(app.settings))
    yield connected
    connected.close()


def test_the_settings_agree_with_the_tables(connector: DatabaseConnector) -> None:
    connector.check()


def test_four_dirty_rows_are_set_aside_and_all_others_are_read(app: LocalApp, connector: DatabaseConnector) -> None:
    pages = list(connector.changes(None))
    rejected = [each for page in pages for each in page.rejected]
    total = app.rows("SELECT count(*) AS n FROM " + ("pengaduan" if app.name == "wonosari" else "reports"))[0]["n"]
    assert sorted(str(each.field) for each in rejected) == ["reporter", "status", "status", "submitted_at"]
    assert sum(len(page.records) for page in pages) == total - 4


def test_what_the_connector_files_and_answers_is_on_the_public_page(app: LocalApp, connector: DatabaseConnector) -> None:
    complaint = Complaint(
        title="Halte roboh",
        description="Halte di depan pasar roboh.",
        status=Status.RECEIVED,
        reporter=Reporter(name="Uji Rekaan", phone="+6281200000099"),
        submitted_at=datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
    )
    filed = connector.create(complaint, "token", "key-1")
    assert filed.ref is not None
    edit = Edit(status=Status.ANSWERED, response=Response("Halte diperbaiki pekan ini."))
    connector.apply(filed.ref, edit, filed.version, "key-2")
    page = app.page(f"/laporan/{filed.ref}")
    assert "Halte di depan pasar roboh." in page
    assert "Halte diperbaiki pekan ini." in page
    assert "Selesai" in page


def test_the_connector_reads_what_staff_did_on_their_page(app: LocalApp, connector: DatabaseConnector) -> None:
    app.answer_by_form("7", "Kami periksa lusa.")
    app.set_status_by_form("7", "diproses" if app.name == "laporkota" else "proses")
    record = connector.fetch("7")
    assert record.complaint.status is Status.IN_PROGRESS
    assert record.complaint.responses[-1].text == "Kami periksa lusa."


def test_an_identity_number_gets_its_lost_zeros_back(app: LocalApp, connector: DatabaseConnector) -> None:
    record = connector.fetch("13" if app.name == "wonosari" else "1")
    assert record.complaint.reporter is not None
    assert str(record.complaint.reporter.identity_number).startswith("003")


@pytest.fixture
def open311(tmp_path: Path) -> Iterator[tuple[LocalApp, Open311Connector]]:
    """Kanal Sekarwangi, running, and the open311 connector with its ready settings."""
    with LocalApp("sekarwangi", tmp_path) as running:
        connected = Open311Connector(Open311Settings().load(running.settings))
        yield running, connected
        connected.close()


def test_one_odd_request_of_the_open311_city_is_set_aside_and_all_others_are_read(open311: tuple[LocalApp, Open311Connector]) -> None:
    app, connector = open311
    connector.check()
    pages = list(connector.changes(None))
    numbers = {each["service_request_id"] for each in app.rows("SELECT service_request_id FROM requests")}
    assert [(each.ref, each.field) for page in pages for each in page.rejected] == [("2010", "status")]
    assert {each.ref for page in pages for each in page.records} == numbers - {"2010"}


def test_the_city_answers_a_request_that_the_connector_filed(open311: tuple[LocalApp, Open311Connector]) -> None:
    app, connector = open311
    complaint = Complaint(description="Halte roboh.", status=Status.RECEIVED, submitted_at=datetime(2026, 3, 2, 1, 30, tzinfo=UTC))
    filed = connector.create(complaint, "tanda", "key-1")
    assert filed.ref is not None
    app.answer_by_form(filed.ref, "Kami periksa lusa.", status="in_progress")
    record = connector.fetch(filed.ref)
    assert (record.token, record.complaint.status) == ("tanda", Status.IN_PROGRESS)
    assert [each.response.text for each in record.responses] == ["Kami periksa lusa."]
