"""Makes the indexes that coming migrations name before they run, on PostgreSQL, without holding up those who write.

CREATE INDEX CONCURRENTLY stands in no transaction: one that was broken off leaves an index that is not valid, which is
dropped here and made again. What cannot be made yet, because its column comes with the same migrations, they make.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from hub.store import schema

# One process at a time. It is tried for, not waited for: whoever waits in a statement holds up the index itself.
_LOCK = 7311
_AGAIN, _LOOK = 0.5, 1.0
# No such table, no such column: they come with the migrations.
_NOT_YET = ("42P01", "42703")
# A deadlock, which PostgreSQL settles at the cost of the index.
_TIE, _TIES = "40P01", 5

_VALID = text("SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = :name")
_DONE = text("SELECT phase, tuples_done, tuples_total, blocks_done, blocks_total FROM pg_stat_progress_create_index WHERE pid = :pid")


@dataclass(frozen=True, slots=True)
class Making:
    """How far the making of indexes is: the ``number``-th of ``count``; ``share`` of it from 0 to 1, None where that is not known."""

    name: str
    number: int
    count: int
    phase: str = ""
    share: float | None = None


Tell = Callable[[Making], None]


@contextmanager
def made_ahead(engine: Engine, to: str, tell: Tell) -> Iterator[None]:
    """Make what is missing of the indexes of the migrations up to ``to``, which are to run inside; safe to be broken off.

    Others who want to migrate wait until that is done: they would make anew what is taken over by then.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as sql:
        if not schema.ahead(sql, to):
            yield
            return
        with _alone(sql):
            indexes = schema.ahead(sql, to)
            for number, (name, on) in enumerate(indexes.items(), 1):
                _make(engine, sql, on, Making(name, number, len(indexes)), tell)
            yield


@contextmanager
def _alone(sql: Connection) -> Iterator[None]:
    while not sql.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar_one():
        time.sleep(_AGAIN)
    try:
        yield
    finally:
        with suppress(DBAPIError):
            sql.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})


def _make(engine: Engine, sql: Connection, on: str, making: Making, tell: Tell) -> None:
    for left in range(_TIES, 0, -1):
        valid = sql.execute(_VALID, {"name": making.name}).scalar()
        if valid:
            return
        if valid is False:
            sql.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {making.name}")
        try:
            with _told(engine, sql, making, tell):
                sql.exec_driver_sql(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {making.name} ON {on}")
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state in _NOT_YET:
                return
            if state != _TIE or left == 1:
                raise


@contextmanager
def _told(engine: Engine, sql: Connection, making: Making, tell: Tell) -> Iterator[None]:
    """Tell how far it is, from another connection, once a second."""
    tell(making)
    pid, done = sql.exec_driver_sql("SELECT pg_backend_pid()").scalar_one(), Event()
    watcher = Thread(target=_watch, args=(engine, pid, done, making, tell), name="index", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _watch(engine: Engine, pid: int, done: Event, making: Making, tell: Tell) -> None:
    with suppress(DBAPIError), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as sql:
        while not done.wait(_LOOK):
            row = sql.execute(_DONE, {"pid": pid}).one_or_none()
            if row is not None:
                total, so_far = (row.tuples_total, row.tuples_done) if row.tuples_total else (row.blocks_total, row.blocks_done)
                tell(Making(making.name, making.number, making.count, row.phase, so_far / total if total else None))


def silent(making: Making) -> None:
    """Tell nobody."""
