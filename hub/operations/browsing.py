"""Complaints for programs: lists that can be gone through to the end while they change, and one in the wire form.

Reads only; no writing transaction, so that whoever reads holds up nobody who writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from contracts.complaint import Attachment, Complaint, Response
from contracts.content import IDENTITY_FIELDS, Field, from_content
from contracts.errors import NotFound
from contracts.strict import nearest
from contracts.vocabulary import Visibility
from hub.build import Hub
from hub.operations.finding import complaint_id
from hub.store import tables


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which complaints, and from where on. ``after``: the moment of change and the id of the last one that was given."""

    status: str | None = None
    province: str | None = None
    origin: str | None = None
    holder: str | None = None
    tracking: str | None = None
    updated_since: datetime | None = None
    newest_first: bool = False
    after: tuple[datetime, str] | None = None
    most: int = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint in a list."""

    id: str
    tracking_id: str
    title: str | None
    status: str
    classification: str | None
    province: str | None
    holder: str | None
    origin: str | None
    confidential: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    """One complaint with what the hub knows around it. ``complaint`` has no reporter: who filed it is sealed."""

    id: str
    tracking_id: str
    version: int
    origin: str | None
    verified: bool
    historic: bool
    erased: bool
    held: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    complaint: Complaint
    records: list[dict[str, Any]]


def browse(hub: Hub, wishes: Wishes) -> list[Line]:
    """Return complaints in the order in which they last changed; raises NotFound for an origin that is no connection."""
    table = tables.complaints.c
    with hub.store.reading() as sql:
        known = _names(sql)
        query = _narrowed(select(tables.complaints), wishes, known)
        order = [table.updated_at.desc(), table.id.desc()] if wishes.newest_first else [table.updated_at, table.id]
        return [_line(row, known) for row in sql.execute(query.order_by(*order).limit(wishes.most))]


def _narrowed(query: Select[Any], wishes: Wishes, known: Mapping[int, str]) -> Select[Any]:
    table = tables.complaints.c
    for column, value in ((table.status, wishes.status), (table.holder, wishes.holder)):
        query = query if value is None else query.where(column == value)
    if wishes.origin is not None:
        query = query.where(table.origin_id == _origin(wishes.origin, known))
    if wishes.province is not None:
        within = table.content[Field.PLACE_CODE.value].as_string().startswith(wishes.province, autoescape=True)
        query = query.where(table.province == wishes.province[:2], within)
    if wishes.tracking is not None:
        query = query.where(table.tracking_id.startswith(wishes.tracking.upper(), autoescape=True))
    if wishes.updated_since is not None:
        query = query.where(table.updated_at >= wishes.updated_since)
    return query if wishes.after is None else query.where(_beyond(*wishes.after, newest_first=wishes.newest_first))


def _beyond(moment: datetime, last: str, *, newest_first: bool) -> ColumnElement[bool]:
    table = tables.complaints.c
    if newest_first:
        return or_(table.updated_at < moment, and_(table.updated_at == moment, table.id < last))
    return or_(table.updated_at > moment, and_(table.updated_at == moment, table.id > last))


def _origin(name: str, known: Mapping[int, str]) -> int:
    for key, each in known.items():
        if each == name:
            return key
    raise NotFound(f"There is no connection '{name}'.", nearest(name, known.values()))


def _names(sql: Connection) -> dict[int, str]:
    table = tables.connections.c
    return {row.id: row.name for row in sql.execute(select(table.id, table.name))}


def _line(row: Any, known: Mapping[int, str]) -> Line:
    said = row.content.get
    return Line(
        id=row.id,
        tracking_id=row.tracking_id,
        title=said(Field.TITLE.value),
        status=row.status,
        classification=said(Field.CLASSIFICATION.value),
        province=str(said(Field.PLACE_CODE.value) or "")[:2] or None,
        holder=row.holder,
        origin=known.get(row.origin_id),
        confidential=bool(said(Field.CONFIDENTIAL.value)),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def whole(hub: Hub, given: str) -> Whole:
    """Return one complaint by tracking id, id or the beginning of one; raises NotFound or Refused."""
    with hub.store.reading() as sql:
        key = complaint_id(sql, given)
        row = sql.execute(select(tables.complaints).where(tables.complaints.c.id == key)).one()
        known = _names(sql)
        return Whole(
            id=row.id,
            tracking_id=row.tracking_id,
            version=row.version,
            origin=known.get(row.origin_id),
            verified=row.verified,
            historic=row.historic,
            erased=row.erased,
            held=row.held,
            created_at=row.created_at,
            updated_at=row.updated_at,
            complaint=_complaint(row, _responses(sql, key)),
            records=_records(sql, key, known),
        )


def _complaint(row: Any, responses: tuple[Response, ...]) -> Complaint:
    """Build the wire value from what may be shown: the store keeps no identity there, and none would pass."""
    fields = {Field(name): value for name, value in row.content.items()}
    shown = from_content({name: value for name, value in fields.items() if name not in IDENTITY_FIELDS})
    return replace(shown, responses=responses)


def _responses(sql: Connection, key: str) -> tuple[Response, ...]:
    table = tables.responses.c
    query = select(tables.responses).where(table.complaint_id == key, table.removed.is_(False)).order_by(table.position)
    return tuple(
        Response(row.text, Visibility(row.visibility), row.written_at, row.author, tuple(Attachment(**each) for each in row.attachments))
        for row in sql.execute(query)
    )


def _records(sql: Connection, key: str, known: Mapping[int, str]) -> list[dict[str, Any]]:
    table = tables.links.c
    query = select(table.connection_id, table.state, table.ref, table.due_at).where(table.complaint_id == key).order_by(table.connection_id)
    return [
        {"connection": known[row.connection_id], "state": row.state, "ref": row.ref, "due_at": row.due_at} for row in sql.execute(query)
    ]
