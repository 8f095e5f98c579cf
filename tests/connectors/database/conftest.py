"""Apps on SQLite for the fast tests of this connector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.database.connector import DatabaseConnector
from tests.connectors.database.local import LocalDatabase, loaded, local_database
from tests.connectors.database.worlds import APPS, AppWorld

Open = Callable[..., tuple[DatabaseConnector, Any]]


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Callable[[], LocalDatabase]]:
    """Make empty SQLite databases."""
    made: list[Any] = []

    def make() -> LocalDatabase:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(local_database("sqlite", folder))
        database: LocalDatabase = made[-1].__enter__()
        return database

    yield make
    for each in made:
        each.__exit__(None, None, None)


@pytest.fixture
def app(files: Callable[[], LocalDatabase]) -> Open:
    """Open one of the three apps: its connector, with settings changed as given, and its people."""

    def opened(name: str, **changes: Any) -> tuple[DatabaseConnector, AppWorld]:
        local = files()
        local.build(name)
        settings, world = APPS[name]
        return DatabaseConnector(loaded({**settings, "url": local.address, **changes})), world(local)

    return opened
