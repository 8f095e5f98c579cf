"""The hub's own rows again, the way data platforms load: COPY into staging tables, then one upsert for each table.

As many transactions as the hub needs for its pages, with the same durability, constraints and indexes; nothing is decided.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import Table

from benchmarks.databases import fresh
from benchmarks.peers.raw import copied, postgresql, slices
from hub.store.store import Store
from hub.store.tables import metadata


def again(url: str, transactions: int, folder: Path) -> float:
    """Load the rows of the hub's database at ``url`` (PostgreSQL) into a fresh one in so many transactions: seconds."""
    rows = copied(url)
    cut = [[(name, b"".join(each)) for name, each in page] for page in slices(rows, transactions)]
    with fresh("postgresql", folder) as other:
        store = Store(other, lambda: datetime.now(UTC))
        store.migrate()
        store.close()
        with postgresql(other) as sql:
            for name, _ in rows:
                sql.execute(f"CREATE TEMP TABLE staging_{name} (LIKE {name}) ON COMMIT DELETE ROWS".encode())
            sql.commit()
            upserts = {name: _upsert(metadata.tables[name]) for name, _ in rows}
            began = time.perf_counter()
            for page in cut:
                _load(sql, page, upserts)
            return time.perf_counter() - began


def _load(sql: psycopg.Connection[tuple[object, ...]], page: list[tuple[str, bytes]], upserts: dict[str, bytes]) -> None:
    for name, lines in page:
        with sql.cursor().copy(f"COPY staging_{name} FROM STDIN".encode()) as into:
            into.write(lines)
    for name, _ in page:
        sql.execute(upserts[name])
    sql.commit()


def _upsert(table: Table) -> bytes:
    key = [column.name for column in table.primary_key]
    changes = ", ".join(f"{column.name} = excluded.{column.name}" for column in table.columns if column.name not in key)
    then = f"UPDATE SET {changes}" if changes else "NOTHING"
    return f"INSERT INTO {table.name} SELECT * FROM staging_{table.name} ON CONFLICT ({', '.join(key)}) DO {then}".encode()
