"""One connection for one operation: transactions, rows as dicts, and driver errors as ours.

Nothing of a driver's message leaves this module: it may quote values, and a log keeps what it is given.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

from connectors.database.dialect import Column, Dialect, Fault, Kind, Row, Table, dialect
from connectors.database.layout import Address, Layout
from contracts.errors import ConnectorError, NotDone, Reject, Stop, Unknown
from contracts.strict import nearest

_BIGGEST = 2**63


class Session:
    """An open connection inside one transaction."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.selecting = False

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run a query and return its rows by column name."""
        self.selecting = sql.startswith("SELECT")
        cursor = self._raw.cursor()
        try:
            cursor.execute(sql, tuple(values))
            names = [each[0] for each in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()] if names else []
        finally:
            cursor.close()

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement and return the key the database made for an inserted row, 0 if it made none."""
        self.selecting = False
        cursor = self._raw.cursor()
        try:
            cursor.execute(sql, tuple(values))
            return int(getattr(cursor, "lastrowid", 0) or 0)
        finally:
            cursor.close()


class Database:
    """Opens sessions on the configured database and remembers what its tables look like."""

    def __init__(self, address: Address, password: str | None = None, tls_ca: str | None = None, layout: Layout | None = None) -> None:
        self.address = address
        self.dialect: Dialect = dialect(address.kind)
        self._password, self._tls_ca, self._layout = password, tls_ca, layout
        self._tables: dict[str, Table] = {}

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a read-only transaction that sees one moment. Raises NotDone or Stop."""
        with self._session(self.dialect.begin_reading, writing=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that is committed at the end. Raises NotDone, Unknown (lost while committing), Reject or Stop."""
        with self._session(self.dialect.begin_writing, writing=True) as session:
            yield session

    @contextmanager
    def _session(self, begin: str, *, writing: bool) -> Iterator[Session]:
        committing, session = False, None
        fault: Fault | None = None
        raw = self._connect()
        try:
            session = Session(raw)
            session.run(begin)
            yield session
            committing = True
            session.run("COMMIT")
        except self.dialect.errors as error:
            fault = self.dialect.fault(error)
        except BaseException:
            self._undo(raw)
            raise
        finally:
            if fault:
                self._undo(raw)
            _quietly(raw.close, *self.dialect.errors)
        if fault:
            # What cannot be read is no matter of this one edit.
            reads = session is not None and session.selecting
            raise self._meaning(fault, committing and writing, writing and not reads)

    def _connect(self) -> Any:
        fault = None
        try:
            return self.dialect.connect(self.address, self._password, self._tls_ca)
        except self.dialect.errors as error:
            fault = self.dialect.fault(error)
        except OSError:
            fault = Fault(NotDone, "The database server cannot be reached.", "Check that it runs, and the host and port in 'url'.")
        assert fault is not None
        raise self._meaning(fault, False, False)

    def _undo(self, raw: Any) -> None:
        _quietly(raw.rollback, *self.dialect.errors)

    def _meaning(self, fault: Fault, committing: bool, writing: bool) -> ConnectorError:
        if fault.lost and committing:
            return Unknown("The connection to the database was lost while it was saving.", "The hub looks whether it was saved.")
        if fault.error is NotDone:
            return NotDone(fault.problem, fault.advice)
        if fault.error is Reject and not writing:
            return Stop(f"{fault.problem} It was met while reading.", "Run the check of this connection.")
        name = self._known(fault.column)
        problem = f"{fault.problem} The column is {name}." if name else fault.problem
        return fault.error(problem, fault.advice, field=self._field(name))

    def _known(self, column: str | None) -> str | None:
        """Only a name that is a column of ours is repeated."""
        return column if column and any(column in table.columns for table in self._tables.values()) else None

    def _field(self, column: str | None) -> str | None:
        if self._layout is None or column is None:
            return None
        owners = {name: field.value for field, name in self._layout.complaints.columns.items()}
        owners |= {each.text: "response" for each in self._layout.replies if each.text not in owners}
        return owners.get(column, column)

    def table(self, session: Session, name: str) -> Table:
        """Return a table as the catalog has it, read once. Raises Stop if there is none."""
        if name not in self._tables:
            found = self.dialect.describe(session.ask, name, self.address)
            if found is None:
                raise Stop(f"There is no table {name}, or this user has no right on it.", self._advice(session, name))
            self._tables[name] = found
        return self._tables[name]

    def _advice(self, session: Session, name: str) -> str:
        return _correct(name, self.dialect.tables(session.ask, self.address))

    def column(self, session: Session, table: str, name: str) -> Column:
        """Return one column. Raises Stop that suggests the nearest name."""
        columns: Mapping[str, Column] = self.table(session, table).columns
        if name not in columns:
            raise Stop(f"The table {table} has no column {name}, or this user has no right on it.", _correct(name, columns))
        return columns[name]

    def key(self, session: Session, table: str, column: str, value: object) -> Any:
        """Return a key as its column can be compared with; None if no row can have it."""
        return _comparable(self.column(session, table, column).kind, value)


def _correct(name: str, known: Iterable[str]) -> str:
    names = list(known)
    return nearest(name, names) if names else "Correct the settings, or grant the user its rights."


def _comparable(holds: Kind, value: object) -> Any:
    written = str(value).strip()
    if holds is Kind.INTEGER:
        fits = written.isascii() and written.removeprefix("-").isdigit() and abs(int(written)) < _BIGGEST
        return int(written) if fits else None
    if holds is Kind.NUMBER:
        return Decimal(written) if written.isascii() and written.replace(".", "", 1).isdigit() else None
    if holds is Kind.UUID:
        try:
            return str(UUID(written))
        except ValueError:
            return None
    return str(value) if holds is Kind.TEXT else value


def _quietly(act: Any, *errors: type[Exception]) -> None:
    with contextlib.suppress(*errors, OSError):
        act()


def password_of(settings: Mapping[str, Any]) -> str | None:
    """Return the password from the settings or the environment. Raises Stop if the named variable is not set."""
    name = settings.get("password_env")
    if not name:
        return settings.get("password")
    if name not in os.environ:
        raise Stop(f"The environment variable {name} is not set.", "Set it where the hub or agent runs.")
    return os.environ[name]
