"""The real services give each test a database of its own; the sockets of a test reach this machine only."""

from __future__ import annotations

import socket
import warnings

import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import create_engine, make_url, text

from tests import services

SIGN = "Jalan berlubang 🕳 di Pacitan"


def _keeps(url: str) -> str:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept (said VARCHAR(64))"))
            connection.execute(text("INSERT INTO kept VALUES (:said)"), {"said": SIGN})
            return str(connection.execute(text("SELECT said FROM kept")).scalar_one())
    finally:
        engine.dispose()


@pytest.mark.real
def test_postgresql_gives_a_test_a_database_of_its_own(postgresql_url: str) -> None:
    assert _keeps(postgresql_url) == SIGN


@pytest.mark.real
def test_mariadb_gives_a_test_a_database_of_its_own(mariadb_url: str) -> None:
    assert _keeps(mariadb_url) == SIGN


@pytest.mark.real
@pytest.mark.parametrize("make", [services.postgresql_database, services.mariadb_database])
def test_a_database_is_dropped_after_the_test(make: object) -> None:
    assert callable(make)
    with make() as url:
        pass
    engine = create_engine(url)
    with pytest.raises(Exception, match=make_url(url).database or "?"):
        engine.connect()
    engine.dispose()


def test_an_absent_service_skips_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIMPUL_REAL", raising=False)
    monkeypatch.setenv("SIMPUL_TEST_MARIADB", "mysql://root@127.0.0.1:1/mysql")
    with pytest.raises(pytest.skip.Exception, match="127.0.0.1:1"), services.mariadb_database():
        pass


def test_an_absent_service_fails_where_it_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPUL_REAL", "1")
    monkeypatch.setenv("SIMPUL_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:1/postgres")
    with pytest.raises(pytest.fail.Exception, match="127.0.0.1:1"), services.postgresql_database():
        pass


def test_a_socket_reaches_no_other_machine() -> None:
    with socket.socket() as outside, pytest.raises(SocketConnectBlockedError):
        outside.connect(("192.0.2.1", 80))


def test_a_warning_is_an_error() -> None:
    with pytest.raises(DeprecationWarning, match="old"):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
