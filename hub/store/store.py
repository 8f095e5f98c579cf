"""The database: one URL in, short transactions out. SQLite (WAL, synchronous FULL) or PostgreSQL (fsync on).

A dry run belongs to the thread (the context) that began it; what others write meanwhile is theirs and stays. It locks
what a writing transaction locks, for as long as it takes: on SQLite the whole database for writing (others wait half a
minute, then fail and try again), on PostgreSQL the connection's row and every complaint that it touches.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import orjson
import uuid_utils
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.pool import StaticPool

from contracts.errors import SimpulError
from hub.store import tables
from hub.store.types import as_json
from hub.store.unit import Unit

Result = TypeVar("Result")

# Serialisation failure and deadlock: PostgreSQL rolled one of two transactions back, and says that it may be done again.
_TIE = ("40001", "40P01")
_TIES = 5

# A value out of its type's range, a broken constraint, a value too long for its index: it is the row that cannot be kept.
_THE_ROW = ("22", "23", "54")
_CONSTRAINT = re.compile(r"constraint failed: ([\w., ]+)")

# By store, the connection on which the running context tries things out.
_TRIALS: ContextVar[Mapping[Store, Connection]] = ContextVar("simpul_trials")

MIGRATIONS = Path(__file__).parent / "migrations"


def new_id() -> str:
    """Return a UUIDv7 as text: never issued twice, also after the hub was restored from an old copy."""
    return str(uuid_utils.uuid7())


class Unstorable(SimpulError):
    """The database refuses a row. It holds what may be told of that: the SQLSTATE and the constraint, never the row."""

    def __init__(self, sqlstate: str | None = None, constraint: str | None = None) -> None:
        why = ", ".join(part for part in (sqlstate and f"SQLSTATE {sqlstate}", constraint) if part) or "a value of the wrong kind"
        super().__init__(f"The database cannot keep this row ({why}).", "Nothing of it was written.")
        self.sqlstate = sqlstate
        self.constraint = constraint


class Store:
    """Opens transactions. ``on_commit`` is called right before each commit; if it raises, nothing was written.

    ``on_due`` is told after a commit, by id, for which connections it left links due: a wake-up that may be lost.
    """

    def __init__(self, url: str, now: Callable[[], datetime], make_id: Callable[[], str] = new_id) -> None:
        self.engine = _engine(url)
        self.now = now
        self.make_id = make_id
        self.on_commit: Callable[[], None] = _nothing
        self.on_due: Callable[[frozenset[int]], None] = _nobody

    def migrate(self, to: str = "head") -> None:
        """Bring the tables to this release, or to the revision ``to``; safe to run by several processes, and again."""
        with self.engine.connect().execution_options(simpul_write=True) as sql, sql.begin():
            command.upgrade(_alembic(sql), to)

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open one transaction that may write; it is flushed and committed at the end, or leaves nothing. Raises Unstorable."""
        with self.writing() as sql:
            unit = Unit(sql, self.now(), self.make_id)
            yield unit
            unit.finish()
        if unit.due and self._trial() is None:
            self.on_due(frozenset(unit.due))

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open one writing transaction on the bare connection. Raises Unstorable."""
        trial = self._trial()
        if trial is not None:
            with _discreet(), trial.begin_nested():
                yield trial
            return
        with _discreet(), self.engine.connect().execution_options(simpul_write=True) as sql, sql.begin():
            yield sql
            self.on_commit()

    def again(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work that opens its own transaction, once more if the database had to break a tie between two of them."""
        for left in range(_TIES, 0, -1):
            try:
                return work()
            except DBAPIError as error:
                if left == 1 or getattr(error.orig, "sqlstate", None) not in _TIE:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one consistent view that writes nothing."""
        trial = self._trial()
        if trial is not None:
            with _discreet():
                yield trial
            return
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if self.engine.dialect.name == "postgresql" else {}
        with _discreet(), self.engine.connect().execution_options(**options) as sql, sql.begin():
            yield sql

    @contextmanager
    def dry(self) -> Iterator[None]:
        """Run what this thread does inside in one transaction that is thrown away at the end: the dry run."""
        with self.engine.connect().execution_options(simpul_write=True) as sql:
            outer = sql.begin()
            mine = _TRIALS.set({**_TRIALS.get({}), self: sql})
            try:
                yield
            finally:
                _TRIALS.reset(mine)
                outer.rollback()

    def _trial(self) -> Connection | None:
        return _TRIALS.get({}).get(self)

    def any_sealed(self) -> bytes | None:
        """Return any one sealed value, to prove that the right keys are at hand before anything new is sealed."""
        with self.reading() as sql:
            for column in (tables.complaints.c.sealed, tables.connections.c.secrets, tables.quarantine.c.raw):
                found = sql.execute(select(column).where(column.is_not(None)).limit(1)).first()
                if found is not None:
                    return bytes(found[0])
        return None

    def close(self) -> None:
        """Give the database connections back."""
        self.engine.dispose()


@contextmanager
def _discreet() -> Iterator[None]:
    """Let no error of the database carry content: PostgreSQL quotes the whole row, and every error holds its parameters."""
    try:
        yield
    except (StatementError, UnicodeEncodeError) as error:
        refused = _refused(error)
        if refused is not None:
            raise refused from None
        if isinstance(error, StatementError):
            error.params = None
        raise


def _refused(error: StatementError | UnicodeEncodeError) -> Unstorable | None:
    if not isinstance(error, DBAPIError):
        return Unstorable(None, None)
    sqlstate = getattr(error.orig, "sqlstate", None)
    if not isinstance(error, (IntegrityError, DataError)) and str(sqlstate)[:2] not in _THE_ROW:
        return None
    told = _CONSTRAINT.search(str(error.orig)) if sqlstate is None else None
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return Unstorable(sqlstate, named or (told.group(1) if told else None))


def _nothing() -> None:
    """Do nothing before a commit."""


def _nobody(due: frozenset[int]) -> None:
    """Wake nobody."""


def _alembic(sql: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = sql
    return config


def _json(value: Any) -> str:
    try:
        return as_json(value)
    except TypeError:
        raise Unstorable from None


def _unjson(value: Any) -> Any:
    # SQLite gives a JSON column numeric affinity: a bare number comes back as one.
    return value if isinstance(value, (int, float)) else orjson.loads(value)


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    options: dict[str, Any] = {"json_serializer": _json, "json_deserializer": _unjson, "hide_parameters": True}
    if parsed.get_backend_name() != "sqlite":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, pool_pre_ping=True, **options)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    if parsed.database in (None, "", ":memory:"):
        options |= {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    else:
        os.makedirs(os.path.dirname(os.path.abspath(parsed.database)), exist_ok=True)
        options |= {"connect_args": {"timeout": 30}}
    engine = create_engine(parsed, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(raw: Any, _record: Any) -> None:
    # A plan kept from when a table was empty would read all of it later.
    with raw.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_custom_plan")
    raw.commit()


def _prepare_sqlite(raw: Any, _record: Any) -> None:
    raw.isolation_level = None
    _use_wal(raw)
    # A page of records touches many leaves of the indexes: 16 MB hold them, and the log is folded in every 16 MB, not every 4.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-16384", "wal_autocheckpoint=4000"):
        raw.execute(f"PRAGMA {pragma}")


def _use_wal(raw: Any) -> None:
    # Several processes may open a fresh file at once, and SQLite does not wait by itself when it changes the journal mode.
    if raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return
    for pause in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2):
        try:
            raw.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            time.sleep(pause)
    raw.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(sql: Connection) -> None:
    # A transaction that will write takes the write lock at once; otherwise two of them could both read and then collide.
    writes = sql.get_execution_options().get("simpul_write", False)
    sql.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
