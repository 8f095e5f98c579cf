from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from contracts.content import Field
from contracts.lifecycle import OPEN
from contracts.vocabulary import Status
from hub.operations.overview import overview
from hub.store import tables
from tests.dashboard.country import NOW, Country

TODAY = date(2026, 3, 10)


@pytest.fixture
def country(tmp_path: Path, untouched: Path) -> Iterator[Country]:
    country = Country(shutil.copytree(untouched, tmp_path / "hub"))
    yield country
    country.hub.close()


def test_an_empty_hub_has_no_figures(country: Country) -> None:
    found = overview(country.hub)
    assert (found.chosen.received, found.chosen.open, found.chosen.oldest, dict(found.provinces)) == (0, 0, None, {})


def test_days_are_cut_in_wib_and_tomorrow_is_not_today(country: Country) -> None:
    # It is 05.00 WIB of 10 March: five hours and a minute ago it was the 9th there, and still the 9th in UTC now.
    for hours in (1, 5.1, 6 * 24 + 5.1, 24 * 29 + 4.9, 24 * 29 + 5.1, -30):
        country.complaint(days=hours / 24)
    found = overview(country.hub)
    assert found.day == TODAY
    assert (found.chosen.today, found.chosen.week, found.chosen.month, found.chosen.received) == (1, 2, 4, 6)


def test_every_status_is_counted_where_it_stands_and_the_oldest_is_one_that_waits(country: Country) -> None:
    for days, status in enumerate(Status, start=1):
        country.complaint(status, days=days)
    found = overview(country.hub).chosen
    assert found.by_status == Counter(dict.fromkeys(Status, 1))
    assert (found.open, found.answered, found.closed, found.archived, found.received) == (7, 1, 1, 1, 10)
    assert found.oldest == TODAY - timedelta(days=max(n for n, status in enumerate(Status, start=1) if status in OPEN))


def test_a_province_has_its_own_figures_and_an_unknown_place_is_one_of_them(country: Country) -> None:
    here, there = country.connection("here"), country.connection("there")
    country.complaint(origin=here, content={Field.PLACE_CODE: "35.02.17"})
    country.complaint(origin=there, content={Field.PLACE_CODE: "35"})
    country.complaint(origin=here, content={Field.PLACE_CODE: "11.01"})
    country.complaint()
    nation, east_java, nowhere = (overview(country.hub, province) for province in (None, "35", ""))
    assert {code: each.received for code, each in nation.provinces.items()} == {"35": 2, "11": 1, "": 1}
    assert nation.chosen.received == 4
    assert {key: each.received for key, each in nation.origins.items()} == {here: 2, there: 1, 0: 1}
    assert {key: each.received for key, each in east_java.origins.items()} == {here: 1, there: 1}
    assert (east_java.chosen.received, nowhere.chosen.received, list(nowhere.origins)) == (2, 1, [0])
    assert east_java.provinces.keys() == nation.provinces.keys()


def test_the_figures_follow_a_change_of_status_and_agree_with_a_count_of_the_complaints(country: Country) -> None:
    ids = [country.complaint(days=days).id for days in (40, 3, 0)]
    assert overview(country.hub).chosen.oldest == TODAY - timedelta(days=40)
    with country.hub.store.unit() as unit:
        row = unit.complaint(ids[0])
        row.status, row.content = Status.CLOSED.value, {**row.content, "status": Status.CLOSED.value}
    found = overview(country.hub).chosen
    with country.hub.store.reading() as sql:
        counted = Counter(Status(row.status) for row in sql.execute(select(tables.complaints.c.status)))
    assert found.by_status == counted == Counter({Status.RECEIVED: 2, Status.CLOSED: 1})
    assert found.oldest == (NOW - timedelta(days=3)).date() + timedelta(days=1)
