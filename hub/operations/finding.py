"""From what people type to what the store knows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, bindparam, false, select

from contracts.errors import NotFound, Refused
from contracts.strict import nearest
from hub.store import tables
from hub.store.direct import answers

_SHORTEST = 8
_WHOLE = {
    what: select(table.c.id).where(table.c.id == bindparam("key"))
    for what, table in (("complaint", tables.complaints), ("delivery", tables.links))
}
_TRACKING = re.compile(r"[A-Z2-7]{4}-?[A-Z2-7]{4}-?[A-Z2-7]{4}", re.IGNORECASE)


def complaint_id(sql: Connection, given: str) -> str:
    """Return the id of the complaint with this tracking id, UUID, or beginning of one (8 at least); raises NotFound or Refused."""
    given = given.strip()
    if _TRACKING.fullmatch(given):
        spelled = _spelled(given.upper().replace("-", ""), (4, 4, 4))
        found = sql.execute(select(tables.complaints.c.id).where(tables.complaints.c.tracking_id == spelled)).scalar()
        if found is not None:
            return str(found)
    return _by_beginning(sql, tables.complaints.c.id, given, "complaint", "`simpul complaints list` shows them.")


def link_id(sql: Connection, given: str) -> str:
    """Return the id of the delivery with this UUID or beginning of one; raises NotFound or Refused."""
    return _by_beginning(sql, tables.links.c.id, given.strip(), "delivery", "`simpul deliveries list` shows them.")


def _by_beginning(sql: Connection, column: Column[str], given: str, what: str, advice: str) -> str:
    try:
        ids = [row[0] for row in answers(sql, _WHOLE[what], {"key": str(uuid.UUID(given))})]
    except ValueError:
        begins = _of_id(column, given, what, advice)
        ids = [row[0] for row in sql.execute(select(column).where(begins).order_by(column).limit(3))]
    if not ids:
        raise NotFound(f"There is no {what} '{given}'.", advice)
    if len(ids) > 1:
        raise Refused(f"More than one {what} begins with '{given}'.", "Give more of the id.")
    return str(ids[0])


def _of_id(column: Column[str], given: str, what: str, advice: str) -> ColumnElement[bool]:
    beginning = given.lower()
    if len(beginning.replace("-", "")) < _SHORTEST or not re.fullmatch(r"[0-9a-f-]+", beginning):
        raise NotFound(f"'{given}' is no id of a {what}.", advice) from None
    return _begins(column, beginning, (8, 4, 4, 4, 12), "0", "f")


def tracking_begins(beginning: str) -> ColumnElement[bool]:
    """Return the condition of complaints whose tracking id begins so, written with or without its hyphens."""
    return _begins(tables.complaints.c.tracking_id, beginning.upper(), (4, 4, 4), "2", "Z")


def _begins(column: Column[str], beginning: str, groups: tuple[int, ...], lowest: str, highest: str) -> ColumnElement[bool]:
    # LIKE uses an index only where texts compare as their bytes; whole ids stand in the same order everywhere.
    plain, size = beginning.replace("-", ""), sum(groups)
    if not 0 < len(plain) <= size:
        return false()
    first, last = (_spelled(plain.ljust(size, filling), groups) for filling in (lowest, highest))
    return column.between(first, last)


def _spelled(plain: str, groups: tuple[int, ...]) -> str:
    ends = list(accumulate(groups))
    return "-".join(plain[end - size : end] for end, size in zip(ends, groups, strict=True))


def names(sql: Connection) -> dict[Any, str]:
    """Return the name of every connection by id, those that were removed too."""
    table = tables.connections.c
    return {row.id: row.name for row in sql.execute(select(table.id, table.name))}


def connection_id(known: Mapping[Any, str], name: str) -> int:
    """Return the id of a connection by its name; raises NotFound with the nearest one."""
    for key, each in known.items():
        if each == name:
            return int(key)
    raise NotFound(f"There is no connection '{name}'.", nearest(name, known.values()))
