"""Reading complaints: lists of them, and the story of one: who, through which connection, when it happened, when it was learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from contracts.content import IDENTITY_FIELDS, Field
from hub.build import Hub
from hub.operations.finding import complaint_id, connection_id, names
from hub.store import tables

SEALED = "•••"


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of a list."""

    id: str
    tracking_id: str
    title: str | None
    status: str
    holder: str | None
    origin: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a complaint's story; identity values are masked. ``happened_at`` is None where nobody said."""

    kind: str
    field: str | None
    old: Any
    new: Any
    connection: str | None
    actor: str | None
    rule: str
    happened_at: datetime | None
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One complaint as a screen shows it: without the reporter, who is sealed."""

    summary: Summary
    content: Mapping[str, Any]
    reporter_known: bool
    held: Mapping[str, str]
    links: list[dict[str, Any]]
    responses: list[dict[str, Any]]
    events: list[Event]


def listing(
    hub: Hub, *, status: str | None = None, holder: str | None = None, connection: str | None = None, most: int = 50
) -> list[Summary]:
    """Return complaints, the last changed first; ``connection`` is that of their origin. Raises NotFound."""
    table = tables.complaints.c
    with hub.store.reading() as sql:
        known = names(sql)
        query = select(table.id, table.tracking_id, table.content, table.status, table.holder, table.origin_id, table.updated_at)
        query = query.where(table.status == status) if status else query
        query = query.where(table.holder == holder) if holder else query
        query = query.where(table.origin_id == connection_id(known, connection)) if connection else query
        found = sql.execute(query.order_by(table.updated_at.desc(), table.id.desc()).limit(most))
        return [_summary(row, known) for row in found]


def _summary(row: Any, known: Mapping[Any, str]) -> Summary:
    title = row.content.get(Field.TITLE.value)
    return Summary(row.id, row.tracking_id, title, row.status, row.holder, known.get(row.origin_id), row.updated_at)


def tell(hub: Hub, given: str) -> Told:
    """Return everything about one complaint; raises NotFound or Refused."""
    with hub.store.reading() as sql:
        row = sql.execute(select(tables.complaints).where(tables.complaints.c.id == complaint_id(sql, given))).one()
        known = names(sql)
        return Told(
            summary=_summary(row, known),
            content=dict(sorted(row.content.items())),
            reporter_known=row.sealed is not None,
            held=row.held,
            links=_links(sql, row.id, known),
            responses=_responses(sql, row.id),
            events=_events(sql, row.id, known),
        )


def _links(sql: Connection, complaint: str, known: Mapping[Any, str]) -> list[dict[str, Any]]:
    link = tables.links.c
    query = select(link.connection_id, link.state, link.ref, link.raw, link.error).where(link.complaint_id == complaint)
    return [
        {"connection": known[row.connection_id], "state": row.state, "ref": row.ref, "raw": row.raw, "error": row.error}
        for row in sql.execute(query.order_by(link.connection_id))
    ]


def _responses(sql: Connection, complaint: str) -> list[dict[str, Any]]:
    said = tables.responses.c
    query = select(said.text, said.visibility, said.author, said.written_at.label("at"), said.removed).where(said.complaint_id == complaint)
    return [dict(row._mapping) for row in sql.execute(query.order_by(said.position))]


def _events(sql: Connection, complaint: str, known: Mapping[Any, str]) -> list[Event]:
    found = sql.execute(select(tables.ledger).where(tables.ledger.c.complaint_id == complaint).order_by(tables.ledger.c.seq))
    return [
        Event(
            row.kind,
            row.field,
            _shown(row.field, row.old),
            _shown(row.field, row.new),
            known.get(row.connection_id),
            row.actor,
            row.rule,
            row.happened_at,
            row.learned_at,
        )
        for row in found
    ]


def _shown(name: str | None, value: Any) -> Any:
    return SEALED if value is not None and name in {field.value for field in IDENTITY_FIELDS} else value
