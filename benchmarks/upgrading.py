"""`simpul migrate` over a million complaints while others write: how long it takes, and how long it lets them wait."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
from sqlalchemy import event, text

from benchmarks import limits
from benchmarks.databases import fresh
from benchmarks.figures import Figures, show
from benchmarks.populating import nationwide, without_indexes
from hub.store import tables
from hub.store.ahead import Making
from hub.store.store import Store

FULL, QUICK = 1_000_000, 20_000
# The first revision beside which the release before may go on working.
_SINCE = "0004"
_SEED = 20_261_123
_PACE = 0.02
_UNWORDED = "SELECT count(*) FROM complaints WHERE said_of IS DISTINCT FROM version"
_SCHEMA = (
    "SELECT table_name, column_name, data_type, is_nullable, collation_name, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public' ORDER BY 1, 2",
    # PostgreSQL puts casts and brackets of a condition elsewhere once it has read what it wrote itself.
    "SELECT indexname, regexp_replace(indexdef, '::(character varying|text)(\\[\\])?|[()]', '', 'g') FROM pg_indexes"
    " WHERE schemaname = 'public' ORDER BY 1",
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid",
)


def _asked(store: Store, statement: str) -> list[tuple[Any, ...]]:
    with store.reading() as sql:
        return [tuple(row) for row in sql.execute(text(statement))]


def _copied(new: Store, old: Store) -> None:
    """Give the older tables the rows of the newer ones: every column there is in both, which a migration only adds to."""
    found: dict[str, list[str]] = {}
    for table, column in _asked(old, "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"):
        found.setdefault(table, []).append(column)
    with old.writing() as sql:
        later = without_indexes(sql)
    with _driver(new) as source, _driver(old) as target:
        for table in tables.metadata.sorted_tables:
            if table.name not in found or table.name == "meta":
                continue
            names = ", ".join(f'"{name}"' for name in found[table.name])
            with (
                source.cursor().copy(f"COPY (SELECT {names} FROM {table.name}) TO STDOUT (FORMAT BINARY)".encode()) as rows,
                target.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)".encode()) as into,
            ):
                for part in rows:
                    into.write(part)
    with old.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as sql:
        for statement in (*later, "VACUUM ANALYZE"):
            sql.execute(text(statement))


def _driver(store: Store) -> psycopg.Connection:
    return psycopg.connect(store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


class Writers:
    """Whoever goes on working with the older tables: changes to a complaint and its links, one after the other; how long each waited."""

    def __init__(self, store: Store) -> None:
        self.waits: list[tuple[float, float]] = []
        self.problems: list[str] = []
        self._store, self._done, self._chance = store, Event(), random.Random(_SEED)
        self._ids = [row[0] for row in _asked(store, "SELECT id FROM complaints ORDER BY random() LIMIT 5000")]
        self._thread = Thread(target=self._run, name="writer")

    def __enter__(self) -> Writers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(_PACE):
            began = time.monotonic()
            try:
                self._store.again(self._change)
            except Exception as error:  # Whatever it is, it must not end the writing unnoticed.
                self.problems.append(type(error).__name__)
            self.waits.append((time.monotonic() - began, began))

    def _change(self) -> None:
        with self._store.writing() as sql:
            given = {"id": self._chance.choice(self._ids)}
            sql.execute(text("UPDATE complaints SET version = version + 1 WHERE id = :id"), given)
            sql.execute(text("UPDATE links SET touched = touched + 1 WHERE complaint_id = :id"), given)


@contextmanager
def _listened(store: Store) -> Iterator[dict[str, float]]:
    """Give what the statements that change tables took, in seconds by their beginning."""
    took: dict[str, float] = {}

    def before(sql: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        sql.info["began"] = time.monotonic()

    def after(sql: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        if statement.startswith(("CREATE", "ALTER", "DROP")):
            name = statement.partition(" ON ")[0].replace("IF NOT EXISTS ", "")[:70]
            took[name] = took.get(name, 0.0) + time.monotonic() - sql.info["began"]

    event.listen(store.engine, "before_cursor_execute", before)
    event.listen(store.engine, "after_cursor_execute", after)
    try:
        yield took
    finally:
        event.remove(store.engine, "before_cursor_execute", before)
        event.remove(store.engine, "after_cursor_execute", after)


def _upgraded(url: str, figures: Figures, most: float) -> Store:
    words_from: list[float] = []

    def tell(making: Making) -> None:
        if making.phase == "collecting words" and not words_from:
            words_from.append(time.monotonic())

    store, old = _store(url), _store(url)
    with Writers(old) as writers, _listened(store) as took:
        began = time.monotonic()
        revision = store.migrate(tell=tell)
        ended = time.monotonic()
    old.engine.dispose()
    rows = [[statement, f"{seconds:.2f}"] for statement, seconds in took.items() if seconds > 0.05]
    words = ended - words_from[0] if words_from else 0.0
    show(["statement", "s"], [*rows, ["words of all complaints, 500 at a time", f"{words:.2f}"], ["everything", f"{ended - began:.2f}"]])
    waits = sorted(wait for wait, _ in writers.waits)
    longest, when = max(writers.waits)
    print(f"now revision {revision}; {len(waits):,} changes beside it: p50 {waits[len(waits) // 2] * 1_000:.1f} ms,", end=" ")
    print(f"p99 {waits[int(len(waits) * 0.99)] * 1_000:.0f} ms, longest {longest:.2f} s ({when - began:.1f} s after it began)")
    figures.must(not writers.problems, f"who wrote beside it failed: {writers.problems[:3]}")
    figures.limit("the longest that one who writes had to wait", longest, most, "s")
    return store


def _store(url: str) -> Store:
    return Store(url, lambda: datetime.now(UTC))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status says whether every limit was met."""
    parser = argparse.ArgumentParser(prog="benchmarks/upgrade.py", description=__doc__)
    parser.add_argument("--size", type=int, default=None, help=f"so many complaints instead of {FULL:,}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} complaints")
    given = parser.parse_args(arguments)
    size, figures = given.size or (QUICK if given.quick else FULL), Figures()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simpul-bench-")))
        url, older = (stack.enter_context(fresh("postgresql", folder)) for _ in range(2))
        hub = stack.enter_context(nationwide(folder, url, size, _SEED, figures))
        old = _store(older)
        stack.callback(old.engine.dispose)
        old.migrate(_SINCE)
        _copied(hub.store, old)
        print(f"the same rows are in tables of {_SINCE}", flush=True)
        store = _upgraded(older, figures, (limits.QUICK if given.quick else limits.FULL).held_up)
        stack.callback(store.engine.dispose)
        store.migrate()
        figures.must(_asked(store, _UNWORDED) == [(0,)], "complaints without their words are left")
        for statement in _SCHEMA:
            apart = set(_asked(store, statement)) ^ set(_asked(hub.store, statement))
            figures.must(not apart, f"not as the tables of a new hub: {sorted(apart)}")
    print()
    figures.show_limits()
    return 0 if figures.passed else 1
