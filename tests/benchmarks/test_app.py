"""The benchmarks' app answers as a GeoReport city does, and gives out each change once and in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from benchmarks.apps.records import Requests
from benchmarks.apps.store import City, Refused
from benchmarks.running import LocalApp, local_app, pages_alone

RECORDS = 250


@pytest.fixture
def app(tmp_path: Path) -> Iterator[LocalApp]:
    with local_app(RECORDS, tmp_path, lazy=True) as running:
        yield running


def refs(city: City, after: str | None = None) -> list[str]:
    return [each["service_request_id"] for number in city._numbers if (each := city.request(number))["updated_datetime"] >= (after or "")]


def test_a_request_is_the_same_however_often_it_is_made() -> None:
    assert [Requests().make(number) for number in range(50)] == [Requests().make(number) for number in range(50)]


def test_an_edit_moves_a_request_to_the_end_and_loses_none() -> None:
    city = City(20)
    city.edit([3, 7], "closed", "Selesai {}.", None)
    assert refs(city)[-2:] == ["4", "8"]
    assert sorted(refs(city), key=int) == [str(number) for number in range(1, 21)]
    assert refs(city, city.request(3)["updated_datetime"]) == ["4", "8"]


def test_an_update_that_is_sent_twice_is_written_once() -> None:
    city = City(5)
    form = {"update_id": "k1", "service_request_id": "2", "status": "closed", "description": "Sudah."}
    assert city.update(1, form) == city.update(1, form)
    assert [each["description"] for each in city.written("2")] == ["Sudah."]
    assert city.request(1)["status"] == "closed"


def test_a_status_that_the_city_does_not_know_changes_nothing() -> None:
    city = City(5)
    with pytest.raises(Refused):
        city.update(1, {"status": "lost", "description": "Hilang."})
    assert city.written(None) == [] and city.changed()["requests"] == {}


def test_the_pages_over_http_hold_every_request_once(app: LocalApp) -> None:
    _, records, size = pages_alone(app)
    assert records == RECORDS and 700 < size / records < 900
    assert app.counts() == {"GET": 4, "POST": 0, "records": RECORDS}


def test_what_is_written_over_http_is_read_again(app: LocalApp) -> None:
    form = {"service_request_id": "9", "update_id": "k", "status": "in_progress", "description": "Sedang dikerjakan."}
    assert requests.post(f"{app.url}/servicerequestupdates.json", data=form, timeout=10).json()[0]["update_id"] == "1"
    assert requests.get(f"{app.url}/requests/9.json", timeout=10).json()[0]["status"] == "in_progress"
    found = requests.get(f"{app.url}/servicerequestupdates.json", params={"service_request_id": "8,9"}, timeout=10).json()
    assert [each["description"] for each in found] == ["Sedang dikerjakan."]
    assert requests.get(f"{app.url}/requests/251.json", timeout=10).status_code == 404
