"""Asking and telling PostgreSQL's driver itself: for a row or two, SQLAlchemy's own work costs more than the driver's and the wire's."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError

from hub.store.types import Moment


def answers(sql: Connection, statement: Select[Any], given: dict[str, Any]) -> Iterable[Sequence[Any]]:
    """Return the rows that ``sql.execute`` gives, and raise what it raises. ``given``: numbers, texts and lists of texts.

    The statement is one that is kept: what is found out about it once is remembered.
    """
    if sql.dialect.name != "postgresql":
        return sql.execute(statement, given)
    said, fixed, moments = _said(statement, sql.dialect)
    rows: list[tuple[Any, ...]] = _done(sql, said, lambda driver: driver.execute(said, {**fixed, **given}).fetchall())
    return [_in_utc(row, moments) for row in rows] if moments else rows


def tell(sql: Connection, said: str, rows: Sequence[Sequence[Any]]) -> None:
    """Carry out one statement with each of these rows, whose values are such as the driver takes; raises what SQLAlchemy would raise."""
    if sql.dialect.name != "postgresql":
        sql.exec_driver_sql(said, list(rows))
    elif len(rows) == 1:
        _done(sql, said, lambda driver: driver.execute(said, rows[0]))
    else:
        _done(sql, said, lambda driver: driver.cursor().executemany(said, rows))


def _done(sql: Connection, said: str, work: Callable[[Any], Any]) -> Any:
    base = sql.dialect.loaded_dbapi.Error
    try:
        return work(sql.connection.driver_connection)
    except base as error:
        raise DBAPIError.instance(said, None, error, base, hide_parameters=True, dialect=sql.dialect) from None


@functools.lru_cache(maxsize=128)
def _said(statement: Select[Any], dialect: Dialect) -> tuple[str, dict[str, Any], tuple[int, ...]]:
    compiled = statement.compile(dialect=dialect)
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    return str(compiled), fixed, tuple(place for place, column in enumerate(statement.selected_columns) if isinstance(column.type, Moment))


def _in_utc(row: tuple[Any, ...], moments: Iterable[int]) -> list[Any]:
    values = list(row)
    for place in moments:
        if (value := values[place]) is not None:
            values[place] = value.astimezone(UTC)
    return values
