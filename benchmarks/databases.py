"""Databases made for one measurement and dropped after it, and how durable they really are."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, make_url, text

KINDS = ("sqlite", "postgresql")
# Where PostgreSQL is: an SQLAlchemy URL on this machine whose user may make databases.
VARIABLE = "SIMPUL_TEST_POSTGRESQL"
POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"

_ASKED = {"sqlite": ("PRAGMA journal_mode", "PRAGMA synchronous"), "postgresql": ("SHOW fsync", "SHOW synchronous_commit")}


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database of this kind; the hub's, and with the driver left out everybody's."""
    name = f"simpul_bench_{uuid.uuid4().hex[:12]}"
    if kind == "sqlite":
        path = folder / f"{name}.db"
        try:
            yield f"sqlite:///{path}"
        finally:
            for each in folder.glob(f"{name}*.db*"):
                each.unlink()
        return
    address = make_url(os.environ.get(VARIABLE) or POSTGRESQL).set(drivername="postgresql+psycopg")
    server = create_engine(address, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    with server.connect() as sql:
        sql.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as sql:
            sql.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def durability(sql: Connection) -> str:
    """Say what the live database answers about it: SQLite's synchronous 2 is FULL, 1 NORMAL, 0 OFF."""
    kind = sql.dialect.name
    return ", ".join(f"{asked.split()[1]}={sql.exec_driver_sql(asked).scalar()}" for asked in _ASKED[kind])


def durable(told: str) -> bool:
    """Tell whether a committed transaction outlives a power cut."""
    return told.endswith("synchronous=2") or told == "fsync=on, synchronous_commit=on"
