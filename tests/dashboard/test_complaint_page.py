from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from contracts.content import Field
from contracts.events import Kind
from contracts.vocabulary import Status
from hub.store.rows import LinkRow
from hub.words import LinkState
from tests.dashboard.country import NOW, Country

SCRIPT = "<script>alert('x')</script>"
ANSWERED = datetime(2026, 3, 8, 20, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def origin(country: Country) -> int:
    country.agency("35.02", "Kabupaten Wanasari")
    return country.connection("wanasari", "35.02")


def entries(page: str) -> list[str]:
    """Return each line of the timeline as plain text, the newest first."""
    story = page[page.index('<ol class="story"') :]
    found = re.findall(r"<li class=.*?</li>", story, flags=re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", each).split()) for each in found]


def test_each_line_says_what_who_through_what_by_which_rule_and_both_times(country: Country, visitor: FlaskClient, origin: int) -> None:
    row = country.complaint(Status.ANSWERED, days=1, origin=origin, content={Field.TITLE: "Lampu padam"})
    said = {"response": "r", "text": "Sudah diperbaiki.", "visibility": "public"}
    holder = {"agency": "35.02", "unit": "Dinas PU"}
    country.entry(row, Kind.ASSIGNED, "person", actor="koordinator", field="holder", old={"agency": "pusat", "unit": None}, new=holder)
    country.entry(row, Kind.RESPONDED, "written_there", connection_id=origin, happened_at=ANSWERED, new=said)
    country.entry(row, Kind.STATUS, "only_local_changed", connection_id=origin, field="status", old="assigned", new="answered")
    country.entry(row, Kind.DELIVERED, "acknowledged", connection_id=origin, new={"fields": ["status"], "response": True})
    country.entry(row, Kind.CONFLICT, "a_rule_of_tomorrow", connection_id=origin, field="status", old="answered", new="received")
    conflict, delivered, status, answer, assigned, filed = entries(visitor.get(f"/complaints/{row.id}").text)
    learned = "Diketahui hub 10 Mar 2026 05.00 WIB"
    assert conflict == (
        "Konflik Status Nilai hub Ditindaklanjuti Nilai aplikasi Diterima "
        f"Sumber: Hub · koneksi wanasari · a_rule_of_tomorrow Terjadi tidak disebut {learned}"
    )
    assert delivered.startswith("Terkirim Isi Status Isi Tanggapan Sumber: Hub · koneksi wanasari · aplikasi menerima perubahan")
    assert status.startswith("Status berubah Dari Terdisposisi Menjadi Ditindaklanjuti Sumber: Kabupaten Wanasari · koneksi wanasari")
    assert answer == (
        "Tanggapan Sudah diperbaiki. Sumber: Kabupaten Wanasari · koneksi wanasari · ditulis di aplikasi "
        f"Terjadi 9 Mar 2026 03.30 WIB {learned}"
    )
    assert "Dari pusat Menjadi Kabupaten Wanasari (35.02) / Dinas PU Sumber: koordinator · langsung di hub · keputusan orang" in assigned
    assert filed.startswith(
        "Laporan masuk Berisi Status, Dilaporkan, Judul Sumber: Kabupaten Wanasari · koneksi wanasari · pertama kali dibaca"
    )
    english = entries(visitor.get(f"/complaints/{row.id}?lang=en").text)
    assert english[0].startswith("Conflict Status The hub's value Answered The app's value Received".replace("'", "&#39;"))
    visitor.get("/?lang=id")


def test_it_shows_which_apps_have_it_and_in_which_state(country: Country, visitor: FlaskClient, origin: int) -> None:
    row = country.complaint(origin=origin)
    with country.hub.store.unit() as unit:
        unit.complaint(row.id)
        linked: dict[str, Any] = {
            "state": LinkState.LINKED,
            "ref": "77/<b>",
            "raw": {"status": "sedang <i>dikaji</i>"},
            "error": "The app is slow.",
        }
        unit.add(LinkRow("link-1", origin, row.id, NOW, NOW, **linked))
    page = visitor.get(f"/complaints/{row.tracking_id}").text
    places = page[page.index('class="places"') : page.index('id="story"')]
    said = " ".join(re.sub(r"<[^>]*>", " ", places).split())
    assert "Kabupaten Wanasari wanasari Tertaut, nomor 77/&lt;b&gt; , status asli sedang &lt;i&gt;dikaji&lt;/i&gt; The app is slow." in said


def test_a_confidential_complaint_shows_its_course_and_none_of_its_words(country: Country, visitor: FlaskClient, origin: int) -> None:
    secret = "kata yang tidak boleh tampil"
    words = (Field.TITLE, Field.DESCRIPTION, Field.ADDRESS, Field.REASON)
    row = country.complaint(Status.ANSWERED, origin=origin, content={**dict.fromkeys(words, secret), Field.CONFIDENTIAL: True})
    for name in words:
        country.entry(row, Kind.CHANGED, "only_local_changed", connection_id=origin, field=name.value, old=secret, new=secret)
    said = {"response": "r", "text": secret, "visibility": "public"}
    for kind in (Kind.RESPONDED, Kind.AMENDED, Kind.WITHDRAWN):
        country.entry(row, kind, "written_there", connection_id=origin, old=said, new=said)
    country.entry(row, Kind.PROPOSAL, "not_its_response", connection_id=origin, field="response", old=secret, new=secret)
    country.entry(row, Kind.STATUS, "person", actor="koordinator", field="status", old="assigned", new="answered")
    page = visitor.get(f"/complaints/{row.id}").text
    assert secret not in page
    assert "Dirahasiakan" in page
    assert "Dari Terdisposisi Menjadi Ditindaklanjuti" in entries(page)[0]


def test_the_reporter_is_on_no_page(country: Country, visitor: FlaskClient, origin: int) -> None:
    row = country.complaint(origin=origin)
    with country.hub.store.unit() as unit:
        sealed = unit.complaint(row.id)
        sealed.sealed, sealed.digests = b"sealed", {"reporter_name": "digest-of-name"}
    country.entry(row, Kind.CHANGED, "only_local_changed", connection_id=origin, field="reporter_name", old="digest-1", new="digest-2")
    page = visitor.get(f"/complaints/{row.id}").text
    assert "digest" not in page
    assert entries(page)[0].startswith("Isi berubah Nama pelapor Dari ••• Menjadi •••")
    assert "tersimpan tersegel" in page


@pytest.mark.parametrize("title", [SCRIPT, "", "   ", "\u202e\u2067terbalik", "x" * 10_000, "نص عربي", '"><img src=x onerror=alert(1)>'])
def test_hostile_words_are_words(country: Country, visitor: FlaskClient, origin: int, title: str) -> None:
    content = {Field.TITLE: title, Field.DESCRIPTION: SCRIPT + "y" * 5_000, Field.ADDRESS: "{{ 7 * 7 }}{% raw %}"}
    row = country.complaint(origin=origin, content=content)
    country.entry(row, Kind.CHANGED, SCRIPT, actor=SCRIPT, connection_id=origin, field="title", old=title, new=SCRIPT)
    pages = visitor.get(f"/complaints/{row.id}").text + visitor.get("/complaints").text
    assert not re.search(r"<script|<img|<b>x", pages)
    assert "{{ 7 * 7 }}" in pages
    heading = re.search(r'<h1 class="foreign" dir="auto">([^<]+)</h1>', pages)
    assert heading is not None and 0 < len(heading[1]) <= 400


@pytest.mark.parametrize(
    ("field", "value", "there"),
    [
        ("status", "no_such_status", "no_such_status"),
        ("holder", "not a mapping", "not a mapping"),
        ("holder", {"unit": "x"}, "&#34;unit&#34;:&#34;x&#34;"),
        ("submitted_at", "yesterday", "yesterday"),
        ("latitude", -7.25, "-7.25"),
        ("anonymous", True, "Menjadi Ya"),
        ("tags", ["a", "b"], "a, b"),
        ("a_field_of_tomorrow", None, "a_field_of_tomorrow"),
        ("place_code", "35.02", "Jawa Timur (35.02)"),
        ("place_code", "99", "Menjadi 99"),
    ],
)
def test_a_value_that_makes_no_sense_is_shown_as_it_is(
    country: Country, visitor: FlaskClient, origin: int, field: str, value: Any, there: str
) -> None:
    row = country.complaint(origin=origin)
    country.entry(row, Kind.CHANGED, "only_local_changed", connection_id=origin, field=field, old=None, new=value)
    assert there in entries(visitor.get(f"/complaints/{row.id}").text)[0]


def test_a_complaint_that_nobody_knows_is_not_found(visitor: FlaskClient) -> None:
    assert visitor.get("/complaints/01a00000-0000-7000-8000-000000000000").status_code == 404
    assert visitor.get("/complaints/%3Cscript%3E").status_code == 404
