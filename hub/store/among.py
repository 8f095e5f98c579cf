"""One of many texts, as one parameter: a list of placeholders is built, sent and planned anew for each length it has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Dialect, Integer, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from hub.store.types import as_json


class _Texts(TypeDecorator[list[str]]):
    """A list of texts: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else as_json(value)


TEXTS = _Texts()


class _Among(FunctionElement[Any]):
    # Not Boolean: for SQLite that would add "= 1", and with it no index would be used.
    type: TypeEngine[Any] = Integer()
    inherit_cache = True


@compiles(_Among, "postgresql")
def _any(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, texts = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY ({texts})"


@compiles(_Among, "sqlite")
def _each(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, texts = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT CAST(value AS TEXT) FROM json_each({texts}))"


def among(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Ask for a column of texts to be one of the parameter ``ids``, a list."""
    return _Among(column, bindparam("ids", type_=TEXTS))
