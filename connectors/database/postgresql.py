"""PostgreSQL, through psycopg 3."""

from __future__ import annotations

import re
from typing import Any

from connectors.database.dialect import ANSWER_SECONDS, CONNECT_SECONDS, LOCK_SECONDS, Ask, Column, Dialect, Fault, Table, driver, kind
from connectors.database.layout import Address
from connectors.database.values import Undecodable, decoded
from contracts.errors import NotDone, Reject, Stop

_LATER = {
    "53100": ("The disk of the database server is full.", "Make room on it."),
    "55P03": ("Another program holds a lock on the row.", ""),
    "40P01": ("Two programs waited for each other's rows.", ""),
    "40001": ("Another program changed the row at the same time.", ""),
    "57014": ("The database took too long to answer.", ""),
    "53300": ("The server has too many connections.", ""),
}
_STOP = {
    "3D000": ("The database does not exist.", "Correct the name in 'url'."),
    "42P01": ("A configured table does not exist.", "Run the check of this connection; it names it."),
    "42703": ("A configured column does not exist.", "Run the check of this connection; it names it."),
    "3F000": ("A configured schema does not exist.", "Correct the name of the table."),
    "42883": ("Two configured columns cannot be compared.", "Check which column points to which key."),
    "25006": ("The server accepts no writing; it may be a replica.", "Give the address of the primary server."),
}
_DENIED = "42501"
# A refused login has no code, only the server's sentence.
_LOGIN = re.compile(r"authentication failed|no pg_hba\.conf entry|no password supplied|role .* does not exist|not permitted to log in")
_NO_DATABASE = re.compile(r"database .* does not exist|permission denied for database")
_CATALOG = """
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, t.typtype = 'e' AS is_enum,
       CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS length,
       NOT a.attnotnull AS nullable, a.atthasdef AS has_default,
       a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid), '') LIKE 'nextval(%%' AS automatic,
       ARRAY(SELECT enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY enumsortorder) AS words,
       EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS is_primary,
       has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS may_select,
       has_column_privilege(a.attrelid, a.attnum, 'INSERT') AS may_insert,
       has_column_privilege(a.attrelid, a.attnum, 'UPDATE') AS may_update
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_TABLES = """
SELECT CASE WHEN n.nspname = current_schema() THEN c.relname ELSE n.nspname || '.' || c.relname END AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg!_%%' ESCAPE '!' AND n.nspname <> 'information_schema' ORDER BY 1
"""


class PostgreSQL(Dialect):
    """Rows are locked while they are compared and changed; a key the database makes is returned by the insert."""

    clock = "now()"
    begin_reading = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
    begin_writing = "BEGIN"
    returns_key = True
    stores_booleans = True

    def connect(self, address: Address, password: str | None, tls_ca: str | None) -> Any:
        """Connect with UTF-8, into which the server converts; no server-side preparing, so that poolers work."""
        psycopg = driver("psycopg", "postgresql")
        raw = psycopg.connect(
            host=address.host,
            port=address.port or 5432,
            user=address.user,
            password=password,
            dbname=address.database,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=CONNECT_SECONDS,
            client_encoding="utf8",
            application_name="simpul",
            tcp_user_timeout=ANSWER_SECONDS * 1000,
            **({"sslmode": "verify-full", "sslrootcert": tls_ca} if tls_ca else {}),
        )
        raw.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'; SET statement_timeout = '{ANSWER_SECONDS}s'; SET DateStyle = 'ISO'")
        _forgive(raw)
        return raw

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """The errors of psycopg."""
        try:
            import psycopg
        except ImportError:
            return ()
        return (psycopg.Error,)

    def fault(self, error: Exception) -> Fault:
        """Read the SQLSTATE; without one the connection was refused or lost."""
        state = getattr(error, "sqlstate", None) or ""
        column = getattr(getattr(error, "diag", None), "column_name", None)
        if not state:
            return _unconnected(str(error))
        if state in _LATER:
            return Fault(NotDone, *_LATER[state])
        if state in _STOP:
            return Fault(Stop, *_STOP[state])
        if state == _DENIED:
            return Fault(Reject, "The user has no right on this column.", "Grant it, or take the field out of 'write'.")
        if state.startswith("28"):
            return Fault(Stop, "The database refused the user or the password.", "Correct 'url' and the password.")
        if state.startswith(("08", "57", "58")):
            return Fault(NotDone, "The connection to the database was lost.", lost=True)
        if state.startswith(("22", "23", "P0", "44")):
            advice = "Add it to 'constants'." if state == "23502" else "Compare the column with the settings."
            return Fault(Reject, f"The database refused the value (SQLSTATE {state}).", advice, column)
        if state.startswith(("42", "3")):
            return Fault(Stop, f"The database did not understand the request (SQLSTATE {state}).", "Run the check of this connection.")
        return Fault(NotDone, f"The database answered with SQLSTATE {state}.", "Look into the server's log if it stays.")

    def describe(self, ask: Ask, table: str, address: Address) -> Table | None:
        """Read the system catalog, which shows columns even where we have no right."""
        rows = ask(_CATALOG, (self.quote_table(table).replace("%%", "%"),))
        columns = {row["name"]: _column(row) for row in rows}
        return Table(table, columns) if columns else None

    def tables(self, ask: Ask, address: Address) -> list[str]:
        """List the tables, with their schema where it is not the current one."""
        return [row["name"] for row in ask(_TABLES, ())]

    def quote_part(self, name: str) -> str:
        """Quote with double quotes; a percent sign is doubled for the driver."""
        return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def _unconnected(message: str) -> Fault:
    if _LOGIN.search(message):
        return Fault(Stop, "The database refused the user or the password.", "Correct 'url' and the password, and pg_hba.conf.")
    if _NO_DATABASE.search(message):
        return Fault(Stop, "The database does not exist, or this user may not use it.", "Correct the name in 'url'.")
    return Fault(NotDone, "The database server cannot be reached.", "Check that it runs, and the host and port in 'url'.", lost=True)


def _column(row: dict[str, Any]) -> Column:
    grants = {name for name in ("select", "insert", "update") if row[f"may_{name}"]}
    return Column(
        name=row["name"],
        kind=kind("enum" if row["is_enum"] else row["type"]),
        length=row["length"],
        nullable=row["nullable"],
        has_default=row["has_default"],
        automatic=row["automatic"],
        primary=row["is_primary"],
        words=tuple(row["words"]),
        grants=frozenset(grants),
    )


def _forgive(raw: Any) -> None:
    """Keep a value the driver cannot represent (infinity, year 12000, broken text) apart, instead of losing the page."""
    from psycopg import DataError
    from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
    from psycopg.types.string import TextLoader

    def forgiving(base: Any) -> type[Any]:
        def load(self: Any, data: Any) -> Any:
            try:
                return base.load(self, data)
            except (UnicodeDecodeError, DataError):
                return Undecodable(bytes(data))

        return type(f"Forgiving{base.__name__}", (base,), {"load": load})

    class Text(TextLoader):
        def load(self, data: Any) -> Any:
            return decoded(bytes(data))

    for name, loader in {"date": DateLoader, "timestamp": TimestampLoader, "timestamptz": TimestamptzLoader}.items():
        raw.adapters.register_loader(name, forgiving(loader))
    for name in ("text", "varchar", "bpchar"):
        raw.adapters.register_loader(name, Text)


DIALECT = PostgreSQL()
