"""One SQLite file per demo app, one connection per request."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g

WIB = ZoneInfo("Asia/Jakarta")
_WAIT = 20.0  # seconds to wait for another writer of the same file


def now() -> datetime:
    """Return the wall clock of the apps: naive WIB to the second, as such apps store it."""
    return datetime.now(WIB).replace(tzinfo=None, microsecond=0)


def create(database: Path, schema: str, seed: Callable[[sqlite3.Connection, datetime], None]) -> None:
    """Make the tables and the example rows, unless the file is there already."""
    if database.exists():
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database, timeout=_WAIT)) as connection, connection:
        connection.executescript(schema)
        seed(connection, now())


def serve_from(app: Flask, database: Path) -> None:
    """Give each request its own connection and close it afterwards."""
    app.config["DATABASE"] = database

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        opened = g.pop("connection", None)
        if opened is not None:
            opened.close()


def connection() -> sqlite3.Connection:
    """Return this request's connection; rows are read by column name. Use it as a context to commit."""
    if "connection" not in g:
        g.connection = sqlite3.connect(current_app.config["DATABASE"], timeout=_WAIT)
        g.connection.row_factory = sqlite3.Row
    opened: sqlite3.Connection = g.connection
    return opened
