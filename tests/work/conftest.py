"""The office in which turns are taken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.memory.app import MemoryApp
from hub.build import Hub
from tests.hub.cli.office import Office


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hub that was opened once: making its tables takes longer than most tests."""
    home = tmp_path_factory.mktemp("fresh")
    office = Office(home)
    office.ok("agencies", "list")
    office.terminal.close()
    return home / "hub"


@pytest.fixture
def office(tmp_path: Path, fresh: Path) -> Iterator[Office]:
    """An office of this test's own, whose clock stands still until it is moved."""
    shutil.copytree(fresh, tmp_path / "hub")
    office = Office(tmp_path)
    yield office
    office.terminal.close()
    MemoryApp.forget()


@pytest.fixture
def hub(office: Office) -> Hub:
    """Its hub."""
    return office.terminal.hub
