"""The demo's apps as citizens and staff meet them: in processes of their own, through their pages."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from contracts.errors import Reject
from hub.demo.processes import LocalApp

NIK = "0034000101900099"
HOSTILE = "<script>alert('x')</script> & {{ 7 * 6 }} \"'></textarea>"

# How the tables of each app call a complaint, its number, its status and its replies.
COMPLAINT = {
    "wonosari": "SELECT id_pengaduan AS number, isi_laporan AS text, status FROM pengaduan",
    "laporkota": "SELECT id AS number, isi AS text, status FROM reports",
    "sekarwangi": "SELECT service_request_id AS number, description AS text, status FROM requests",
}
REPLIES = {
    "wonosari": "SELECT tanggapan AS text FROM tanggapan WHERE id_pengaduan = ?",
    "laporkota": "SELECT body AS text FROM comments WHERE report_id = ?",
    "sekarwangi": "SELECT description AS text FROM updates WHERE service_request_id = ? AND description <> ''",
}
# What each form insists on, beside the text.
NEEDED = {
    "wonosari": {"name": "Uji Rekaan", "identity": NIK},
    "laporkota": {"name": "Uji Rekaan", "identity": NIK, "title": "Judul laporan"},
    "sekarwangi": {"name": "Uji Rekaan", "service": "001", "address": "Jalan Rekaan 1"},
}
DONE = {"wonosari": "selesai", "laporkota": "selesai", "sekarwangi": "fixed"}
DONE_ON_PAGE = {"wonosari": "Selesai", "laporkota": "Selesai", "sekarwangi": "Sudah ditangani"}


@pytest.fixture(scope="module", params=["wonosari", "laporkota", "sekarwangi"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApp]:
    """Each app, running with its examples, shared by this module."""
    with LocalApp(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApp]:
    """LaporKota alone, for what only it has."""
    with LocalApp("laporkota", tmp_path_factory.mktemp("city")) as running:
        yield running


def file(app: LocalApp, text: str, **fields: str) -> str:
    """File a complaint with what the form insists on."""
    return app.file_by_form(text, **{**NEEDED[app.name], **fields})


def row(app: LocalApp, number: str) -> dict[str, Any]:
    return next(each for each in app.rows(COMPLAINT[app.name]) if str(each["number"]) == number)


def test_a_complaint_filed_with_the_form_is_on_the_list_and_in_the_table(app: LocalApp) -> None:
    number = file(app, "Jembatan bambu di tepi sawah patah.")
    assert f"/laporan/{number}" in app.page("/")
    assert "Jembatan bambu" in app.page(f"/laporan/{number}")
    assert row(app, number)["text"] == "Jembatan bambu di tepi sawah patah."


def test_staff_answer_and_close_and_the_public_page_shows_it(app: LocalApp) -> None:
    number = file(app, "Got mampet di depan balai.")
    app.answer_by_form(number, "Sudah dibersihkan pagi ini.")
    app.set_status_by_form(number, DONE[app.name])
    assert row(app, number)["status"] == DONE[app.name]
    assert app.rows(REPLIES[app.name], [number]) == [{"text": "Sudah dibersihkan pagi ini."}]
    page = app.page(f"/laporan/{number}")
    assert "Sudah dibersihkan pagi ini." in page
    assert DONE_ON_PAGE[app.name] in page


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] * (tag == "script") + [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize("path", ["/", "/petugas", "/laporan/{}", "/petugas/laporan/{}"])
def test_hostile_input_is_only_ever_text(app: LocalApp, path: str) -> None:
    number = file(app, HOSTILE, name=HOSTILE)
    app.answer_by_form(number, HOSTILE)
    page = app.page(path.format(number))
    scripts = _Scripts()
    scripts.feed(page)
    assert scripts.found == []
    assert "{{ 7 * 6 }}" in page or path in ("/", "/petugas")


def test_a_refused_form_keeps_what_was_typed_without_running_it(app: LocalApp) -> None:
    with pytest.raises(Reject, match="422"):
        file(app, HOSTILE, **({"address": ""} if app.name == "sekarwangi" else {"identity": "1234"}))


# How each form can be filled in wrongly.
WRONG: dict[str, list[dict[str, str]]] = {
    "wonosari": [{"name": ""}, {"identity": "12345"}, {"identity": "٠٠٣٤٠٠٠١٠١٩٠٠٠٩٩"}],
    "laporkota": [{"name": ""}, {"identity": "12345"}, {"identity": "٠٠٣٤٠٠٠١٠١٩٠٠٠٩٩"}],
    "sekarwangi": [{"name": ""}, {"address": ""}, {"service": "999"}],
}


def test_a_form_filled_in_wrongly_files_nothing(app: LocalApp) -> None:
    before = len(app.rows(COMPLAINT[app.name]))
    for fields in WRONG[app.name]:
        with pytest.raises(Reject):
            file(app, "Tidak boleh masuk.", **fields)
    assert len(app.rows(COMPLAINT[app.name])) == before


def test_a_status_the_app_does_not_know_is_refused(app: LocalApp) -> None:
    number = file(app, "Status aneh.")
    with pytest.raises(Reject):
        app.set_status_by_form(number, "beres deh")


@pytest.mark.parametrize("path", ["/laporan/99999", "/petugas/laporan/99999", "/laporan/x"])
def test_a_page_that_is_not_there_says_so(app: LocalApp, path: str) -> None:
    with pytest.raises(Reject, match="404"):
        app.page(path)


def test_every_example_has_a_page_however_dirty_its_row_is(app: LocalApp) -> None:
    numbers = [each["number"] for each in app.rows(COMPLAINT[app.name])]
    for number in numbers:
        app.page(f"/laporan/{number}")
        app.page(f"/petugas/laporan/{number}")


def test_the_public_never_sees_an_identity_number_or_a_phone(app: LocalApp) -> None:
    number = file(app, "Jaga data saya.", phone="081200000099")
    for path in ("/", f"/laporan/{number}"):
        page = app.page(path)
        assert NIK not in page
        assert "081200000099" not in page


def test_the_staff_page_says_that_it_has_no_login_on_purpose(app: LocalApp) -> None:
    assert "sengaja tanpa kata sandi" in app.page("/petugas")


def test_pages_ask_nothing_of_other_servers(app: LocalApp) -> None:
    for path in ("/", "/lapor", "/petugas", "/static/style.css"):
        assert "//" not in app.page(path).replace(app.url, "")


def test_rows_cannot_write(app: LocalApp) -> None:
    with pytest.raises(Exception, match="readonly"):
        app.rows("DELETE FROM " + {"wonosari": "pengaduan", "laporkota": "reports", "sekarwangi": "requests"}[app.name])


def test_an_anonymous_reporter_is_not_named(city: LocalApp) -> None:
    number = file(city, "Saya takut disebut.", name="Rahasia Rekaan", anonymous="1")
    assert "Rahasia Rekaan" not in city.page(f"/laporan/{number}")
    assert "pelapor anonim" in city.page(f"/laporan/{number}")


def test_a_confidential_complaint_hides_its_content_from_the_public_only(city: LocalApp) -> None:
    number = file(city, "Isi yang rahasia.", title="Judul rahasia", confidential="1")
    assert "Judul rahasia" not in city.page("/")
    assert "Isi yang rahasia." not in city.page(f"/laporan/{number}")
    assert "Isi yang rahasia." in city.page(f"/petugas/laporan/{number}")


def test_an_internal_note_is_for_staff_only(city: LocalApp) -> None:
    number = file(city, "Ada catatan.")
    city.answer_by_form(number, "Hanya untuk kita.", author="Dinas Rekaan", internal="1")
    assert "Hanya untuk kita." not in city.page(f"/laporan/{number}")
    assert "Hanya untuk kita." in city.page(f"/petugas/laporan/{number}")


def test_a_typed_national_number_stays_when_only_the_status_changes(city: LocalApp) -> None:
    number = file(city, "Sudah ada di pusat.")
    city.set_status_by_form(number, "diverifikasi", lapor_number="8812345")
    city.set_status_by_form(number, "diproses")
    assert city.rows("SELECT nomor_lapor, status FROM reports WHERE id = ?", [number]) == [{"nomor_lapor": "8812345", "status": "diproses"}]


def test_a_comment_touches_the_modification_time_of_its_report(city: LocalApp) -> None:
    before = city.rows("SELECT updated_at FROM reports WHERE id = 3")[0]["updated_at"]
    city.answer_by_form("3", "Tambahan keterangan.")
    assert city.rows("SELECT updated_at FROM reports WHERE id = 3")[0]["updated_at"] > before
