"""What every table stands on: the names of constraints, numbers as keys, and indexes of a part of a table."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Integer, MetaData, TextClause, literal_column, text
from sqlalchemy.types import TypeEngine

from contracts.lifecycle import OPEN

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# In ``Column.info``: what the database puts into a column that an INSERT on PostgreSQL leaves out, where that is not NULL.
MOSTLY = "mostly"

Big = BigInteger().with_variant(Integer(), "sqlite")


def numbered() -> Column[int]:
    """Return a key that the database counts up."""
    return Column("id", Big, primary_key=True, autoincrement=True)


def mostly(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], value: Any) -> Column[Any]:
    """Return a column that most rows say the same in: on PostgreSQL the database says it by itself, and they are sent without it."""
    return Column(name, kind, nullable=False, info={MOSTLY: value})


def waits(column: str) -> TextClause:
    """Return the condition of complaints that are open, in the one form that the indexes have it in."""
    return text(f"{column} IN ({', '.join(sorted(repr(status.value) for status in OPEN))})")


def partial(name: str, *columns: str, where: TextClause) -> Index:
    """Return an index of the rows that meet a condition."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


def asked(condition: str) -> ColumnElement[bool]:
    """Return a condition in the very words of a partial index."""
    # Not Boolean: for SQLite that would add "= 1", and with it no index would be used.
    return cast(ColumnElement[bool], literal_column(condition, Integer))
