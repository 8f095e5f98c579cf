"""The app in memory passes the suite for every connector, as rich as it is and in the poverties that are met outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connectors.memory.app import MemoryApp
from connectors.memory.connector import MemoryConnector
from contracts.conformance import ConnectorConformance
from tests.connectors.memory.app_world import WEBHOOK_SECRET, MemoryWorld

SCHOOLBOOK_WORDS = {"0": "received", "proses": "in_progress", "selesai": "answered"}
APPS: Mapping[str, Mapping[str, Any]] = {
    "rich": {},
    "short_pages": {"page_size": 2, "has_epoch": True, "versions": "opaque"},
    "home_made": {
        "feed": "snapshot",
        "page_size": 3,
        "words": SCHOOLBOOK_WORDS,
        "write_words": {
            "received": "0",
            "verified": "0",
            "assigned": "0",
            "in_progress": "proses",
            "answered": "selesai",
            "closed": "selesai",
        },
        "versions": "none",
        "conditional_write": False,
        "carries_token": False,
        "can_find": False,
        "idempotent_create": False,
        "combines": [],
        "cuts": {"title": 25},
        "reads": ["title", "description", "status"],
        "responses": {"reads": True, "writes": ["public"], "cut": 40},
        "returns_record": False,
    },
    "answers_with_its_status": {
        "words": SCHOOLBOOK_WORDS,
        "together": ["status", "response"],
        "combines": [],
        "transitions": {"received": ["in_progress"], "in_progress": ["answered"], "answered": ["in_progress"]},
    },
    "reply_opens": {"words": SCHOOLBOOK_WORDS, "reply_moves_to": "proses", "signals_deletion": True, "returns_record": False},
    "listing_only": {"can_fetch": False, "returns_record": False, "can_find": False},
    "read_only": {"can_create": False, "writes": [], "combines": [], "responses": {"reads": True, "writes": []}, "can_list": False},
}


class TestMemory(ConnectorConformance):
    @pytest.fixture(params=list(APPS))
    def world(self, request: pytest.FixtureRequest) -> Iterator[MemoryWorld]:
        settings = MemoryConnector.settings_schema().load({"app": f"conformance-{request.param}", **APPS[request.param]})
        yield MemoryWorld(MemoryConnector(settings).app)
        MemoryApp.forget(settings["app"])

    @pytest.fixture
    def connector(self, world: MemoryWorld) -> MemoryConnector:
        return MemoryConnector(MemoryConnector.settings_schema().load({"app": world.app.name, "webhook_secret": WEBHOOK_SECRET}))
