"""The Open311 city as another system meets it: GeoReport v2 over HTTP, JSON and XML saying the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from hub.demo.processes import LocalApp


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApp]:
    """The city, running with its examples, shared by this module."""
    with LocalApp("sekarwangi", tmp_path_factory.mktemp("sekarwangi")) as running:
        yield running


@pytest.fixture(scope="module")
def key(app: LocalApp) -> str:
    """The key of whoever may write."""
    return str(app.rows("SELECT api_key FROM callers")[0]["api_key"])


def _get(app: LocalApp, path: str, **asked: str) -> requests.Response:
    return requests.get(f"{app.url}/open311/v2/{path}", params=asked, timeout=30)


def _post(app: LocalApp, path: str, **given: str) -> requests.Response:
    return requests.post(f"{app.url}/open311/v2/{path}", data=given, timeout=30)


def _filed(app: LocalApp, key: str, **given: str) -> str:
    asked = {"api_key": key, "service_code": "001", "description": "Lubang.", "address_string": "Jalan Rekaan", **given}
    return str(_post(app, "requests.json", **asked).json()[0]["service_request_id"])


def _flat(element: ElementTree.Element) -> dict[str, str]:
    return {each.tag: each.text or "" for each in element}


@pytest.mark.parametrize(
    ("path", "asked"),
    [("services", {}), ("requests", {"page_size": "50"}), ("requests/0000417", {}), ("servicerequestupdates", {})],
)
def test_json_and_xml_say_the_same(app: LocalApp, path: str, asked: dict[str, str]) -> None:
    listed = _get(app, f"{path}.json", **asked).json()
    answer = _get(app, f"{path}.xml", **asked)
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    told = [_flat(each) for each in ElementTree.fromstring(answer.content)]
    assert len(listed) == len(told) > 0
    for one, other in zip(listed, told, strict=True):
        assert {name: _plain(value) for name, value in one.items()} == other


def _plain(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_ids_and_codes_keep_their_zeros(app: LocalApp) -> None:
    [found] = _get(app, "requests/0000417.json").json()
    assert (found["service_request_id"], found["service_code"]) == ("0000417", "012")


def test_the_pages_of_a_listing_hold_every_request_once(app: LocalApp) -> None:
    pages = [
        _get(app, "requests.json", page_size="4", page=str(page), updated_after="2000-01-01T00:00:00Z").json() for page in (1, 2, 3, 4, 5)
    ]
    found = [each["service_request_id"] for page in pages for each in page]
    assert len(pages[0]) == 4
    assert sorted(found) == sorted(each["service_request_id"] for each in app.rows("SELECT service_request_id FROM requests"))


def test_what_changed_since_a_moment_is_given_oldest_change_first_in_any_zone(app: LocalApp, key: str) -> None:
    number = _filed(app, key)
    [filed] = _get(app, f"requests/{number}.json").json()
    since = filed["updated_datetime"]
    assert since.endswith("+07:00")
    found = _get(app, "requests.json", updated_after=since).json()
    assert number in [each["service_request_id"] for each in found]
    everything = [
        each["updated_datetime"] or each["requested_datetime"]
        for each in _get(app, "requests.json", updated_after="2000-01-01T00:00:00Z").json()
    ]
    assert everything == sorted(everything)
    assert _get(app, "requests.json", updated_after="2999-01-01T00:00:00Z").json() == []


def test_requests_are_chosen_by_status_service_number_and_date(app: LocalApp) -> None:
    chosen = _get(app, "requests.json", status="fixed,no_further_action").json()
    assert {each["status"] for each in chosen} == {"fixed", "no_further_action"}
    assert {each["service_code"] for each in _get(app, "requests.json", service_code="002").json()} == {"002"}
    numbers = _get(app, "requests.json", service_request_id="2003,0000417").json()
    assert [each["service_request_id"] for each in numbers] == ["2003", "0000417"]
    until = numbers[1]["requested_datetime"]
    assert [each["service_request_id"] for each in _get(app, "requests.json", end_date=until).json()] == ["0000417"]


def test_an_update_sets_status_and_text_at_once_and_the_page_shows_both(app: LocalApp, key: str) -> None:
    number = _filed(app, key)
    update = {"api_key": key, "service_request_id": number, "status": "IN_PROGRESS", "description": "Regu berangkat."}
    made = _post(app, "servicerequestupdates.json", **update).json()[0]["update_id"]
    [told] = _get(app, "servicerequestupdates.json", service_request_id=number).json()
    assert (told["update_id"], told["status"], told["description"]) == (made, "in_progress", "Regu berangkat.")
    assert _get(app, f"requests/{number}.json").json()[0]["status"] == "in_progress"
    assert "Regu berangkat." in app.page(f"/laporan/{number}")


def test_a_repeated_update_is_written_once(app: LocalApp, key: str) -> None:
    number = _filed(app, key)
    update = {"api_key": key, "service_request_id": number, "description": "Sekali saja.", "update_id": f"luar-{number}"}
    first, second = (_post(app, "servicerequestupdates.json", **update).json() for _ in range(2))
    assert first == second
    assert len(app.rows("SELECT 1 FROM updates WHERE service_request_id = ?", [number])) == 1


def test_a_token_leads_to_the_number(app: LocalApp, key: str) -> None:
    number = _filed(app, key)
    token = app.rows("SELECT token FROM requests WHERE service_request_id = ?", [number])[0]["token"]
    assert _get(app, f"tokens/{token}.json").json() == [{"service_request_id": number, "token": token}]
    assert _get(app, "tokens/none.json").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"api_key": "guess"}, 403),
        ({"service_code": "nope"}, 404),
        ({"description": " "}, 400),
        ({"address_string": ""}, 400),
        ({"address_string": "", "lat": "x", "long": "y"}, 400),
        ({"jurisdiction_id": "elsewhere.example"}, 404),
    ],
)
def test_a_request_that_is_not_in_order_is_refused_in_words_and_not_written(
    app: LocalApp, key: str, wrong: dict[str, str], code: int
) -> None:
    before = len(app.rows("SELECT 1 FROM requests"))
    given = {"api_key": key, "service_code": "001", "description": "Lubang.", "address_string": "Jalan Rekaan", **wrong}
    answer = _post(app, "requests.json", **given)
    assert (answer.status_code, answer.json()[0]["code"]) == (code, code)
    assert answer.json()[0]["description"]
    assert len(app.rows("SELECT 1 FROM requests")) == before


@pytest.mark.parametrize("wrong", [{"status": "beres"}, {"status": ""}, {"service_request_id": "9"}, {"api_key": ""}])
def test_an_update_that_is_not_in_order_changes_nothing(app: LocalApp, key: str, wrong: dict[str, str]) -> None:
    before = app.rows("SELECT * FROM requests WHERE service_request_id = '2008'"), len(app.rows("SELECT 1 FROM updates"))
    answer = _post(app, "servicerequestupdates.xml", **{"api_key": key, "service_request_id": "2008", "status": "fixed", **wrong})
    assert answer.status_code in (400, 403, 404)
    assert ElementTree.fromstring(answer.content).tag == "errors"
    assert (app.rows("SELECT * FROM requests WHERE service_request_id = '2008'"), len(app.rows("SELECT 1 FROM updates"))) == before


@pytest.mark.parametrize("asked", [{"page": "0"}, {"page_size": "x"}, {"start_date": "kemarin"}, {"start_date": "2026-01-01T00:00:00"}])
def test_a_question_that_cannot_be_read_is_refused_in_words(app: LocalApp, asked: dict[str, str]) -> None:
    answer = _get(app, "requests.json", **asked)
    assert answer.status_code == 400
    assert next(iter(asked)) in answer.json()[0]["description"]


def test_the_interface_names_nobody(app: LocalApp, key: str) -> None:
    _filed(app, key, first_name="Uji Rekaan", email="uji@warga.example", phone="081200000099")
    told = _get(app, "requests.json").text + _get(app, "requests.xml").text
    assert not any(word in told for word in ("Uji Rekaan", "uji@warga.example", "081200000099", "Larasati"))
