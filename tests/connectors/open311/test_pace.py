"""What reading costs: how many requests are sent, what is asked for at once, and what is remembered."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.open311.connector import Open311Connector
from contracts.complaint import Response
from contracts.connector import Edit, Page
from contracts.errors import NotDone
from contracts.vocabulary import Status
from tests.apps.open311_city.city import City, Habits
from tests.apps.open311_city.server import Handler, serving
from tests.connectors.open311.city_world import connector

POLLED: dict[str, Any] = {"feed": "updated", "paging": True, "page_size": 10, "updates": {"by_request": True}}
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
EDIT = Edit(status=Status.ANSWERED, response=Response("Sudah."))


def a_city(requests: int, **habits: Any) -> City:
    city = City(Habits(updated_after=True, paging=True, **habits))
    for number in range(requests):
        city.file(f"Laporan {number}")
    return city


def kinds(city: City) -> list[str]:
    """What the city was asked for: pages of requests, updates, single requests; P is a write."""
    names = {"requests": "pages", "servicerequestupdates": "updates"}
    found = []
    for line in city.asked:
        method, path = line.split()
        name = urlsplit(path).path.removeprefix("/open311/v2/").rpartition(".")[0]
        found.append(("P " if method == "POST" else "") + names.get(name, "one"))
    return found


def refs(pages: list[Page]) -> list[str]:
    return [record.ref for page in pages for record in page.records]


def fetchers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name.startswith("ThreadPoolExecutor")]


def test_a_page_costs_one_request_more_for_all_its_updates() -> None:
    city = a_city(33)
    with serving(city) as server:
        assert len(set(refs(list(connector(server, **POLLED).changes(None))))) == 33
    assert kinds(city).count("updates") == kinds(city).count("pages") == 4


def test_a_poll_without_news_is_one_small_page_and_its_updates() -> None:
    city = a_city(33)
    with serving(city) as server:
        made = connector(server, **POLLED)
        cursor = list(made.changes(None))[-1].cursor
        city.asked.clear()
        pages = list(made.changes(cursor))
    assert kinds(city) == ["pages", "updates"] and len(refs(pages)) == 1
    assert pages[-1].cursor == cursor


def test_the_next_page_is_asked_for_while_updates_are_awaited() -> None:
    city = a_city(35)
    with serving(city) as server:
        ahead = [threading.Event() for _ in range(6)]
        missed = []

        def fault(request: Handler) -> bool:
            if "servicerequestupdates" not in request.path:
                ahead[kinds(city).count("pages")].set()
            elif (turn := kinds(city).count("updates")) < 4 and not ahead[turn + 1].wait(10):
                missed.append(turn)
            return False

        server.fault = fault
        pages = list(connector(server, **POLLED).changes(None))
    assert missed == [] and len(set(refs(pages))) == 35
    assert fetchers() == []


@pytest.mark.parametrize("failing", ["requests.json", "servicerequestupdates"])
def test_what_was_yielded_before_a_failure_stays_and_no_thread_does(failing: str) -> None:
    city = a_city(35)
    with serving(city) as server:
        sound = list(connector(server, **POLLED).changes(None))
        city.asked.clear()
        server.fault = lambda request: failing in request.path and _count(city, failing) == 3 and _refuse(request)
        read: list[Page] = []
        with pytest.raises(NotDone):
            for page in connector(server, **POLLED).changes(None):
                read.append(page)
    assert read == sound[:2]
    assert fetchers() == []


def test_whoever_stops_in_the_middle_leaves_nothing_behind() -> None:
    city = a_city(95)
    with serving(city) as server:
        feed: Iterator[Page] = connector(server, **POLLED).changes(None)
        next(feed)
        next(feed)
        feed.close()  # type: ignore[attr-defined]
        asked = len(city.asked)
        assert fetchers() == [] and kinds(city).count("pages") <= 3
        assert len(city.asked) == asked


def test_no_address_grows_longer_than_servers_take() -> None:
    city = a_city(0)
    for number in range(120):
        city.file("Jalan rusak")
        ref, row = city.requests.popitem()
        city.requests[f"{'kota/ñ ' * 9}{number:04d}"] = {**row, "service_request_id": f"{'kota/ñ ' * 9}{number:04d}"}
    with serving(city) as server:
        pages = list(connector(server, **{**POLLED, "page_size": 500}).changes(None))
    assert len(refs(pages)) == 120
    lengths = [len(line) for line in city.asked if "service_request_id" in line]
    assert max(lengths) < 6_000 and 2 <= len(lengths) <= 5
    told = [
        each for line in city.asked for given in parse_qs(urlsplit(line).query).get("service_request_id", []) for each in given.split(",")
    ]
    assert sorted(told) == sorted(city.requests)


def test_an_edit_on_what_was_just_read_costs_the_write_alone() -> None:
    city = a_city(2)
    with serving(city) as server:
        made = connector(server, **POLLED)
        made.fetch("000001")
        made.apply("000001", EDIT, None, "kunci")
        made.fetch("000001")
        assert kinds(city) == ["one", "updates", "P updates", "one", "updates"]


def test_an_edit_reads_what_was_not_just_read() -> None:
    city = a_city(2)
    with serving(city) as server:
        made = connector(server, **POLLED)
        made.fetch("000002")
        made.apply("000001", EDIT, None, "kunci")
        made.apply("000001", EDIT, None, "kunci lain")
        assert kinds(city) == ["one", "updates", "one", "P updates", "one", "P updates"]
        made.fetch("000001")
        made.apply("000001", EDIT, None, "kunci ketiga")
        made.apply("000001", EDIT, None, "kunci keempat")
        assert kinds(city)[6:] == ["one", "updates", "P updates", "one", "P updates"]


def test_an_edit_long_after_a_reading_reads_again(monkeypatch: pytest.MonkeyPatch) -> None:
    city = a_city(1)
    monkeypatch.setattr("connectors.open311.reading._FRESH", 0.0)
    with serving(city) as server:
        made = connector(server, **POLLED)
        made.fetch("000001")
        city.change("000001", status="fixed")
        made.apply("000001", EDIT, None, "kunci")
    assert kinds(city)[2:] == ["one", "P updates"] and city.requests["000001"]["status"] == "fixed"


def test_a_second_with_more_than_is_remembered_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.open311.seen._MOST", 25)
    city = a_city(90)
    for row in list(city.requests.values())[5:80]:
        row["updated_datetime"] = city.requests["000040"]["updated_datetime"]
    with serving(city) as server:
        assert set(refs(list(connector(server, **POLLED).changes(None)))) == set(city.requests)


def test_a_server_without_pages_and_ids_is_not_asked_for_ever() -> None:
    city = City(Habits(updated_after=True, paging=False, limit=10))
    for number in range(30):
        city.requests[city.file(f"Laporan {number}")] |= {"service_request_id": "", "updated_datetime": BEGIN}
    with serving(city) as server, pytest.raises(NotDone, match="knows no pages"):
        list(connector(server, **POLLED).changes(None))


@pytest.mark.long
@pytest.mark.parametrize(
    "more",
    [POLLED, {"feed": "updated"}, {"feed": "listing"}, {"feed": "listing", "paging": True}],
    ids=["pages", "windows", "listing", "all"],
)
def test_memory_does_not_grow_with_what_the_city_has(more: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    # What is remembered on purpose, these and the last thousand times that were read, is full before anything is compared.
    monkeypatch.setattr("connectors.open311.seen._MOST", 500)
    city = a_city(6_000, limit=100)
    for row in city.requests.values():
        row["description"] = "Jalan rusak di depan pasar. " * 40
    with serving(city) as server:
        made = connector(server, **{**POLLED, **more, "page_size": 100})
        held = _held(made, 6_000)
    assert held[3] < held[1] + 500_000


def _held(made: Open311Connector, total: int) -> list[int]:
    """Bytes held all the time, by quarter of the records: what a page needs for a moment comes and goes."""
    held, read = [2**60] * 4, 0
    tracemalloc.start()
    try:
        for page in made.changes(None):
            read += len(page.records)
            gc.collect()  # what nobody holds any more is not what is measured
            quarter = min(4 * read // (total + 1), 3)
            held[quarter] = min(held[quarter], tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert read >= total
    return held


def _count(city: City, what: str) -> int:
    return sum(1 for line in city.asked if what in line)


def _refuse(request: Handler) -> bool:
    request.send(503, b"[]", "application/json")
    return True
