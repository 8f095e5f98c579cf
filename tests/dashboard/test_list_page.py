from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from contracts.content import Field
from contracts.vocabulary import Status
from hub.operations.leafing import ANY_OPEN, AT_THE_HUB, Wanted, leaf
from tests.dashboard.country import Country

IDS: dict[str, str] = {}


@pytest.fixture(scope="module", autouse=True)
def settled(country: Country) -> Country:
    here, there = country.connection("wanasari"), country.connection("tirtamulya")
    IDS["newest"] = country.complaint(Status.RECEIVED, days=9, origin=there, content={Field.TITLE: "Jalan berlubang"}).id
    country.complaints(60, Status.ASSIGNED, days=2, origin=here, content={Field.TITLE: "Lampu padam", Field.PLACE_CODE: "35.02"})
    country.complaints(3, Status.CLOSED, days=5, content={Field.DESCRIPTION: "Tanpa judul di aplikasi asal. " * 20})
    IDS["secret"] = country.complaint(days=400, origin=there, content={Field.TITLE: "Nama pejabat", Field.CONFIDENTIAL: True}).id
    return country


def shown(page: str) -> list[str]:
    return re.findall(r'class="what" href="/complaints/([0-9a-f-]{36})"', page)


@pytest.mark.parametrize("query", ["", "?order=oldest", "?status=open", "?status=assigned&order=oldest&province=35"])
def test_leafing_through_shows_every_complaint_once(visitor: FlaskClient, query: str) -> None:
    pages, address = [], f"/complaints{query}"
    while address:
        page = visitor.get(address).text
        pages.append(shown(page))
        following = re.search(r'<a href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    every = [key for page in pages for key in page]
    assert [len(page) for page in pages] == [50, {"": 15, "?order=oldest": 15, "?status=open": 12}.get(query, 10)]
    assert len(set(every)) == len(every)


def test_the_oldest_comes_first_where_that_is_asked_for(visitor: FlaskClient) -> None:
    assert shown(visitor.get("/complaints?status=open&order=oldest").text)[:2] == [IDS["secret"], IDS["newest"]]
    assert shown(visitor.get("/complaints").text)[0] == IDS["secret"]


@pytest.mark.parametrize(
    ("wanted", "n"),
    [
        (Wanted(), 65),
        (Wanted(status=ANY_OPEN), 62),
        (Wanted(status="closed"), 3),
        (Wanted(province="35"), 60),
        (Wanted(province=""), 5),
        (Wanted(connection="tirtamulya"), 2),
        (Wanted(connection=AT_THE_HUB), 3),
        (Wanted(status="closed", connection="wanasari"), 0),
    ],
)
def test_filters_narrow_the_list(country: Country, wanted: Wanted, n: int) -> None:
    assert len(leaf(country.hub, Wanted(wanted.status, wanted.province, wanted.connection, most=100)).lines) == n


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("status=opem", 404, "Did you mean open?"),
        ("connection=wanasary", 404, "Did you mean wanasari?"),
        ("province=jatim", 404, "Tidak ada provinsi"),
        ("after=x", 409, "Mulai lagi dari halaman pertama."),
        ("after=~'%20or%201=1", 409, "Mulai lagi dari halaman pertama."),
    ],
)
def test_a_filter_that_cannot_be_is_answered_with_what_to_do(visitor: FlaskClient, query: str, code: int, said: str) -> None:
    answer = visitor.get(f"/complaints?{query}")
    assert (answer.status_code, said in answer.text) == (code, True)


def test_a_filter_that_finds_nothing_says_so_and_stays_chosen(visitor: FlaskClient) -> None:
    page = visitor.get("/complaints?status=archived&province=00&connection=hub").text
    assert "Tidak ada laporan yang cocok." in page
    for value in ("archived", "00", "hub"):
        assert f'<option value="{value}" selected>' in page


def test_a_tracking_id_opens_its_complaint_however_it_is_typed(country: Country, visitor: FlaskClient) -> None:
    tracking = leaf(country.hub, Wanted(most=1)).lines[0].tracking_id
    for typed in (tracking, f"  {tracking.lower()} ", tracking.replace("-", ""), IDS["secret"]):
        answer = visitor.get("/complaints", query_string={"q": typed})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/complaints/{IDS['secret']}")


@pytest.mark.parametrize("typed", ["AAAA-AAAA-AAAA", "<b>", "0", "'"])
def test_a_tracking_id_that_nobody_has_is_said_beside_the_form(visitor: FlaskClient, typed: str) -> None:
    answer = visitor.get("/complaints", query_string={"q": typed})
    assert answer.status_code == 200
    assert "Tidak ada laporan dengan ID" in answer.text
    assert "<b>" not in answer.text


def test_a_list_names_what_has_no_title_and_hides_what_is_confidential(visitor: FlaskClient) -> None:
    page = visitor.get("/complaints").text
    assert "Nama pejabat" not in page
    assert "Isi laporan dirahasiakan" in page
    excerpts = re.findall(r'dir="auto">(Tanpa judul di aplikasi asal[^<]*)', page)
    assert {len(each) <= 161 and each.endswith("…") for each in excerpts} == {True}
