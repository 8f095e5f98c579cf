"""Leafing through complaints on the monitor's page: the last that came to the hub first, or the longest filed first.

Not the list that programs get (`hub.operations.browsing`): that one goes in the order of change, so that a program misses
nothing while it reads. Under a person's eyes a line must not move because somebody changed it, and a figure on the first
page must lead to just the complaints that it counts: by place of filing, by all that is open, by the hub itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, tuple_

from contracts.content import Field, iso
from contracts.errors import NotFound
from contracts.strict import nearest
from contracts.vocabulary import Status
from hub.build import Hub
from hub.store import tables

ANY_OPEN = "open"
AT_THE_HUB = "hub"
_BETWEEN = "~"
_TABLE = tables.complaints.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to leaf through. ``status``: a code, or `ANY_OPEN`; ``province``: two digits, '' for the unknown place.

    ``connection`` is that of the origin (`AT_THE_HUB`: filed at the hub itself); ``after`` is where the last page ended.
    """

    status: str | None = None
    province: str | None = None
    connection: str | None = None
    oldest_first: bool = False
    after: str | None = None
    most: int = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint in a list; ``confidential`` says that its words are not for everybody who sees the list."""

    id: str
    tracking_id: str
    title: str | None
    description: str | None
    confidential: bool
    status: Status
    holder: str | None
    origin: str | None
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a list; ``following`` is the ``after`` of the next one."""

    lines: list[Line]
    following: str | None


def leaf(hub: Hub, wanted: Wanted) -> Leaf:
    """Return one page of complaints; raises NotFound for a status or a connection that does not exist."""
    with hub.store.reading() as sql:
        names = {row.name: row.id for row in sql.execute(select(tables.connections.c.id, tables.connections.c.name))}
        found = sql.execute(_query(wanted, names)).all()
    by_id = {key: name for name, key in names.items()}
    shown = found[: wanted.most]
    following = f"{iso(shown[-1].filed_at)}{_BETWEEN}{shown[-1].id}" if len(found) > len(shown) else None
    return Leaf([_line(row, by_id.get(row.origin_id)) for row in shown], following)


def _query(wanted: Wanted, names: dict[str, int]) -> Select[Any]:
    query = select(_TABLE.id, _TABLE.tracking_id, _TABLE.content, _TABLE.status, _TABLE.holder, _TABLE.origin_id, _TABLE.filed_at)
    # Ids rise with the moment at which the hub learned of a complaint: the newest are found without looking at the others.
    ways = (_TABLE.filed_at.asc(), _TABLE.id.asc()) if wanted.oldest_first else (_TABLE.id.desc(),)
    return query.where(*_conditions(wanted, names)).order_by(*ways).limit(wanted.most + 1)


_STATUSES = {status.value: _TABLE.status == status.value for status in Status}


def _conditions(wanted: Wanted, names: dict[str, int]) -> Iterable[ColumnElement[bool]]:
    if wanted.status:
        yield _known(wanted.status, {ANY_OPEN: tables.WAITING, **_STATUSES}, "status")
    if wanted.province is not None:
        yield _TABLE.province == wanted.province
    if wanted.connection == AT_THE_HUB and AT_THE_HUB not in names:
        yield _TABLE.origin_id.is_(None)
    elif wanted.connection:
        yield _TABLE.origin_id == _known(wanted.connection, names, "connection")
    if wanted.after:
        filed, key = _place(wanted.after)
        yield tuple_(_TABLE.filed_at, _TABLE.id) > tuple_(filed, key) if wanted.oldest_first else _TABLE.id < key


def _place(after: str) -> tuple[datetime, str]:
    filed, _, key = after.partition(_BETWEEN)
    try:
        return datetime.fromisoformat(filed).astimezone(UTC), key
    except (ValueError, OverflowError):
        raise NotFound("There is no such page.", "Begin again with the first one.") from None


def _known(given: str, known: dict[str, Any], what: str) -> Any:
    if given not in known:
        raise NotFound(f"There is no {what} '{given}'.", nearest(given, known))
    return known[given]


def _line(row: Any, origin: str | None) -> Line:
    content = row.content
    return Line(
        id=row.id,
        tracking_id=row.tracking_id,
        title=content.get(Field.TITLE.value),
        description=content.get(Field.DESCRIPTION.value),
        confidential=bool(content.get(Field.CONFIDENTIAL.value)),
        status=Status(row.status),
        holder=row.holder,
        origin=origin,
        filed_at=row.filed_at,
    )


def agencies(hub: Hub) -> dict[str, str]:
    """Return the name of every agency by code."""
    with hub.store.reading() as sql:
        return {row.code: row.name for row in sql.execute(select(tables.agencies.c.code, tables.agencies.c.name))}


def agency_of(hub: Hub) -> dict[str, str | None]:
    """Return the code of every connection's agency by the connection's name."""
    with hub.store.reading() as sql:
        return {row.name: row.agency for row in sql.execute(select(tables.connections.c.name, tables.connections.c.agency))}
