"""From what people type to what the store knows."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, select

from contracts.errors import NotFound, Refused
from hub.store import tables
from hub.store.unit import Unit

_SHORTEST = 8
_TRACKING = re.compile(r"[A-Z2-7]{4}-?[A-Z2-7]{4}-?[A-Z2-7]{4}", re.IGNORECASE)


def complaint_id(sql: Connection, given: str) -> str:
    """Return the id of the complaint with this tracking id, UUID, or beginning of one (8 at least); raises NotFound or Refused."""
    given = given.strip()
    if _TRACKING.fullmatch(given):
        plain = given.upper().replace("-", "")
        spelled = "-".join(plain[start : start + 4] for start in range(0, 12, 4))
        found = sql.execute(select(tables.complaints.c.id).where(tables.complaints.c.tracking_id == spelled)).scalar()
        if found is not None:
            return str(found)
    return _by_beginning(sql, tables.complaints.c.id, given, "complaint", "`simpul complaints list` shows them.")


def link_id(sql: Connection, given: str) -> str:
    """Return the id of the delivery with this UUID or beginning of one; raises NotFound or Refused."""
    return _by_beginning(sql, tables.links.c.id, given.strip(), "delivery", "`simpul deliveries list` shows them.")


def _by_beginning(sql: Connection, column: Column[str], given: str, what: str, advice: str) -> str:
    ids = [row[0] for row in sql.execute(select(column).where(_is_or_begins(column, given, what, advice)).order_by(column).limit(3))]
    if not ids:
        raise NotFound(f"There is no {what} '{given}'.", advice)
    if len(ids) > 1:
        raise Refused(f"More than one {what} begins with '{given}'.", "Give more of the id.")
    return str(ids[0])


def _is_or_begins(column: Column[str], given: str, what: str, advice: str) -> ColumnElement[bool]:
    # A whole id is looked up; for the beginning of one every row is looked at, which is for people and not for programs.
    try:
        return column == str(uuid.UUID(given))
    except ValueError:
        beginning = given.lower()
        if len(beginning) < _SHORTEST or not re.fullmatch(r"[0-9a-f-]+", beginning):
            raise NotFound(f"'{given}' is no id of a {what}.", advice) from None
        return column.startswith(beginning, autoescape=True)


def names(unit: Unit) -> dict[Any, str]:
    """Return the name of every connection by id, those that were removed too."""
    return {row.id: row.name for row in unit.connections()}
