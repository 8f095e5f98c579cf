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
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypeVar

import orjson
import uuid_utils
from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, IntegrityError, StatementError
from sqlalchemy.pool import StaticPool

from contracts.errors import SimpulError
from hub.store import schema, tables
from hub.store.ahead import Tell, made_ahead, silent
from hub.store.filling import fill
from hub.store.rows import ConnectionRow
from hub.store.types import as_json
from hub.store.unit import Unit

Result = TypeVar("Result")

# Serialisation failure, deadlock and a lock waited for too long: PostgreSQL rolled one of two transactions back, and it may be done again.
_TIE = ("40001", "40P01", "55P03")
_TIES = 5
_MIGRATION_TIES = 30

# Seconds after which a connection that nobody used must show that it is still there.
_RESTED = 1.0

# Seconds after which PostgreSQL takes back what a process holds that stands still in the middle of a transaction (its machine
# is suspended, or gone without a word): as long as a lease, which could not be taken over while the row is locked.
_STANDSTILL = 60

# A server that is gone without a word is noticed within half a minute, not in hours.
_ALIVE = {"connect_timeout": 10, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}

# A value out of its type's range, a broken constraint, a value too long for its index: it is the row that cannot be kept.
_THE_ROW = ("22", "23", "54")
_CONSTRAINT = re.compile(r"constraint failed: ([\w., ]+)")

# Under this name `meta` holds what tells the key ring from any other.
_RING = "ring"

