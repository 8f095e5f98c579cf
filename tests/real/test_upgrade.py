"""A new release's migrations run beside the old release's code: what that says to the database goes on working."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Index, MetaData, Table, delete, insert, select, text, update

from hub.clock import SystemClock
from hub.store.schema import MIGRATIONS
from hub.store.store import Store
from tests.real.rows import valid

pytestmark = pytest.mark.timeout(120)

# The tables of the last release before an upgrade became possible while the hub works.
BEFORE = "0003"
_SCRIPTS = ScriptDirectory(str(MIGRATIONS))
_SINCE = [script for script in reversed(list(_SCRIPTS.walk_revisions())) if script.revision > BEFORE]


def tables_of(store: Store) -> MetaData:
    """The tables as they are in the database, and so as the code of that release knows them."""
    found = MetaData()
    with store.reading() as sql:
        found.reflect(sql)
    return found


@pytest.fixture
def old(url: str) -> Iterator[Store]:
    """A database of the release before, with data."""
    store = Store(url, SystemClock().now)
    store.migrate(BEFORE)
    yield store
    store.close()


def filled(store: Store, tables: MetaData) -> dict[str, dict[str, Any]]:
    """Put one row into every table that has rules, through the old tables; return them as they are kept."""
    with store.writing() as sql:
        for name, row in valid().items():
            sql.execute(insert(tables.tables[name]).values(row))
        return {table.name: dict(sql.execute(select(table)).mappings().one()) for table in known(tables)}


def known(tables: MetaData) -> list[Table]:
    return [table for table in tables.sorted_tables if table.name in valid()]


def all_statements(store: Store, tables: MetaData, rows: dict[str, dict[str, Any]]) -> None:
    """Do what the old code does to every table: read, change, take away and put in, naming the columns it knows."""
    with store.writing() as sql:
        for table in known(tables):
            sql.execute(update(table).values(rows[table.name]))
        for table in reversed(known(tables)):
            sql.execute(delete(table))
        for table in known(tables):
            sql.execute(insert(table).values(rows[table.name]))
    assert kept(store, tables) == rows


def kept(store: Store, tables: MetaData) -> dict[str, dict[str, Any]]:
    with store.reading() as sql:
        return {table.name: dict(sql.execute(select(table)).mappings().one()) for table in known(tables)}


def test_what_the_old_code_says_works_on_the_new_tables_and_every_row_stays(old: Store) -> None:
    tables = tables_of(old)
    rows = filled(old, tables)
    old.migrate()
    assert kept(old, tables) == rows
    all_statements(old, tables, rows)


@pytest.mark.real
def test_the_old_code_works_on_while_the_tables_are_changed(postgresql_url: str) -> None:
    store, tables = Store(postgresql_url, SystemClock().now), MetaData()
    store.migrate(BEFORE)
    tables = tables_of(store)
    rows, enough = filled(store, tables), Event()

    def work() -> tuple[int, float]:
        done, longest = 0, 0.0
        while not enough.wait(0.05):
            began = time.monotonic()
            # As everything in the hub that the database breaks off for a tie.
            store.again(lambda: all_statements(store, tables, rows))
            done, longest = done + 1, max(longest, time.monotonic() - began)
        return done, longest

    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(work)
        new = Store(postgresql_url, SystemClock().now)
        try:
            new.migrate()
        finally:
            enough.set()
        done, longest = worker.result()
    assert done and longest < 10.0, longest
    assert kept(store, tables) == rows
    new.close()
    store.close()


@pytest.mark.real
def test_a_migration_that_has_to_wait_gives_way_to_those_behind_it(postgresql_url: str) -> None:
    store = Store(postgresql_url, SystemClock().now)
    store.migrate(BEFORE)
    rows = filled(store, tables_of(store))
    new, waits = Store(postgresql_url, SystemClock().now), text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(1) as pool:
        with store.reading() as reader:
            reader.execute(text("SELECT count(*) FROM quarantine"))  # a long report
            migrating = pool.submit(new.migrate)
            while not _count(store, waits):
                assert not migrating.done(), "0004 changes a table that is being read"
                time.sleep(0.02)
            began = time.monotonic()
            with store.writing() as sql:
                sql.execute(text("UPDATE quarantine SET problem = problem"))
            assert time.monotonic() - began < 4.0
        assert migrating.result(30) == _SCRIPTS.get_current_head()
    assert rows.keys() == kept(store, tables_of(store)).keys()
    new.close()
    store.close()


def _count(store: Store, question: Any) -> int:
    with store.reading() as sql:
        return int(sql.execute(question).scalar_one())


# -- the rule, held for every migration that will ever be written


@pytest.mark.parametrize("script", _SINCE, ids=lambda script: script.revision)
def test_a_migration_only_adds_and_says_so(script: Script, tmp_path: Any) -> None:
    store = Store(f"sqlite:///{tmp_path / 'hub.db'}", SystemClock().now)
    store.migrate(str(script.down_revision))
    before = tables_of(store)
    store.migrate(script.revision)
    after = tables_of(store)
    store.close()
    assert script.module.additive is True
    broken = [problem for table in before.sorted_tables for problem in narrowed(table, after.tables.get(table.name), script)]
    assert not broken, "; ".join(broken) + ": expand now, contract two releases later (docs/operations.md, Upgrade)"


def narrowed(table: Table, now: Table | None, script: Script) -> Iterator[str]:
    """Name what the code of the release before would stumble over in one of its tables."""
    if now is None:
        yield f"{table.name} is gone"
        return
    for column in table.columns:
        if column.name not in now.columns:
            yield f"{table.name}.{column.name} is gone"
        elif column.nullable and not now.columns[column.name].nullable:
            yield f"{table.name}.{column.name} may not be empty any more"
        elif str(column.type) != str(now.columns[column.name].type):
            yield f"{table.name}.{column.name} is of another type"
    for column in now.columns:
        if column.name not in table.columns and not column.nullable and column.server_default is None:
            yield f"{table.name}.{column.name} is new and must be given"
    for index in {index.name: index for index in now.indexes if index.name not in {old.name for old in table.indexes}}.values():
        if index.unique:
            yield f"{index.name} is unique, and the old code does not know it"
        if index.name not in getattr(script.module, "ahead", {}):
            yield f"{index.name} is made while the table is locked: name it in `ahead`, and say IF NOT EXISTS"
    # One of the same name that is made anew would be found by no name.
    for name in replaced(table, now):
        if f"{name}_{script.revision}" not in getattr(script.module, "ahead", {}):
            yield f"{name} is made anew while the table is locked: name it in `ahead` as {name}_{script.revision}"


def replaced(old: Table, now: Table) -> Iterator[str]:
    """Name the indexes that are others under the same name."""
    were = {index.name: index for index in old.indexes}
    for index in now.indexes:
        if index.name in were and said_of(index) != said_of(were[index.name]):
            yield str(index.name)


def said_of(index: Index) -> tuple[list[str], list[str]]:
    """What an index is of: its columns, and for which rows."""
    return [str(each) for each in index.expressions], [str(each) for each in index.dialect_kwargs.values()]


def test_the_rule_notices_what_it_is_there_for() -> None:
    script, old = _SINCE[0], tables_named("CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX old ON t (a)")
    for changed, told in (
        ("CREATE TABLE other (a TEXT)", "t is gone"),
        ("CREATE TABLE t (a TEXT)", "t.b is gone"),
        ("CREATE TABLE t (a TEXT, b TEXT NOT NULL)", "t.b may not be empty"),
        ("CREATE TABLE t (a TEXT, b INTEGER)", "t.b is of another type"),
        ("CREATE TABLE t (a TEXT, b TEXT, c TEXT NOT NULL)", "t.c is new"),
        ("CREATE TABLE t (a TEXT, b TEXT); CREATE UNIQUE INDEX one ON t (a)", "one is unique"),
        ("CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX two ON t (a)", "two is made while the table is locked"),
        ("CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX old ON t (a) WHERE a <> ''", "old is made anew"),
    ):
        assert any(told in problem for problem in narrowed(old.tables["t"], tables_named(changed).tables.get("t"), script)), told
    fine = "CREATE TABLE t (a TEXT, b TEXT, c TEXT NOT NULL DEFAULT '', d TEXT); CREATE INDEX old ON t (a)"
    assert not list(narrowed(old.tables["t"], tables_named(fine).tables.get("t"), script))


def tables_named(statements: str) -> MetaData:
    store = Store("sqlite://", SystemClock().now)
    with store.writing() as sql:
        for statement in statements.split(";"):
            sql.execute(text(statement))
        found = MetaData()
        found.reflect(sql)
    store.close()
    return found
