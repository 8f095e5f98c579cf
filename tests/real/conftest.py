"""The store on SQLite and on PostgreSQL, for the same tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.clock import SystemClock
from hub.store.store import Store
from tests import services


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    with services.postgresql_database() as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store of this release."""
    store = Store(url, SystemClock().now)
    store.migrate()
    yield store
    store.close()
