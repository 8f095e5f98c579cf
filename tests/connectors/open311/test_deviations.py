"""Each city of the recorded list is played with what it does otherwise, and survived: read whole, polled, filed into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from connectors.open311.connector import Open311Connector
from contracts.complaint import Complaint, Place
from contracts.errors import Stop
from tests.apps.open311_city.city import City, Habits
from tests.apps.open311_city.server import serving
from tests.connectors.open311.city_world import connector
from tests.connectors.open311.samples import sample

pytestmark = pytest.mark.long

# The deviations of the recorded list, so that they are played where the list itself is not at hand.
KNOWN: dict[str, dict[str, Any]] = {
    "caps at 50": {"requests_limit": 50},
    "no time zone": {"requests_limit": 50, "requests_omit_timezone": True},
    "xml with a jurisdiction": {"format": "xml", "jurisdiction": "dc.gov"},
    "deflates wrongly": {"headers": {"accept_encoding": ""}, "format": "xml", "requests_limit": 1000},
}


def play(said: dict[str, Any], *, requests: int) -> None:
    """Serve a city as it is described, and do everything with it once."""
    omits, limit = bool(said.get("requests_omit_timezone")), said.get("requests_limit")
    habits = Habits(
        limit=limit,
        newest_first=True,
        updates=False,
        jurisdiction=said.get("jurisdiction"),
        omits_time_zone=omits,
        naive_times=omits,
        formats=("xml",) if said.get("format") == "xml" else ("json", "xml"),
        needs_plain_encoding="headers" in said,
    )
    city = City(habits)
    refs = {city.file(f"Laporan {number}", address="Jalan Contoh 1") for number in range(requests)}
    given = {
        "format": said.get("format", "json"),
        "jurisdiction": said.get("jurisdiction"),
        "page_size": limit or 50,
        "omit_time_zone": omits,
        "time_zone": "WIB" if omits else None,
        "headers": {"Accept-Encoding": "identity"} if "headers" in said else {},
    }
    if limit is None:
        given["page_size"] = 10_000
    with serving(city) as server:
        made = connector(server, **given)
        made.check()
        pages = list(made.changes(None))
        assert {record.ref for page in pages for record in page.records} == refs
        assert pages[-1].complete and all(len(page.records) <= given["page_size"] for page in pages)
        receipt = made.create(Complaint(description="Lampu mati", category="Perhubungan", place=Place(address="Jalan 2")), "TANDA", "k")
        assert receipt.ref and made.fetch(receipt.ref).token == "TANDA"
        made.close()


@pytest.mark.parametrize("name", KNOWN)
def test_what_real_cities_do_otherwise_is_survived(name: str) -> None:
    play(KNOWN[name], requests=70 if KNOWN[name].get("requests_limit") == 50 else 20)


@pytest.mark.long
def test_every_recorded_city_is_survived() -> None:
    cities = YAML(typ="safe").load(Path(sample("recorded", "cities.yml")).read_text("utf-8"))
    assert len(cities) == 25
    for said in cities.values():
        play(said, requests=60)


@pytest.mark.long
@pytest.mark.parametrize("limit", [1000, 6260])
def test_more_than_a_large_page_is_read_whole(limit: int) -> None:
    play({"requests_limit": limit, "format": "xml"}, requests=limit + 300)


def test_a_json_endpoint_with_objects_of_its_own_is_read() -> None:
    city = City(Habits(odd_json=True))
    ref = city.file("Jalan rusak", lat=-7.5, long=111.5)
    with serving(city) as server:
        record = connector(server).fetch(ref)
    assert record.complaint.place == Place(None, None, -7.5, 111.5)


def test_a_wrong_zone_setting_is_told_by_the_check() -> None:
    city = City(Habits(omits_time_zone=True, naive_times=True))
    city.file("Jalan rusak")
    with serving(city) as server, pytest.raises(Stop, match="refuses"):
        connector(server).check()


def test_the_check_measures_a_cut_that_the_settings_do_not_know() -> None:
    city = City(Habits(limit=20, updates=False))
    for number in range(45):
        city.file(f"Laporan {number}")
    with serving(city) as server:
        with pytest.raises(Stop, match="Set 'page_size' to 20"):
            connector(server, page_size=50).check()
        made: Open311Connector = connector(server, page_size=20)
        made.check()
        assert sum(len(page.records) for page in made.changes(None)) >= 45


def test_the_check_notices_filters_that_do_not_filter() -> None:
    city = City(Habits(updated_after=False, updates_by_request=False))
    city.respond(city.file("Jalan rusak"), "Kami periksa.")
    with serving(city) as server, pytest.raises(Stop) as caught:
        connector(server, feed="updated", updates={"by_request": True}, paging=True).check()
    assert "updated_after: the server ignores it" in str(caught.value)
    assert "by_request" in str(caught.value)
