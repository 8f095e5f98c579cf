"""Many rows at once, prepared once per table: for a page of records the building of statements costs more than the database.

What a column makes of a value is still SQLAlchemy's word; only the way there is shorter, on PostgreSQL through COPY.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Dialect, Integer, LargeBinary, String, Table
from sqlalchemy.exc import StatementError

from hub.store.behind import Behind
from hub.store.direct import tell
from hub.store.types import Moment, as_json

Values = Sequence[Any]

_BARE: dict[type, str] = {dict: "{}", list: "[]"}
Makers = tuple[Callable[[Values], Iterable[Any]] | None, ...]

# Both drivers take the values of these columns as they are.
_AS_THEY_ARE = (Boolean, Integer, LargeBinary, String)

# Fewer rows than these are not worth a COPY's own round trips.
COPIED = 5


# A statement, and the values of each row that it is for.
Told = tuple[str, list[tuple[Any, ...]]]


def insert_rows(sql: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Values]) -> None:
    """Insert rows whose values stand in the order of ``names``; raises what SQLAlchemy would raise."""
    if sql.dialect.name == "postgresql" and len(rows) >= COPIED:
        behind = Behind(sql)
        behind.add(table, names, rows)
        behind.settle()
    else:
        tell(sql, *inserted(sql.dialect, table, names, rows))


def inserted(dialect: Dialect, table: Table, names: tuple[str, ...], rows: Sequence[Values]) -> Told:
    """Return what inserts such rows one by one; raises StatementError."""
    made = _made(_makers(table, names, dialect), rows)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({_marks(dialect, len(names))})", made


def updated(dialect: Dialect, table: Table, names: tuple[str, ...], rows: Sequence[Values]) -> Told:
    """Return what gives the rows with these ids these values, which stand in the order of ``names``, the id first; raises as above."""
    made = _made(_makers(table, names, dialect), rows)
    mark = _mark(dialect)
    changes = ", ".join(f"{name} = {mark}" for name in names[1:])
    return f"UPDATE {table.name} SET {changes} WHERE {names[0]} = {mark}", [(*row[1:], row[0]) for row in made]


def counted(dialect: Dialect, table: Table, rows: list[tuple[Any, ...]]) -> Told:
    """Return what adds the last value of each row to the number ``n`` of the row that the others name, which is made if it is not there.

    The others are the primary key. On PostgreSQL it is one statement for all rows.
    """
    key = [column.name for column in table.primary_key]
    said = "VALUES ({})"
    if dialect.name == "postgresql":
        kinds = [column.type.compile(dialect) for column in (*table.primary_key, table.c.n)]
        said, rows = "SELECT * FROM unnest({})", [tuple(map(list, zip(*rows, strict=True)))]
        marks = ", ".join(f"%s::{kind}[]" for kind in kinds)
    else:
        marks = _marks(dialect, len(key) + 1)
    made = f"INSERT INTO {table.name} ({', '.join(key)}, n) {said.format(marks)}"
    return f"{made} ON CONFLICT ({', '.join(key)}) DO UPDATE SET n = {table.name}.n + excluded.n", rows


def deleted(dialect: Dialect, table: Table, names: tuple[str, ...]) -> str:
    """Return what deletes the row in which these columns have given values."""
    return f"DELETE FROM {table.name} WHERE {' AND '.join(f'{name} = {_mark(dialect)}' for name in names)}"


def _made(makers: Makers, rows: Sequence[Values]) -> list[tuple[Any, ...]]:
    columns = zip(*rows, strict=True)
    try:
        return _row_wise(makers, columns)
    except (AttributeError, TypeError, ValueError) as error:
        raise StatementError("a value of the wrong kind for its column", None, None, error, hide_parameters=True) from None


def _row_wise(makers: Makers, columns: Iterable[Values]) -> list[tuple[Any, ...]]:
    return list(zip(*(make(column) if make else column for make, column in zip(makers, columns, strict=True)), strict=True))


def _mark(dialect: Dialect) -> str:
    return "?" if dialect.paramstyle == "qmark" else "%s"


def _marks(dialect: Dialect, many: int) -> str:
    return ", ".join([_mark(dialect)] * many)


@functools.lru_cache(maxsize=256)
def _makers(table: Table, names: tuple[str, ...], dialect: Dialect) -> Makers:
    return tuple(_maker(table.c[name], dialect) for name in names)


def _maker(column: Column[Any], dialect: Dialect) -> Callable[[Values], Iterable[Any]] | None:
    if isinstance(column.type, JSON):
        return _json
    if isinstance(column.type, _AS_THEY_ARE):
        return None
    make = column.type.dialect_impl(dialect).bind_processor(dialect)
    if make is None:
        return None
    if isinstance(column.type, Moment):
        return functools.partial(_once_each, make)
    return functools.partial(map, make)


def _json(column: Values) -> Iterable[Any]:
    # None is no value at all, as `none_as_null` says; and most of these columns are mostly empty.
    return [None if value is None else as_json(value) if value else _BARE.get(type(value)) or as_json(value) for value in column]


def _once_each(make: Callable[[Any], Any], column: Values) -> Iterable[Any]:
    # Most moments of a transaction are its own.
    made = {value: make(value) for value in set(column)}
    return [made[value] for value in column]
