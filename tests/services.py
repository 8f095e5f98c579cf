"""Databases of the real services, each made for one test and dropped after it.

Where they are: ``SIMPUL_TEST_POSTGRESQL`` and ``SIMPUL_TEST_MARIADB``, SQLAlchemy URLs on this machine whose user may
make databases. A service that does not answer skips the test, or fails it where ``SIMPUL_REAL=1`` promises it is there.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
MARIADB = "mysql+pymysql://root@127.0.0.1:3306/mysql"
_PATIENCE = {"connect_timeout": 5}


def required() -> bool:
    """Tell whether the services were promised, so that their absence is a failure."""
    return os.environ.get("SIMPUL_REAL") == "1"


def absent(reason: str) -> NoReturn:
    """End the test for want of something that has to run: skipped with the reason, or failed where it was promised."""
    if required():
        pytest.fail(f"SIMPUL_REAL=1, but {reason}", pytrace=False)
    pytest.skip(reason)


@contextmanager
def postgresql_database() -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database."""
    address = make_url(os.environ.get("SIMPUL_TEST_POSTGRESQL") or POSTGRESQL).set(drivername="postgresql+psycopg")
    with _database(address, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", "DROP DATABASE {} WITH (FORCE)") as url:
        yield url


@contextmanager
def mariadb_database() -> Iterator[str]:
    """Yield the URL of an empty MariaDB (or MySQL) database that stores utf8mb4."""
    address = make_url(os.environ.get("SIMPUL_TEST_MARIADB") or MARIADB).set(drivername="mysql+pymysql")
    with _database(address, "CREATE DATABASE {} CHARACTER SET utf8mb4", "DROP DATABASE {}") as url:
        yield url


@contextmanager
def _database(address: URL, make: str, drop: str) -> Iterator[str]:
    name = f"simpul_test_{uuid.uuid4().hex[:16]}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT", connect_args=_PATIENCE)
    try:
        _run(engine, make.format(name), address)
        try:
            yield address.set(database=name).render_as_string(hide_password=False)
        finally:
            _run(engine, drop.format(name), address)
    finally:
        engine.dispose()


def _run(engine: Engine, statement: str, address: URL) -> Any:
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    except OperationalError as error:
        absent(f"{address.get_backend_name()} at {address.host}:{address.port} does not do what a test needs: {error.orig}")
