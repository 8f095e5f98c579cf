"""The suite against every careless connector; not collected by itself, `test_conformance_teeth` runs it and reads the failures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.memory.app import MemoryApp
from connectors.memory.connector import MemoryConnector
from contracts.conformance import ConnectorConformance
from tests.connectors.memory.app_world import MemoryWorld
from tests.contracts import careless_readers, careless_sheets, careless_writers

POOR = {"words": {"0": "received", "proses": "in_progress", "selesai": "answered"}, "page_size": 2}
TOGETHER = {**POOR, "together": ["status", "response"], "combines": []}


def _suite(kind: type[MemoryConnector]) -> type[ConnectorConformance]:
    settings = TOGETHER if kind is careless_writers.InventsTheRest else POOR

    class Suite(ConnectorConformance):
        @pytest.fixture
        def world(self) -> Iterator[MemoryWorld]:
            loaded = MemoryConnector.settings_schema().load({"app": kind.__name__, **settings})
            yield MemoryWorld(MemoryConnector(loaded).app)
            MemoryApp.forget(kind.__name__)

        @pytest.fixture
        def connector(self, world: MemoryWorld) -> MemoryConnector:
            return kind({"app": world.app.name})

    return Suite


KINDS = [MemoryConnector] + [
    kind
    for module in (careless_readers, careless_writers, careless_sheets)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, MemoryConnector) and kind.__module__ == module.__name__ and not name.startswith("_")
]
globals().update({f"Test{kind.__name__}": _suite(kind) for kind in KINDS})
