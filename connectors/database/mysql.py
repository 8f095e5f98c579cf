"""MariaDB and MySQL, through PyMySQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connectors.database.dialect import ANSWER_SECONDS, CONNECT_SECONDS, LOCK_SECONDS, Ask, Column, Dialect, Fault, Table, driver, kind
from connectors.database.layout import Address
from connectors.database.values import decoded
from contracts.errors import NotDone, Reject, Stop

_LOST = {2006, 2013, 2014, 2055, 1053, 1927, 1317, 1152, 1158, 1159, 1160, 1161}
_BUSY = {1040: "The server has too many connections.", 1203: "The user has too many connections.", 1226: "The user's allowance is used up."}
_LOCKED = {1205, 1213, 1020, 3572}
_FULL = {1021, 1114, 1037, 1038, 1041}
_LOGIN = {1045, 1698, 1130, 1129, 1862, 1820, 3118, 4151, 1251, 2059, 2061}
_MISSING = {1146, 1054, 1051, 1305}
_DENIED = {1142, 1227, 1370}
_READ_ONLY = {1290, 1836, 1792}
_DATA = {1048, 1062, 1264, 1265, 1292, 1364, 1366, 1406, 1451, 1452, 1644, 1690, 3819, 4025, 1526, 1748, 1411}
# Where these messages name a column; the values they quote are never taken.
_NAMED = re.compile(r"^(?:Column|Field) '([^']+)'|[Cc]olumn (?:'([^']+)'|`(?:[^`]+`\.`)*([^`]+)`)(?: in table '[^']*'| at row \d+)$")
_SETTINGS = (
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
    f"innodb_lock_wait_timeout = {LOCK_SECONDS}"
)


class MySQL(Dialect):
    """Strict mode always: an app's lax server would otherwise cut a text or turn an unknown status into an empty one."""

    clock = "UTC_TIMESTAMP()"
    begin_reading = "START TRANSACTION READ ONLY"
    begin_writing = "START TRANSACTION"

    def connect(self, address: Address, password: str | None, tls_ca: str | None) -> Any:
        """Connect with utf8mb4, into which the server converts latin1 columns."""
        pymysql = driver("pymysql", "mysql")
        raw = pymysql.connect(
            host=address.host,
            port=address.port or 3306,
            user=address.user,
            password=password or "",
            database=address.database,
            charset="utf8mb4",
            use_unicode=False,
            conv=_converters(),
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            write_timeout=ANSWER_SECONDS,
            init_command=_SETTINGS,
            ssl={"ca": tls_ca, "check_hostname": True} if tls_ca else None,
        )
        raw.query("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return raw

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """The errors of PyMySQL."""
        try:
            import pymysql
        except ImportError:
            return ()
        return (pymysql.MySQLError,)

    def fault(self, error: Exception) -> Fault:
        """Read the server's or the client's error number."""
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        message = str(error.args[1]) if len(error.args) > 1 else ""
        return _late(code, message) or _wrong(code) or _refused(code, message) or _other(error, code)

    def describe(self, ask: Ask, table: str, address: Address) -> Table | None:
        """Read information_schema, which shows only columns on which we have a right."""
        schema, _, name = table.rpartition(".")
        place = (schema or address.database, name)
        rows = ask(
            "SELECT column_name AS name, column_type AS type, character_maximum_length AS length, is_nullable AS nullable, "
            "column_default AS fallback, extra AS extra, column_key AS place, privileges AS grants "
            "FROM information_schema.columns WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
            place,
        )
        engines = ask("SELECT engine AS engine FROM information_schema.tables WHERE table_schema = %s AND table_name = %s", place)
        transactional = all(row["engine"] in (None, "InnoDB", "RocksDB", "ROCKSDB", "ndbcluster") for row in engines)
        columns = {row["name"]: _column(row) for row in rows}
        return Table(table, columns, transactional) if columns else None

    def tables(self, ask: Ask, address: Address) -> list[str]:
        """List the tables of the database of the address."""
        sql = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = %s ORDER BY table_name"
        rows = ask(sql, (address.database,))
        return [row["name"] for row in rows]

    def quote_part(self, name: str) -> str:
        """Quote with backticks; a percent sign is doubled for the driver."""
        return "`" + name.replace("`", "``").replace("%", "%%") + "`"


def _column(row: dict[str, Any]) -> Column:
    declared = str(row["type"])
    words = tuple(word.replace("''", "'") for word in re.findall(r"'((?:[^']|'')*)'", declared)) if declared.startswith("enum") else ()
    extra = str(row["extra"] or "").lower()
    return Column(
        name=row["name"],
        kind=kind(declared),
        length=int(row["length"]) if declared.startswith(("varchar", "char")) else None,
        nullable=row["nullable"] == "YES",
        has_default=row["fallback"] is not None,
        automatic="auto_increment" in extra or "on update" in extra,
        primary=row["place"] == "PRI",
        words=words,
        grants=frozenset(part.strip().lower() for part in str(row["grants"] or "").split(",")),
    )


def _converters() -> dict[Any, Any]:
    """Build the driver's converters so that they take bytes: text that cannot be decoded must not spoil a whole page."""
    from pymysql import converters
    from pymysql.constants import FIELD_TYPE as T

    texts = (T.STRING, T.VAR_STRING, T.VARCHAR, T.BLOB, T.TINY_BLOB, T.MEDIUM_BLOB, T.LONG_BLOB, T.ENUM, T.SET, T.JSON)
    table: dict[Any, Any] = dict(converters.encoders)
    for code, convert in converters.decoders.items():
        table[code] = decoded if code in texts else _from_ascii(convert)
    table.update(dict.fromkeys(texts, decoded))
    table[T.BIT] = lambda data: int.from_bytes(data, "big")
    return table


def _from_ascii(convert: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return lambda data: convert(data.decode("ascii"))


def _late(code: int, message: str) -> Fault | None:
    if code in (2002, 2003, 2005):
        return Fault(NotDone, "The database server cannot be reached.", "Check that it runs, and the host and port in 'url'.")
    if code in _LOST:
        return Fault(NotDone, "The connection to the database was lost.", lost=True)
    if code in _BUSY:
        return Fault(NotDone, _BUSY[code])
    if code in _LOCKED:
        return Fault(NotDone, "Another program holds a lock on the row.")
    if code in _FULL or (code == 1030 and "28" in message):
        return Fault(NotDone, "The disk of the database server is full.", "Make room on it.")
    return None


def _wrong(code: int) -> Fault | None:
    if code in _LOGIN:
        advice = "Correct 'url' and the password, and the host the user may come from."
        return Fault(Stop, f"The database refused the user or the password (error {code}).", advice)
    if code in (1044, 1049):
        return Fault(Stop, "The database does not exist, or this user may not use it.", "Correct its name in 'url', or grant the rights.")
    if code in _MISSING:
        return Fault(Stop, "A configured table or column does not exist.", "Run the check of this connection; it names it.")
    if code in _DENIED:
        return Fault(Stop, "The user has no right on a configured table.", "Run the check of this connection; it says what to grant.")
    if code in _READ_ONLY:
        return Fault(Stop, "The server accepts no writing; it may be a replica.", "Give the address of the primary server.")
    if code in (1267, 1271):
        return Fault(Stop, "Two configured columns have collations that cannot be compared.", "Give them the same collation.")
    return None


def _refused(code: int, message: str) -> Fault | None:
    if code == 1143:
        return Fault(Reject, "The user has no right on this column.", "Grant it, or take the field out of 'write'.", _named(message))
    if code in (1364, 1048):
        return Fault(Reject, f"The app wants a value in this column (error {code}).", "Add it to 'constants'.", _named(message))
    if code in _DATA:
        return Fault(Reject, f"The database refused the value (error {code}).", "Compare the column with the settings.", _named(message))
    return None


def _other(error: Exception, code: int) -> Fault:
    import pymysql

    if isinstance(error, pymysql.err.IntegrityError | pymysql.err.DataError):
        return Fault(Reject, f"The database refused the row (error {code}).", "Compare the app's rules with the settings.")
    if isinstance(error, pymysql.err.ProgrammingError):
        return Fault(Stop, f"The database did not understand the request (error {code}).", "Run the check of this connection.")
    return Fault(NotDone, f"The database answered with error {code}.", "Look into the server's log if it stays.", lost=code == 0)


def _named(message: str) -> str | None:
    found = _NAMED.search(message)
    return next((name for name in found.groups() if name), None) if found else None


DIALECT = MySQL()