# By store, the connection on which the running context tries things out.
_TRIALS: ContextVar[Mapping[Store, Connection]] = ContextVar("simpul_trials")


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
    ``threads``: how many use it at once. PostgreSQL gets twice as many connections at most, since a few reach for a second
    one while they have one; who comes when all are taken waits.
    """

    def __init__(self, url: str, now: Callable[[], datetime], make_id: Callable[[], str] = new_id, *, threads: int = 10) -> None:
        self.engine = _engine(url, threads)
        self.now = now
        self.make_id = make_id
        self.on_commit: Callable[[], None] = _nothing
        self.on_due: Callable[[frozenset[int]], None] = _nobody

    def migrate(self, to: str = "head", tell: Tell = silent) -> str:
        """Bring the tables to this release, or to the revision ``to``, and return that; safe to run by several processes, and again.

        ``tell`` hears how far the indexes are that are made before, and what is filled in afterwards.
        """
        with made_ahead(self.engine, to, tell):
            revision = self.again(lambda: self._migrate(to), _MIGRATION_TIES)
        if to == "head":
            fill(self, tell)
        return revision

    def _migrate(self, to: str) -> str:
        with self.engine.connect().execution_options(simpul_write=True) as sql, sql.begin():
            return schema.upgrade(sql, to)

    def empty(self) -> bool:
        """Tell whether there are no tables of a hub yet."""
        with self.reading() as sql:
            return schema.empty(sql)

    def check(self) -> None:
        """Raise Refused unless the tables are such as this release can work with."""
        with self.reading() as sql:
            schema.check(sql)

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open one transaction that may write; it is flushed and committed at the end, or leaves nothing. Raises Unstorable."""
        with self.writing() as sql:
            unit = Unit(sql, self.now(), self.make_id)
            try:
                yield unit
                unit.finish()
            finally:
                unit.close()
        if unit.due and self._trial() is None:
            self.on_due(frozenset(unit.due))

    def connection(self, name: str | int) -> ConnectionRow:
        """Return one connection by name or id as it stands, to be looked at and not to be changed; raises NotFound."""
        with self.asking() as sql, closing(Unit(sql, self.now(), self.make_id)) as unit:
            return unit.connection(name)

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

    def again(self, work: Callable[[], Result], ties: int = _TIES) -> Result:
        """Do a piece of work that opens its own transaction, once more if the database had to break a tie between two of them."""
        for left in range(ties, 0, -1):
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
    def asking(self) -> Iterator[Connection]:
        """Open a connection for questions that need not agree with each other: each sees what was committed when it began."""
        if self._trial() is not None or self.engine.dialect.name != "postgresql":
            with self.reading() as sql:
                yield sql
            return
        # Without a transaction a question is one way there and back instead of three.
        with _discreet(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as sql:
            yield sql

    @contextmanager
    def dry(self) -> Iterator[None]:
        """Run what this thread does inside in one transaction that is thrown away at the end: the dry run."""
        with self.engine.connect().execution_options(simpul_write=True) as sql:
            outer = sql.begin()
            if self.engine.dialect.name == "postgresql":
                # It asks apps in between, who may take their time.
                sql.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
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
            for column in (tables.complaints.c.sealed, tables.connections.c.secrets, tables.quarantine.c.raw, tables.webhooks.c.secret):
                found = sql.execute(select(column).where(column.is_not(None)).limit(1)).first()
                if found is not None:
                    return bytes(found[0])
        return None

    def ring(self) -> str | None:
        """Return the mark of the key ring that this database is used with; None where it was not used yet."""
        with self.reading() as sql:
            found = sql.execute(select(tables.meta.c.value).where(tables.meta.c.key == _RING)).scalar()
        return None if found is None else str(found)

    def note_ring(self, mark: str) -> str:
        """Note which key ring this database is used with, unless one is noted; return the mark of the one that is."""
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        with self.writing() as sql:
            sql.execute(insert(tables.meta).values(key=_RING, value=mark).on_conflict_do_nothing())
        return self.ring() or mark

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


def _json(value: Any) -> str:
    try:
        return as_json(value)
    except TypeError:
        raise Unstorable from None


def _unjson(value: Any) -> Any:
    # SQLite gives a JSON column numeric affinity: a bare number comes back as one.
    return value if isinstance(value, (int, float)) else orjson.loads(value)


def _engine(url: str, threads: int) -> Engine:
    parsed = make_url(url)
    options: dict[str, Any] = {"json_serializer": _json, "json_deserializer": _unjson, "hide_parameters": True}
    if parsed.get_backend_name() != "sqlite":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, pool_size=2 * threads, max_overflow=0, pool_use_lifo=True, connect_args=dict(_ALIVE), **options)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", _must_answer)
        return engine
    if parsed.database in (None, "", ":memory:"):
        options |= {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    else:
        _own_folder(os.path.dirname(os.path.abspath(parsed.database)))
        options |= {"connect_args": {"timeout": 30}}
    engine = create_engine(parsed, **options)
    event.listen(engine, "do_connect", _own_file)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(raw: Any, _record: Any) -> None:
    # A plan kept from when a table was empty would read all of it later.
    try:
        with raw.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_custom_plan")
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{_STANDSTILL}s'")
        raw.commit()
    except BaseException:
        # The server went away just then, and nobody else knows of this connection yet.
        raw.close()
        raise


def _note_rest(_raw: Any, record: Any) -> None:
    record.info["rests"] = time.monotonic()


def _must_answer(raw: Any, record: Any, _proxy: Any) -> None:
    # One that was at work a moment ago is not asked: for short transactions the question costs a tenth of them.
    rests = record.info.get("rests")
    if rests is None or time.monotonic() - rests < _RESTED:
        return
    try:
        raw.execute("")
        raw.rollback()
    except raw.Error as error:
        # The pool opens another one instead.
        raise DisconnectionError from error


def _own_folder(folder: str) -> None:
    """Make the folder of a SQLite file; whoever comes to the machine has no business in it."""
    if not os.path.isdir(folder):
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        with suppress(FileExistsError):
            os.mkdir(folder, 0o700)


def _own_file(_dialect: Any, _record: Any, arguments: Any, _named: Any) -> None:
    # SQLite would make it with the rights of any file; its log takes over the rights of the file beside it.
    path = arguments[0]
    if path and not path.startswith((":", "file:")) and not os.path.exists(path):
        with suppress(OSError):  # SQLite itself says what is in the way
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


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
