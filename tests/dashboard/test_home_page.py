from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from contracts.content import Field
from contracts.vocabulary import Status
from hub import dashboard
from hub.api.app import create_app
from hub.dashboard.provinces import PROVINCES, province_of
from tests.dashboard.country import NOW, Country

ERROR = "The app <refused> the password of user simpul."


@pytest.fixture(scope="module", autouse=True)
def settled(country: Country) -> Country:
    country.agency("35.02", "Kabupaten Wanasari")
    well = country.connection("wanasari", "35.02")
    country.connection("tirtamulya", "12.04", pulled_at=NOW - timedelta(hours=7))
    country.connection("batujaya", "62.07", pull_paused=ERROR, pull_error=ERROR)
    country.connection("sukamaju", "53.05", push_paused="rina: pemeliharaan server", pull_paused="rina: pemeliharaan server")
    country.connection("baru", "14.01", phase="initialising")
    country.complaints(1_199, Status.CLOSED, days=40, origin=well, content={Field.PLACE_CODE: "35.02"})
    country.complaint(Status.ASSIGNED, days=40, origin=well, content={Field.PLACE_CODE: "35.02"})
    country.complaint(days=3, content={Field.PLACE_CODE: "99.01"})
    country.complaint(days=1)
    return country


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def row(page: str, name: str) -> str:
    rows = re.findall(r'<tr role="row">(.*?)</tr>', page, flags=re.DOTALL)
    return text(next(each for each in rows if f"<bdi>{name}</bdi>" in each))


def test_nobody_sees_it_without_a_login(country: Country) -> None:
    client = create_app(country.hub).test_client()
    for address in ("/", "/complaints", "/complaints/x"):
        answer = client.get(address)
        assert (answer.status_code, "/login" in answer.headers["Location"]) == (303, True)
        assert "wanasari" not in answer.text


def test_the_sums_of_the_country_stand_on_top(visitor: FlaskClient) -> None:
    page = text(visitor.get("/").text)
    assert "Masuk hari ini 0 0 dalam 30 hari".replace("0 dalam", "2 dalam") in page
    assert "Masuk 7 hari 2 1.202 seluruhnya" in page
    assert "Terbuka 3 menunggu" in page
    assert "Selesai 1.199 0 diarsipkan" in page
    assert "Paling lama menunggu 40 hari sejak 29 Jan 2026" in page
    assert "1,202 in all" in text(visitor.get("/?lang=en").text)
    assert visitor.get("/?lang=id").status_code == 200


def test_every_province_has_its_tile_and_every_place_of_a_complaint_is_somewhere(visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    for code, province in PROVINCES.items():
        assert f'href="/?province={code}" title="{province.name}"' in page
    assert "Kode 99, tidak dikenal" in page
    assert "Tempat tidak diketahui" in page


def test_each_connection_says_how_it_is_and_why(visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    assert "Diam Tidak terbaca selama 7 jam; seharusnya setiap 1 menit. Terakhir baik: 9 Mar 2026 22.00 WIB" in row(page, "tirtamulya")
    failing = row(page, "batujaya")
    assert "Gagal Berhenti sampai seseorang memperbaikinya. The app &lt;refused&gt; the password of user simpul." in failing
    assert "Dijeda Pembacaan dan penulisan dihentikan seseorang. rina: pemeliharaan server" in row(page, "sukamaju")
    assert "Persiapan Belum disetujui: dibaca, tetapi belum ditulisi." in row(page, "baru")
    assert row(page, "wanasari").startswith(
        "Kabupaten Wanasari wanasari · memory · 35.02 Berjalan 10 Mar 2026 04.59 WIB 0 1.200 1 0 1.199 40 hari"
    )
    assert "Diisi langsung di hub" in page


def test_the_first_rows_are_those_that_need_somebody(visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    places = [page.index(f"<bdi>{name}</bdi>") for name in ("batujaya", "tirtamulya", "sukamaju", "baru", "wanasari")]
    assert places == sorted(places)


def test_a_chosen_province_narrows_everything_but_the_map(visitor: FlaskClient) -> None:
    page = visitor.get("/?province=35").text
    assert "<h1>Jawa Timur</h1>" in page
    assert "<bdi>wanasari</bdi>" in page
    assert "<bdi>batujaya</bdi>" not in page
    assert 'href="/?province=62" title="Kalimantan Tengah"' in page
    assert 'href="/complaints?status=open&amp;order=oldest&amp;province=35"' in page
    assert "Diisi langsung di hub" in visitor.get("/?province=00").text


@pytest.mark.parametrize("code", ["77", "x", "%3Cscript%3E", "3"])
def test_a_province_that_does_not_exist_is_said_to_be_none(visitor: FlaskClient, code: str) -> None:
    answer = visitor.get(f"/?province={code}")
    assert answer.status_code == 404
    assert "Tidak ada provinsi dengan kode" in answer.text
    assert "<script" not in answer.text


def test_nothing_is_styled_or_scripted_in_place_or_fetched_from_elsewhere(visitor: FlaskClient) -> None:
    folder = Path(dashboard.__file__).parent
    for path in (*folder.glob("templates/*.html"), *folder.glob("static/*.css")):
        assert not re.search(
            r"<script|<style|\bstyle=|\bon\w+=|https?:|//\w|@import|url\((?!\{)", path.read_text().replace("url_for(", "")
        ), path.name
    answer = visitor.get("/")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_38_provinces_have_a_tile_of_their_own_each() -> None:
    assert len(PROVINCES) == 38
    assert len({(each.column, each.row) for each in PROVINCES.values()}) == 38
    assert len({each.name for each in PROVINCES.values()}) == 38
    assert all(1 <= each.column <= 14 and 1 <= each.row <= 6 for each in PROVINCES.values())


@pytest.mark.parametrize(
    ("code", "province"),
    [("35", "35"), ("35.02.17.1005", "35"), ("99.01", None), ("3502", None), ("pusat", None), ("", None), (None, None)],
)
def test_a_province_is_read_from_a_dotted_code_only(code: str | None, province: str | None) -> None:
    assert province_of(code) == province
