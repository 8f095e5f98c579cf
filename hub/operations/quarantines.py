"""Records that made no sense when they came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from contracts.errors import NotFound
from hub.build import Hub
from hub.operations.finding import connection_id, names
from hub.store import tables
from hub.sync.desk import Desk


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One record put aside; ``raw`` is what the app said, only where it was asked for: it may hold personal data."""

    id: int
    connection: str
    ref: str
    problem: str
    field: str | None
    first_at: datetime
    last_at: datetime
    raw: str | None = None


def quarantined(
    hub: Hub, connection: str | None = None, *, raw: bool = False, after: int | None = None, most: int | None = None
) -> list[Quarantined]:
    """Return what is not understood yet, oldest first, ``most`` of those with a number ``after``; raises NotFound."""
    table = tables.quarantine
    columns = [column for column in table.c if raw or column.name != "raw"]
    with hub.store.reading() as sql:
        known = names(sql)
        query = select(*columns).where(table.c.resolved_at.is_(None)).order_by(table.c.id).limit(most)
        query = query.where(table.c.connection_id == connection_id(known, connection)) if connection else query
        query = query if after is None else query.where(table.c.id > after)
        return [
            Quarantined(
                row.id,
                known[row.connection_id],
                row.ref,
                row.problem,
                row.field,
                row.first_at,
                row.last_at,
                _opened(hub, known[row.connection_id], row.ref, row.raw) if raw else None,
            )
            for row in sql.execute(query)
        ]


def _opened(hub: Hub, name: str, ref: str, sealed: bytes) -> str:
    return hub.keys.open(sealed, f"{name}:{ref}".encode()).decode(errors="replace")


def retry(hub: Hub, given: str) -> list[str]:
    """Read again one record by its number in the list, or all of a connection by name; returns their refs. Raises NotFound."""
    name, refs = _meant(hub, given)
    with hub.engine.working(name) as desk:
        for ref in refs:
            _ask(desk, ref)
        if not desk.peer.sheet.can_fetch:
            # Nothing can be read by itself there: the next full reading shows it.
            desk.row.listing_due_at = desk.now if desk.peer.sheet.can_list else desk.row.listing_due_at
    return refs


def _ask(desk: Desk, ref: str) -> None:
    if desk.peer.sheet.can_fetch:
        desk.read_again(ref, "retry")


def _meant(hub: Hub, given: str) -> tuple[str, list[str]]:
    found = quarantined(hub) if given.isdecimal() else quarantined(hub, given)
    mine = [each for each in found if not given.isdecimal() or each.id == int(given)]
    if not mine:
        raise NotFound(f"Nothing in quarantine as '{given}'.", "`simpul quarantine list` shows what is.")
    return mine[0].connection, [each.ref for each in mine]
