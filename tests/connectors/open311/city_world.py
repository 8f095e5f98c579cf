"""The people of the test city, for the conformance suite, and how a connector is made for it."""

from __future__ import annotations

import json
from typing import Any

from connectors.open311.connector import Open311Connector
from contracts.conformance import World
from contracts.content import Field, JsonValue
from contracts.vocabulary import Status
from tests.apps.open311_city.city import City
from tests.apps.open311_city.server import CityServer

SERVICES = {"001": "Pekerjaan umum", "002": "Perhubungan", "003": "Kebersihan"}


class CityWorld(World):
    """Acts in the city's own books, never through a connector."""

    def __init__(self, city: City, server: CityServer) -> None:
        self.city = city
        self.server = server

    def file(self, title: str, description: str) -> str:
        return self.city.file(f"{title}. {description}", address="Jalan Contoh 9", lat=-7.87, long=111.46)

    def change(self, ref: str) -> tuple[Field, JsonValue]:
        self.city.change(ref, address="Jalan Contoh 22, diperjelas petugas")
        return Field.ADDRESS, "Jalan Contoh 22, diperjelas petugas"

    def set_status(self, ref: str, status: Status) -> None:
        words = {Status.RECEIVED: "open", Status.IN_PROGRESS: "in_progress", Status.ANSWERED: "closed"}
        self.city.change(ref, status=words[status])

    def set_unknown_status(self, ref: str) -> None:
        self.city.change(ref, status="ditimbang-timbang")

    def lock_out(self) -> None:
        self.city.locked = True

    def respond(self, ref: str, text: str) -> None:
        self.city.respond(ref, text)

    def delete(self, ref: str) -> None:
        self.city.delete(ref)

    def attach(self, ref: str, name: str, data: bytes) -> None:
        self.city.attach(ref, name, data, self.server.base)

    def digest(self) -> str:
        return json.dumps([self.city.requests, self.city.updates, self.city.writes], default=str)


class WorldWithoutUpdates(CityWorld):
    """A city in which nobody can see what staff wrote."""

    respond = World.respond


def settings(server: CityServer, **more: Any) -> dict[str, Any]:
    """Load settings for a city that is served here, with a few that most tests share."""
    given: dict[str, Any] = {
        "endpoint": server.base,
        "api_key": "kunci-kota",
        "allow_private": True,
        "overlap": 0,
        "since": "2026-01-01",
        "services": SERVICES,
        "create": {},
        **more,
    }
    loaded: dict[str, Any] = Open311Connector.settings_schema().load({name: value for name, value in given.items() if value is not None})
    return loaded


def connector(server: CityServer, **more: Any) -> Open311Connector:
    """Make a connector for a city that is served here."""
    return Open311Connector(settings(server, **more))
