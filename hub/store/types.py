"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def as_json(value: Any) -> str:
    """Write a value of a JSON column; raises TypeError for what JSON cannot say."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept and given back in UTC; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; SQLite keeps UTC without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def one_of(column: str, words: type[StrEnum] | list[str], name: str) -> CheckConstraint:
    """Let the database hold the word list, generated from the enum."""
    codes = ", ".join(f"'{word!s}'" for word in words)
    return CheckConstraint(f"{column} IN ({codes})", name=name)
