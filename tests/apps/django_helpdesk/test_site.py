"""The site runs, is used through its pages, and is connected to its own tables by configuration alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.database.connector import DatabaseConnector
from connectors.database.settings import DatabaseSettings
from contracts.complaint import Complaint, Reporter, Response
from contracts.connector import Edit
from contracts.vocabulary import Status, Visibility
from tests import services
from tests.apps.django_helpdesk.app import DjangoHelpdesk

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DjangoHelpdesk]:
    """A running site with an empty queue, shared by this module."""
    try:
        desk = DjangoHelpdesk(tmp_path_factory.mktemp("helpdesk"))
    except RuntimeError as problem:
        services.absent(f"django-helpdesk cannot be installed: {problem}")
    with desk:
        yield desk


@pytest.fixture
def connector(site: DjangoHelpdesk) -> Iterator[DatabaseConnector]:
    """The database connector on the site's own tables, by connection.yaml alone."""
    connected = DatabaseConnector(DatabaseSettings().load(site.settings))
    yield connected
    connected.close()


def test_a_ticket_filed_with_the_public_form_is_on_its_page(site: DjangoHelpdesk) -> None:
    ticket = site.file_ticket("Air mati", "Sejak pagi air tidak mengalir & keran berdesis.", "warga@warga.example")
    page = site.public_page(ticket)
    assert "Air mati [Open]" in page
    assert "air tidak mengalir & keran berdesis" in page


def test_the_citizen_reads_what_staff_answered_and_not_their_notes(site: DjangoHelpdesk) -> None:
    ticket = site.file_ticket("Air keruh", "Air berwarna cokelat.", "warga@warga.example")
    site.staff_reply(ticket.number, "Pipa sedang dikuras.")
    site.staff_reply(ticket.number, "Sambungan liar, jangan disebut.", public=False)
    site.set_status(ticket.number, "resolved")
    page = site.public_page(ticket)
    assert "Air keruh [Resolved]" in page
    assert "Pipa sedang dikuras." in page
    assert "Sambungan liar" not in page


def test_the_settings_agree_with_the_real_tables(connector: DatabaseConnector) -> None:
    connector.check()


def test_the_connector_reads_what_people_did_on_the_pages(site: DjangoHelpdesk, connector: DatabaseConnector) -> None:
    ticket = site.file_ticket("Meter rusak", "Meter air berhenti berputar.", "warga@warga.example")
    site.staff_reply(ticket.number, "Petugas datang besok.")
    site.staff_reply(ticket.number, "Stok meter habis.", public=False)
    site.staff_reply(ticket.number, "Meter sudah diganti.", "resolved")
    record = connector.fetch(str(ticket.number))
    assert record.complaint.title == "Meter rusak"
    assert record.complaint.status is Status.ANSWERED
    assert record.created_at is not None
    assert abs((datetime.now(UTC) - record.created_at).total_seconds()) < 600, "moments are read in the zone they are kept in"
    assert [(each.text, each.visibility) for each in record.complaint.responses] == [
        ("Petugas datang besok.", Visibility.PUBLIC),
        ("Stok meter habis.", Visibility.INTERNAL),
        ("Meter sudah diganti.", Visibility.PUBLIC),
    ]


def test_what_the_connector_files_and_answers_is_on_the_citizens_page(site: DjangoHelpdesk, connector: DatabaseConnector) -> None:
    complaint = Complaint(
        title="Pipa induk bocor",
        description="Air terbuang ke jalan sejak semalam.",
        status=Status.RECEIVED,
        reporter=Reporter(email="pelapor@warga.example"),
        submitted_at=datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
    )
    filed = connector.create(complaint, "token", "key-1")
    assert filed.ref is not None
    answer = Response("Regu perbaikan dalam perjalanan.")
    connector.apply(filed.ref, Edit(status=Status.ANSWERED, response=answer), filed.version, "key-2")
    page = site.public_page(site.ticket(int(filed.ref)))
    assert "Pipa induk bocor [Resolved]" in page
    assert "Air terbuang ke jalan sejak semalam." in page
    assert "March 2, 2026, 9:30 a.m." in page, "shown in the site's own zone, eight hours ahead of UTC"
    assert "Tanggapan by petugas" in " ".join(page.replace("<span class='byline text-info'>", "").split())
    assert "Regu perbaikan dalam perjalanan." in page


def test_staff_go_on_with_what_the_connector_filed(site: DjangoHelpdesk, connector: DatabaseConnector) -> None:
    filed = connector.create(Complaint(title="Tagihan ganda", description="Tagihan bulan ini datang dua kali."), "token-2", "key-3")
    assert filed.ref is not None
    site.staff_reply(int(filed.ref), "Sudah kami batalkan satu.", "closed")
    record = connector.fetch(filed.ref)
    assert record.complaint.status is Status.ANSWERED
    assert [each.text for each in record.complaint.responses] == ["Sudah kami batalkan satu."]
    assert record.identity == (filed.record.identity if filed.record else ())


def test_a_change_by_staff_comes_with_the_next_changes(site: DjangoHelpdesk, connector: DatabaseConnector) -> None:
    ticket = site.file_ticket("Tekanan lemah", "Air kecil setiap sore.", "warga@warga.example")
    cursor = [page.cursor for page in connector.changes(None)][-1]
    site.set_status(ticket.number, "closed")
    changed = {record.ref: record.complaint.status for page in connector.changes(cursor) for record in page.records}
    assert changed[str(ticket.number)] is Status.ANSWERED


def test_a_stopped_site_leaves_no_process(tmp_path: Path, site: DjangoHelpdesk) -> None:
    other = DjangoHelpdesk(tmp_path / "another")
    with other:
        pid = other.pid
        assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert other.database.exists()
    assert site.pid is not None, "stopping one leaves the other alone"
