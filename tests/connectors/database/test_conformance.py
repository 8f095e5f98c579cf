"""Three kinds of app on three database systems pass the suite for every connector; on the servers with the proposed rights only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.database.connector import DatabaseConnector
from contracts.conformance import ConnectorConformance
from tests.connectors.database.local import LocalDatabase, loaded, local_database
from tests.connectors.database.worlds import APPS, AppWorld


class _OnDatabase(ConnectorConformance):
    kind: str

    @pytest.fixture(params=sorted(APPS))
    def app(self, request: pytest.FixtureRequest) -> str:
        if self.kind == "postgresql" and request.param != "laravel":
            pytest.skip("this one is met on MariaDB; test_real.py has it on PostgreSQL too")
        return str(request.param)

    @pytest.fixture
    def local(self, app: str, tmp_path: Path) -> Iterator[LocalDatabase]:
        with local_database(self.kind, tmp_path) as database:
            database.build(app)
            yield database

    @pytest.fixture
    def world(self, app: str, local: LocalDatabase) -> AppWorld:
        return APPS[app][1](local)

    @pytest.fixture
    def connector(self, app: str, local: LocalDatabase) -> DatabaseConnector:
        return DatabaseConnector(loaded(local.grant({**APPS[app][0], "url": local.address})))


class TestOnSQLite(_OnDatabase):
    kind = "sqlite"


@pytest.mark.real
class TestOnMariaDB(_OnDatabase):
    kind = "mysql"


@pytest.mark.real
class TestOnPostgreSQL(_OnDatabase):
    kind = "postgresql"
