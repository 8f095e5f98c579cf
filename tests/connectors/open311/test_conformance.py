"""The connector passes the suite for every connector over real HTTP, against cities that each do something otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connectors.open311.connector import Open311Connector
from contracts.conformance import ConnectorConformance
from tests.apps.open311_city.city import City, Habits
from tests.apps.open311_city.server import serving
from tests.connectors.open311.city_world import CityWorld, WorldWithoutUpdates, connector

pytestmark = pytest.mark.long

UPDATES: Mapping[str, Any] = {"write": True, "by_request": True}
CITIES: Mapping[str, tuple[Habits, dict[str, Any]]] = {
    "updated_pages_json": (
        Habits(updated_after=True, paging=True),
        {"feed": "updated", "paging": True, "page_size": 3, "updates": UPDATES, "media_hosts": ["127.0.0.1"]},
    ),
    "updated_windows_xml": (
        Habits(updated_after=True, limit=3, newest_first=True, status_line=True),
        {"feed": "updated", "page_size": 3, "format": "xml", "updates": {"by_request": False, "limit": 3}},
    ),
    "updates_json_odd": (
        Habits(limit=4, odd_json=True, updates_touch=False, edits_show_as_updates=True, newest_first=True),
        {"feed": "updates", "page_size": 4, "updates": UPDATES, "single": "query", "token": "external_id"},
    ),
    "listing_pages_json": (
        Habits(paging=True, empty_times=True),
        {"feed": "listing", "paging": True, "page_size": 4, "updates": UPDATES, "status_notes": "ignore"},
    ),
    "listing_alone_json": (Habits(updates_alone=True), {"feed": "listing", "updates": {**UPDATES, "alone": True}}),
    "listing_without_updates_xml": (
        Habits(limit=5, updates=False, naive_times=True, omits_time_zone=True, jurisdiction="kota.example", formats=("xml",)),
        {"format": "xml", "page_size": 5, "time_zone": "WIB", "omit_time_zone": True, "jurisdiction": "kota.example", "token": "none"},
    ),
    "read_only_json": (Habits(updates=False), {"create": None, "updates": None, "status_notes": "response"}),
}
FAST = ["updated_pages_json"]


class _InACity(ConnectorConformance):
    @pytest.fixture
    def world(self, town: str) -> Iterator[CityWorld]:
        habits, _ = CITIES[town]
        city = City(habits)
        with serving(city) as server:
            yield CityWorld(city, server) if habits.updates else WorldWithoutUpdates(city, server)

    @pytest.fixture
    def connector(self, town: str, world: CityWorld) -> Iterator[Open311Connector]:
        made = connector(world.server, **CITIES[town][1])
        yield made
        made.close()


class TestInACity(_InACity):
    @pytest.fixture(params=FAST)
    def town(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)


@pytest.mark.long
class TestInOtherCities(_InACity):
    @pytest.fixture(params=[name for name in CITIES if name not in FAST])
    def town(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)
