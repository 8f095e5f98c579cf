"""What a hub's database holds, asked of the database itself, of whatever release it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, LargeBinary, Table, func, inspect, select, text

from hub.clock import SystemClock
from hub.operations.archives.manifest import Facts
from hub.store import tables
from hub.store.store import Store

VERSION = "alembic_version"


@contextmanager
def opened(database: str) -> Iterator[Store]:
    """Open a database as it is, of whatever release, and close it."""
    store = Store(database, SystemClock().now)
    try:
        yield store
    finally:
        store.close()


def hub_tables(sql: Connection) -> list[str]:
    """Return the tables of the hub that are there, the migrations' own among them."""
    ours = {*tables.metadata.tables, VERSION}
    return sorted(ours & set(inspect(sql).get_table_names()))


def revision(sql: Connection) -> str | None:
    """Return how far the tables have come; None where there are none."""
    if VERSION not in inspect(sql).get_table_names():
        return None
    found = sql.execute(text(f"SELECT version_num FROM {VERSION}")).scalar()
    return None if found is None else str(found)


def facts(sql: Connection, migration: str) -> Facts:
    """Ask for everything that a manifest says of a database."""
    ledger, there = tables.ledger.c, set(hub_tables(sql))
    head = sql.execute(select(ledger.seq, ledger.hash).order_by(ledger.seq.desc()).limit(1)).first()
    sealed = sorted({key for table in tables.metadata.sorted_tables if table.name in there for key in _keys(sql, table)})
    schema = sql.dialect.default_schema_name if sql.dialect.name == "postgresql" else None
    complaints = int(sql.execute(select(func.count()).select_from(tables.complaints)).scalar_one())
    return Facts(migration, complaints, None if head is None else (int(head.seq), str(head.hash)), tuple(sealed), schema)


def _keys(sql: Connection, table: Table) -> set[str]:
    """Return the ids of the keys that sealed a table's values: the four bytes behind the first, as `hub.keys` writes them."""
    found: set[str] = set()
    for column in table.columns:
        if isinstance(column.type, LargeBinary):
            ids = sql.execute(select(func.substr(column, 2, 4)).where(column.is_not(None)).distinct()).scalars()
            found.update(bytes(one).hex() for one in ids)
    return found


def filled(sql: Connection) -> list[str]:
    """Return the tables that hold anything, but for what migrations and a first start write."""
    bare = {VERSION, tables.meta.name}
    names = [name for name in hub_tables(sql) if name not in bare]
    return [name for name in names if sql.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() is not None]


def erased(sql: Connection) -> set[str]:
    """Return the tracking ids of complaints whose personal content was erased."""
    complaint = tables.complaints.c
    if tables.complaints.name not in hub_tables(sql):
        return set()
    return set(sql.execute(select(complaint.tracking_id).where(complaint.erased)).scalars())


def tombstones(sql: Connection) -> list[str]:
    """Return, as statements, the marks by which an erased text is known when it comes back."""
    name = tables.tombstones.name
    if name not in hub_tables(sql):
        return []
    found = sql.execute(text(f"SELECT mark, at FROM {name}")).all()
    return [f"INSERT INTO {name} (mark, at) VALUES ({literal(row.mark)}, {literal(row.at)}) ON CONFLICT DO NOTHING" for row in found]


def literal(value: object) -> str:
    """Write a value as a statement holds it."""
    return "'" + str(value).replace("'", "''") + "'"
