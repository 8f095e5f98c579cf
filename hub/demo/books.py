"""Looks into an app's SQLite file directly, past the app and past the connector: what is really in its tables."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

_PATIENCE = 30.0  # seconds to wait for another writer of the same file


class Books:
    """The tables of one app, to be read."""

    def __init__(self, database: Path) -> None:
        self.database = database

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Ask one question; nothing can be written."""
        with closing(self._open()) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, parameters)]

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, or None if there is none."""
        return next((next(iter(row.values())) for row in self.rows(sql, parameters)), None)

    def digests(self) -> dict[str, str]:
        """Return, per table, a digest of every row of it."""
        with closing(self._open()) as connection:
            return {name: _digest(connection, name) for name in _tables(connection)}

    def hold(self, text: str) -> bool:
        """Tell whether a text stands anywhere in any table."""
        with closing(self._open()) as connection:
            return any(text in str(value) for name in _tables(connection) for row in _whole(connection, name) for value in row)

    def watch(self) -> Watch:
        """Begin to notice every commit of anybody else."""
        return Watch(self._open())

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.database.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)


class Watch:
    """A connection that stays open: SQLite itself tells it whether anybody has committed a change meanwhile."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._before = self._version()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    @property
    def untouched(self) -> bool:
        """Whether nothing at all was committed since the watch began."""
        return self._version() == self._before

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]


def _whole(connection: sqlite3.Connection, table: str) -> sqlite3.Cursor:
    quoted = table.replace('"', '""')
    return connection.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid')


def _digest(connection: sqlite3.Connection, table: str) -> str:
    digest = hashlib.sha256()
    for row in _whole(connection, table):
        digest.update(repr(row).encode())
    return digest.hexdigest()
