"""The office that the commands are tried in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.memory.app import MemoryApp
from tests.hub.cli.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of this test's own."""
    office = Office(tmp_path)
    yield office
    office.terminal.close()
    MemoryApp.forget()
