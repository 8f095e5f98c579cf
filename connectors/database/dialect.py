"""What differs between the database systems: a small port with three sides (mysql, postgresql, sqlite).

A dialect connects, quotes, locks, describes tables and says what an error of its driver means. Drivers are imported
when a connection is made, so that an installation needs only the one it uses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from typing import Any, ClassVar

from connectors.database.layout import Address
from contracts.errors import ConnectorError, Stop

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60
LOCK_SECONDS = 10

Row = dict[str, Any]
Ask = Callable[[str, Sequence[Any]], list[Row]]


class Kind(StrEnum):
    """What a column holds, as far as binding a value needs to know."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    INSTANT = "instant"
    UUID = "uuid"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the catalog has it. ``length`` is in characters; ``grants`` are ours: select, insert, update.

    ``automatic``: the database fills it itself (auto increment, identity, ON UPDATE).
    """

    name: str
    kind: Kind
    length: int | None = None
    nullable: bool = True
    has_default: bool = False
    automatic: bool = False
    primary: bool = False
    words: tuple[str, ...] = ()
    grants: frozenset[str] = frozenset({"select", "insert", "update"})


@dataclass(frozen=True, slots=True)
class Table:
    """One table as the catalog has it; without transactions (MyISAM) nothing may be written to it."""

    name: str
    columns: Mapping[str, Column] = field(default_factory=dict)
    transactional: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """What a driver's error means. ``lost``: the connection broke, so a commit under way may have happened."""

    error: type[ConnectorError]
    problem: str
    advice: str = ""
    column: str | None = None
    lost: bool = False


class Dialect(ABC):
    """One database system. ``mark`` is its placeholder, ``clock`` its own time now in UTC, ``lock`` follows a locking select."""

    mark: ClassVar[str] = "%s"
    clock: ClassVar[str]
    lock: ClassVar[str] = " FOR UPDATE"
    begin_reading: ClassVar[str]
    begin_writing: ClassVar[str]
    returns_key: ClassVar[bool] = False
    stores_booleans: ClassVar[bool] = False
    stores_times: ClassVar[bool] = True

    @abstractmethod
    def connect(self, address: Address, password: str | None, tls_ca: str | None) -> Any:
        """Open a DB-API connection in autocommit mode; the driver's errors pass through, a missing driver is Stop."""

    @property
    @abstractmethod
    def errors(self) -> tuple[type[Exception], ...]:
        """The driver's error classes; empty tuple if it is not installed."""

    @abstractmethod
    def fault(self, error: Exception) -> Fault:
        """Say what an error means, without a value or a secret in it."""

    @abstractmethod
    def describe(self, ask: Ask, table: str, address: Address) -> Table | None:
        """Read a table's columns and our rights from the catalog; None if there is no such table for us."""

    @abstractmethod
    def tables(self, ask: Ask, address: Address) -> list[str]:
        """List the names of the tables we can see."""

    @abstractmethod
    def quote_part(self, name: str) -> str:
        """Quote one identifier."""

    def quote(self, name: str) -> str:
        """Quote a column."""
        return self.quote_part(name)

    def quote_table(self, name: str) -> str:
        """Quote a table, with its schema if one is written before a dot."""
        return ".".join(self.quote_part(part) for part in name.split("."))


def driver(module: str, extra: str) -> Any:
    """Import a driver. Raises Stop that names the extra to install."""
    try:
        return import_module(module)
    except ImportError:
        raise Stop(
            f"The driver for this database is not installed ({module}).",
            f"Install it where the hub or agent runs, from its checkout: pip install '.[{extra}]'",
        ) from None


def kind(declared: str) -> Kind:
    """Tell what a declared SQL type holds."""
    word = declared.lower()
    if word.startswith("bool"):
        return Kind.BOOLEAN
    if word == "uuid":
        return Kind.UUID
    if "with time zone" in word or word == "timestamptz":
        return Kind.INSTANT
    if word.startswith(("datetime", "timestamp")):
        return Kind.DATETIME
    if word.startswith("date"):
        return Kind.DATE
    if any(part in word for part in ("char", "text", "clob", "enum", "set(")):
        return Kind.TEXT
    if word.startswith(("dec", "num", "float", "double", "real")):
        return Kind.NUMBER
    if "serial" in word or ("int" in word and not word.startswith(("interval", "point"))):
        return Kind.INTEGER
    return Kind.OTHER


def dialect(kind_: str) -> Dialect:
    """Return the dialect of an `Address`."""
    module = import_module(f"connectors.database.{kind_}")
    chosen: Dialect = module.DIALECT
    return chosen
