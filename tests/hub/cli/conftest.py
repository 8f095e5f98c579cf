"""The office that the commands are tried in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.memory.app import MemoryApp
from tests.hub.cli.office import Office


@pytest.fixture(scope="session")
def new_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hub that was opened once: making its tables takes longer than most tests."""
    home = tmp_path_factory.mktemp("new")
    office = Office(home)
    office.ok("agencies", "list")
    office.terminal.close()
    return home / "hub"


@pytest.fixture
def office(tmp_path: Path, new_hub: Path) -> Iterator[Office]:
    """An office of this test's own."""
    shutil.copytree(new_hub, tmp_path / "hub")
    office = Office(tmp_path)
    yield office
    office.terminal.close()
    MemoryApp.forget()
