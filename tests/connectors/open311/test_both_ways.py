"""A city and an app in memory are kept the same by the hub, over real HTTP; what the city cannot be told is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apps.open311_city.city import City, Habits
from tests.apps.open311_city.server import CityServer, serving
from tests.hub.cli.office import Office

pytestmark = pytest.mark.long

SETTINGS = """
endpoint: "{base}"
api_key: kunci-kota
allow_private: true
since: 2026-01-01
overlap: 0
settle: 0
create: {{service_code: "001", constants: {{address_string: "Balai kota"}}}}
"""
RICH = "feed: updated\npaging: true\nupdates: {by_request: true}\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.terminal.close()


def connect(office: Office, server: CityServer, more: str) -> None:
    file = office.write("balai.yaml", SETTINGS.format(base=server.base) + more)
    office.ok("connections", "add", "balai", "--kind", "open311", "--agency", "BALAI", "--file", file)
    office.ok("agencies", "apply", office.write("a.yaml", "- {code: BALAI, name: Balai, connection: balai}\n"), "--yes")
    office.ok("connections", "check", "balai")
    office.ok("connections", "approve", "balai", "--yes")


def test_a_complaint_goes_there_and_its_answer_comes_back_and_then_nothing_is_written(office: Office) -> None:
    city = City(Habits(updated_after=True, paging=True))
    (kota,) = office.live("kota")
    with serving(city) as server:
        connect(office, server, RICH)
        filed = office.filed(kota, "Jalan berlubang")
        office.ok("complaints", "assign", filed, "--agency", "BALAI")
        office.ok("sync", "balai")
        (ref,) = city.requests
        assert city.requests[ref]["description"].startswith("Jalan berlubang di jalan merdeka\n\n[simpul SMPL-")
        city.respond(ref, "Sudah ditambal.", "fixed")
        office.ok("sync", "balai")
        office.ok("sync", "kota")
        (there,) = kota.store.rows.values()
        assert (there.status, [reply.text for reply in there.replies]) == ("answered", ["Sudah ditambal."])
        writes = city.writes
        for name in ("balai", "kota", "balai"):
            office.ok("sync", name)
        assert city.writes == writes and len(city.requests) == 1


def test_a_request_of_the_city_is_answered_elsewhere(office: Office) -> None:
    city = City(Habits(updated_after=True, paging=True))
    (kota,) = office.live("kota")
    with serving(city) as server:
        connect(office, server, RICH)
        ref = city.file("Lampu di depan balai desa mati.", address="Jalan Contoh 1")
        office.ok("sync", "balai")
        (one,) = office.json("complaints", "list")
        office.ok("complaints", "assign", one["id"], "--agency", "KOTA")
        office.ok("sync", "kota")
        (mirror,) = kota.store.rows
        kota.respond(mirror, "Petugas berangkat.")
        kota.set_status(mirror, "answered")
        office.ok("sync", "kota")
        office.ok("sync", "balai")
        assert city.requests[ref]["status"] == "fixed"
        assert "Petugas berangkat." in [each["description"] for each in city.updates]


def test_a_city_that_numbers_later_is_waited_for_and_gets_it_once(office: Office) -> None:
    city = City(Habits(updated_after=True, paging=True, tokens=True))
    (kota,) = office.live("kota")
    with serving(city) as server:
        connect(office, server, RICH)
        filed = office.filed(kota, "Jalan berlubang")
        office.ok("complaints", "assign", filed, "--agency", "BALAI")
        for _ in range(3):
            office.run("sync", "balai")
        assert [link["ref"] for link in office.links(filed, "balai")] == list(city.requests) == ["000001"]


def test_what_a_city_without_updates_cannot_be_told_is_shown(office: Office) -> None:
    city = City(Habits(updates=False))
    (kota,) = office.live("kota")
    with serving(city) as server:
        connect(office, server, "")
        city.file("Lampu di depan balai desa mati.", address="Jalan Contoh 1")
        office.ok("sync", "balai")
        (one,) = office.json("complaints", "list")
        office.ok("complaints", "assign", one["id"], "--agency", "KOTA")
        office.ok("sync", "kota")
        (mirror,) = kota.store.rows
        kota.respond(mirror, "Petugas berangkat.")
        kota.set_status(mirror, "answered")
        office.run("sync", "kota")
        office.run("sync", "balai")
        (told,) = [each for each in office.json("deliveries", "list") if each["connection"] == "balai"]
        assert city.writes == 0 and city.updates == []
        assert (told["state"], told["reason"]) == ("unsupported", "status")
