"""Rows as PostgreSQL's COPY reads them, made column by column: that takes a fraction of what a driver takes value by value.

Every column is of one of the types below; a value that is not of its column's type is refused before anything is sent.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Dialect, Integer, LargeBinary, String, Table
from sqlalchemy.exc import StatementError

from hub.store import tables
from hub.store.types import Moment, as_json

Values = Sequence[Any]
Texts = Iterable[str]

_NOTHING = "\\N"
_SPECIAL = re.compile(r"[\\\n\r\t]")
_SPELLED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TRUTH = {True: "t", False: "f", None: _NOTHING}


def copied(table: Table, names: tuple[str, ...], rows: Sequence[Values], dialect: Dialect, encoding: str) -> tuple[bytes, bytes]:
    """Return the statement and the data that insert these rows, whose values stand in the order of ``names``.

    A column in which every row says what the database would say by itself is left out. Raises StatementError for a value
    of the wrong kind, and UnicodeEncodeError for half a character.
    """
    told, columns = [], []
    try:
        for name, column in zip(names, zip(*rows, strict=True), strict=True):
            if column.count(table.c[name].info.get(tables.MOSTLY)) < len(column):
                told.append(name)
                columns.append(_texts(table, name, dialect)(column))
        lines = "\n".join(map("\t".join, zip(*columns, strict=True)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StatementError("a value of the wrong kind for its column", None, None, error, hide_parameters=True) from None
    return f"COPY {table.name} ({', '.join(told)}) FROM STDIN".encode(), f"{lines}\n".encode(encoding)


@functools.lru_cache(maxsize=512)
def _texts(table: Table, name: str, dialect: Dialect) -> Callable[[Values], Texts]:
    column: Column[Any] = table.c[name]
    if isinstance(column.type, Moment):
        make: Any = column.type.dialect_impl(dialect).bind_processor(dialect)
        return functools.partial(_moments, make)
    for kind, texts in _OF.items():
        if isinstance(column.type, kind):
            return texts
    raise AssertionError(f"nobody said how {column} is copied")


def _json(column: Values) -> Texts:
    # None is no value at all, as `none_as_null` says; and most of these columns are mostly empty.
    return [_NOTHING if value is None else (not value and _EMPTY.get(type(value))) or _said(value) for value in column]


def _said(value: Any) -> str:
    return as_json(value).replace("\\", "\\\\")


def _strings(column: Values) -> Texts:
    texts = [_NOTHING if value is None else value for value in column] if None in column else column
    # Nearly always there is nothing to spell otherwise, and of all texts together that is soon seen.
    whole = "".join(column if texts is column else [value for value in column if value is not None])
    if not any(special in whole for special in _SPELLED):
        return texts
    return [_NOTHING if value is None else _SPECIAL.sub(_spelled, value) for value in column]


def _spelled(found: re.Match[str]) -> str:
    return _SPELLED[found[0]]


def _numbers(column: Values) -> Texts:
    return [_NOTHING if value is None else format(value, "d") for value in column]


def _truths(column: Values) -> Texts:
    return [_TRUTH[value] for value in column]


def _bytes(column: Values) -> Texts:
    return [_NOTHING if value is None else f"\\\\x{value.hex()}" for value in column]


def _moments(make: Callable[[Any], Any], column: Values) -> Texts:
    def text(value: Any) -> str:
        # What is in UTC already is kept as it is.
        return _NOTHING if value is None else str(value if value.tzinfo is UTC else make(value))

    # Most moments of a transaction are its own.
    return [text(column[0])] * len(column) if column.count(column[0]) == len(column) else list(map(text, column))


_EMPTY: dict[type, str] = {dict: "{}", list: "[]"}
_OF: dict[type, Callable[[Values], Texts]] = {JSON: _json, Boolean: _truths, Integer: _numbers, LargeBinary: _bytes, String: _strings}
