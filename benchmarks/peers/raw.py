"""The same rows again, as fast as the database takes them: what a hub has ended up with, inserted with nothing decided.

One transaction a page, as the hub does it, in the same tables with the same indexes: executemany on SQLite, COPY on PostgreSQL.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from benchmarks.databases import fresh
from hub.store.store import Store
from hub.store.tables import meta, metadata

# A fresh database has written down of which release it is.
_TABLES = [table for table in metadata.sorted_tables if table is not meta]
# A table's name and its rows, as its database writes them.
Rows = list[tuple[str, Sequence[Any]]]


def again(url: str, pages: int, folder: Path) -> tuple[float, int]:
    """Insert the rows of the hub's database at ``url`` into a fresh one in so many transactions: seconds and rows."""
    kind = make_url(url).get_backend_name()
    rows = _sqlite_rows(url) if kind == "sqlite" else copied(url)
    with fresh(kind, folder) as other:
        store = Store(other, lambda: datetime.now(UTC))
        store.migrate()
        store.close()
        seconds = (_into_sqlite if kind == "sqlite" else _into_postgresql)(other, rows, pages)
    return seconds, sum(len(each) for _, each in rows)


def slices(rows: Rows, pages: int) -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """Cut the rows of all tables into so many transactions."""
    # Rounded up, so that a connection's one row comes before all that refers to it.
    for page in range(pages):
        cut = [(name, each[-(-page * len(each) // pages) : -(-(page + 1) * len(each) // pages)]) for name, each in rows]
        yield [(name, each) for name, each in cut if each]


def _sqlite(url: str) -> sqlite3.Connection:
    sql = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        sql.execute(f"PRAGMA {pragma}")
    return sql


def _sqlite_rows(url: str) -> Rows:
    sql = _sqlite(url)
    found = [(table.name, sql.execute(f"SELECT * FROM {table.name} ORDER BY rowid").fetchall()) for table in _TABLES]
    sql.close()
    return [(name, rows) for name, rows in found if rows]


def _into_sqlite(url: str, rows: Rows, pages: int) -> float:
    sql = _sqlite(url)
    statements = {name: f"INSERT INTO {name} VALUES ({', '.join('?' * len(each[0]))})" for name, each in rows}
    cut = list(slices(rows, pages))

    def one(page: Rows) -> None:
        sql.execute("BEGIN IMMEDIATE")
        for name, each in page:
            sql.executemany(statements[name], each)
        sql.execute("COMMIT")

    seconds = _timed(cut, one)
    sql.close()
    return seconds


def postgresql(url: str) -> psycopg.Connection[Any]:
    """Connect to a database that may be written in."""
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=False)


def copied(url: str) -> Rows:
    """Return every row of a PostgreSQL database, by table, as COPY writes it."""
    with postgresql(url) as sql:
        return [(table.name, lines) for table in _TABLES if (lines := _lines(sql, table.name))]


def _lines(sql: psycopg.Connection[Any], name: str) -> list[bytes]:
    with sql.cursor().copy(f"COPY (SELECT * FROM {name} ORDER BY ctid) TO STDOUT") as out:
        return [bytes(line) for line in out]


def _into_postgresql(url: str, rows: Rows, pages: int) -> float:
    cut = [[(name, b"".join(each)) for name, each in page] for page in slices(rows, pages)]
    with postgresql(url) as sql:

        def one(page: Rows) -> None:
            for name, lines in page:
                with sql.cursor().copy(f"COPY {name} FROM STDIN") as into:
                    into.write(bytes(lines))
            sql.commit()

        return _timed(cut, one)


def _timed(cut: list[Any], one: Callable[[Any], None]) -> float:
    began = time.perf_counter()
    for page in cut:
        one(page)
    return time.perf_counter() - began
