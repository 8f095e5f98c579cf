"""Reading complaints: lists of them, and the story of one: who, through which connection, when it happened, when it was learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from contracts.content import IDENTITY_FIELDS, Field
from hub.build import Hub
from hub.operations.finding import complaint_id, names
from hub.store import tables
from hub.store.unit import Unit

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
    with hub.store.unit() as unit:
        query = select(table.id, table.tracking_id, table.content, table.status, table.holder, table.origin_id, table.updated_at)
        query = query.where(table.status == status) if status else query
        query = query.where(table.holder == holder) if holder else query
        query = query.where(table.origin_id == unit.connection(connection).id) if connection else query
        known = names(unit)
        found = unit.sql.execute(query.order_by(table.updated_at.desc(), table.id.desc()).limit(most))
        return [_summary(row, known) for row in found]


def _summary(row: Any, known: Mapping[Any, str]) -> Summary:
    title = row.content.get(Field.TITLE.value)
    return Summary(row.id, row.tracking_id, title, row.status, row.holder, known.get(row.origin_id), row.updated_at)


def tell(hub: Hub, given: str) -> Told:
    """Return everything about one complaint; raises NotFound or Refused."""
    with hub.store.unit() as unit:
        row = unit.complaint(complaint_id(unit.sql, given))
        known = names(unit)
        return Told(
            summary=_summary(row, known),
            content=dict(sorted(row.content.items())),
            reporter_known=row.sealed is not None,
            held=row.held,
            links=[
                {"connection": known[link.connection_id], "state": link.state.value, "ref": link.ref, "raw": link.raw, "error": link.error}
                for link in unit.links_of(row.id).values()
            ],
            responses=[
                {"text": said.text, "visibility": said.visibility, "author": said.author, "at": said.written_at, "removed": said.removed}
                for said in unit.responses_of(row.id)
            ],
            events=_events(unit, row.id, known),
        )


def _events(unit: Unit, complaint: str, known: Mapping[Any, str]) -> list[Event]:
    found = unit.sql.execute(select(tables.ledger).where(tables.ledger.c.complaint_id == complaint).order_by(tables.ledger.c.seq))
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
