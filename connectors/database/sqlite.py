"""SQLite: one file, the standard library's driver."""

from __future__ import annotations

import os
import sqlite3
from typing import Any
from urllib.parse import quote as url_quote

from connectors.database.dialect import LOCK_SECONDS, Ask, Column, Dialect, Fault, Table, kind
from connectors.database.layout import Address
from connectors.database.values import decoded
from contracts.errors import NotDone, Reject, Stop

_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_INTERRUPT", "SQLITE_PROTOCOL", "SQLITE_NOMEM")
_FILE = ("SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_PERM", "SQLITE_AUTH")
_DATA = ("SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE")
_RULES = "Compare the app's rules with the settings."


class SQLite(Dialect):
    """A file that must exist; writes take the whole file's lock (BEGIN IMMEDIATE), so no row needs locking."""

    mark = "?"
    clock = "CURRENT_TIMESTAMP"
    lock = ""
    begin_reading = "BEGIN"
    begin_writing = "BEGIN IMMEDIATE"
    stores_times = False

    def connect(self, address: Address, password: str | None, tls_ca: str | None) -> Any:
        """Open the file for reading and writing, never creating it."""
        if not os.path.isfile(address.database):
            raise Stop("The database file does not exist.", "Correct the path in 'url', or give this user the right to see the folder.")
        mode = "rw" if os.access(address.database, os.W_OK) else "ro"
        uri = f"file:{url_quote(address.database)}?mode={mode}"
        raw = sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
        raw.text_factory = decoded
        return raw

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """The errors of sqlite3."""
        return (sqlite3.Error,)

    def fault(self, error: Exception) -> Fault:
        """Read the error's code name; its message may hold names, never values."""
        code = getattr(error, "sqlite_errorname", None) or ""
        if code.startswith(_BUSY):
            return Fault(NotDone, "The database file is busy.")
        if code.startswith("SQLITE_FULL"):
            return Fault(NotDone, "The disk of the database is full.", "Make room on it.")
        if code.startswith("SQLITE_IOERR"):
            return Fault(NotDone, "The disk of the database reports an error.", "Look at the disk.", lost=True)
        if code.startswith("SQLITE_READONLY"):
            return Fault(Stop, "The database file is read-only for this user.", "Give it write permission on the file and on its folder.")
        if code.startswith(_FILE):
            return Fault(Stop, "The database file cannot be used.", "Check that it is a SQLite file and that this user may read it.")
        if code.startswith(_DATA):
            return Fault(Reject, f"The database refused the row ({code}).", _RULES, _column(str(error)))
        if isinstance(error, sqlite3.OperationalError | sqlite3.ProgrammingError):
            return Fault(Stop, "A configured table or column does not exist.", "Run the check of this connection; it names it.")
        return Fault(Reject, "The database refused the row.", _RULES)

    def describe(self, ask: Ask, table: str, address: Address) -> Table | None:
        """Read the declared columns; the rights are the file's."""
        rows = ask('SELECT name, type, "notnull" AS strict, dflt_value AS fallback, pk FROM pragma_table_info(?)', (table,))
        writable = os.access(address.database, os.W_OK) and os.access(os.path.dirname(address.database), os.W_OK)
        grants = frozenset({"select", "insert", "update"} if writable else {"select"})
        columns = [
            Column(
                name=row["name"],
                kind=kind(row["type"]),
                length=_length(row["type"]),
                nullable=not row["strict"],
                has_default=row["fallback"] is not None,
                automatic=bool(row["pk"]) and row["type"].upper() == "INTEGER",
                primary=bool(row["pk"]),
                grants=grants,
            )
            for row in rows
        ]
        return Table(table, {column.name: column for column in columns}) if columns else None

    def tables(self, ask: Ask, address: Address) -> list[str]:
        """List the file's tables."""
        rows = ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name", ())
        return [row["name"] for row in rows]

    def quote_part(self, name: str) -> str:
        """Quote with backticks: SQLite takes an unknown name in double quotes for a text."""
        return "`" + name.replace("`", "``") + "`"


def _length(declared: str) -> int | None:
    inner = declared.partition("(")[2].partition(")")[0]
    return int(inner) if inner.isdigit() and "char" in declared.lower() else None


def _column(message: str) -> str | None:
    """Take the column out of ``NOT NULL constraint failed: table.column``."""
    names = message.rpartition(": ")[2]
    return names.rpartition(".")[2] if "," not in names and "." in names else None


DIALECT = SQLite()
