"""Asking and telling PostgreSQL's driver itself: for a row or two, SQLAlchemy's own work costs more than the driver's and the wire's."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError

from hub.store.types import Moment

# Where a value goes, but for a percent sign that is one.
_MARK = re.compile(r"(?<!%)%\((\w+)\)")


# A statement that is kept, and its values: numbers, moments, texts and lists of texts.
Kept = Select[*tuple[Any, ...]]
Question = tuple[Kept, dict[str, Any]]
Answers = Iterable[Sequence[Any]]


def answers(sql: Connection, statement: Kept, given: dict[str, Any]) -> Answers:
    """Return the rows that ``sql.execute`` gives, and raise what it raises. ``given``: numbers, moments, texts and lists of texts.

    The statement is one that is kept: what is found out about it once is remembered.
    """
    if sql.dialect.name != "postgresql":
        return sql.execute(statement, given)
    said, fixed, moments = _said(statement, sql.dialect)
    rows: list[tuple[Any, ...]] = _done(sql, said, lambda driver: driver.execute(said, {**fixed, **given}).fetchall())
    return [_in_utc(row, moments) for row in rows] if moments else rows


def all_answers(sql: Connection, *asked: Question) -> list[Answers]:
    """Return what `answers` gives to each of these questions, asked one after the other on one way there and back.

    Each sees what was committed before it began, as if it had been asked alone: what stands behind one that waited for a
    lock sees what it waited for. The values travel in the statement's text, so they are ids and refs, never content.
    """
    if sql.dialect.name != "postgresql":
        return [list(answers(sql, statement, given)) for statement, given in asked]
    said, fixed, moments = _said_together(tuple(statement for statement, _ in asked), sql.dialect)
    values = {f"{place}_{name}": value for place, (_, given) in enumerate(asked) for name, value in given.items()}
    found: list[list[tuple[Any, ...]]] = _done(sql, said, lambda driver: _sets(driver, said, {**fixed, **values}))
    return [[_in_utc(row, places) for row in rows] if places else rows for rows, places in zip(found, moments, strict=True)]


def tell(sql: Connection, said: str, rows: Sequence[Sequence[Any]]) -> None:
    """Carry out one statement with each of these rows, whose values are such as the driver takes; raises what SQLAlchemy would raise."""
    if sql.dialect.name != "postgresql":
        sql.exec_driver_sql(said, list(rows))
    elif len(rows) == 1:
        _done(sql, said, lambda driver: driver.execute(said, rows[0]))
    else:
        _done(sql, said, lambda driver: driver.cursor().executemany(said, rows))


def tell_all(sql: Connection, told: Sequence[tuple[str, Sequence[Any]]]) -> None:
    """Carry out changes of one row each, no row twice, as `tell` would: on PostgreSQL all in one statement.

    None of them sees another, so none may need what another one does; foreign keys are looked at when all are done.
    """
    if len(told) == 1 or sql.dialect.name != "postgresql":
        for said, values in told:
            tell(sql, said, [values])
    elif told:
        parts = ", ".join(f"w{place} AS ({said})" for place, (said, _) in enumerate(told))
        tell(sql, f"WITH {parts} SELECT", [[value for _, values in told for value in values]])


def _done(sql: Connection, said: str, work: Callable[[Any], Any]) -> Any:
    base = sql.dialect.loaded_dbapi.Error
    try:
        return work(sql.connection.driver_connection)
    except base as error:
        raise DBAPIError.instance(said, None, error, base, hide_parameters=True, dialect=sql.dialect) from None


@functools.lru_cache(maxsize=128)
def _said(statement: Kept, dialect: Dialect) -> tuple[str, dict[str, Any], tuple[int, ...]]:
    compiled = statement.compile(dialect=dialect)
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    return str(compiled), fixed, tuple(place for place, column in enumerate(statement.selected_columns) if isinstance(column.type, Moment))


@functools.lru_cache(maxsize=64)
def _said_together(statements: tuple[Kept, ...], dialect: Dialect) -> tuple[str, dict[str, Any], list[tuple[int, ...]]]:
    texts, values, moments = [], {}, []
    for place, statement in enumerate(statements):
        said, fixed, those = _said(statement, dialect)
        texts.append(_MARK.sub(rf"%({place}_\1)", said))
        values.update({f"{place}_{name}": value for name, value in fixed.items()})
        moments.append(those)
    return "; ".join(texts), values, moments


def _sets(driver: Any, said: str, values: dict[str, Any]) -> list[list[tuple[Any, ...]]]:
    from psycopg import ClientCursor

    with ClientCursor(driver) as cursor:
        cursor.execute(said, values)
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
    return found


def _in_utc(row: tuple[Any, ...], moments: Iterable[int]) -> list[Any]:
    values = list(row)
    for place in moments:
        if (value := values[place]) is not None:
            values[place] = value.astimezone(UTC)
    return values
