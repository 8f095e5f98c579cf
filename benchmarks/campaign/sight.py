"""What the hub holds, read by people at its pages and by the verdict: complaints by their text."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from contracts.content import Field
from hub.build import Hub
from hub.store import tables

_complaint, _response = tables.complaints.c, tables.responses.c


@dataclass(frozen=True, slots=True)
class Seen:
    """One complaint at the hub."""

    id: str
    text: str
    status: str
    holder: str | None
    verified: bool


def complaints(hub: Hub) -> list[Seen]:
    """Return every complaint that is no history."""
    content = _complaint.content[Field.DESCRIPTION.value].as_string()
    query = select(_complaint.id, content.label("text"), _complaint.status, _complaint.holder, _complaint.verified)
    with hub.store.reading() as sql:
        return [Seen(*row) for row in sql.execute(query.where(_complaint.historic.is_(False)))]


def answers(hub: Hub) -> list[tuple[str, str]]:
    """Return (complaint's id, what was said) of every answer."""
    with hub.store.reading() as sql:
        found = sql.execute(select(_response.complaint_id, _response.text).where(_response.removed.is_(False)))
        return [(row.complaint_id, row.text) for row in found]
