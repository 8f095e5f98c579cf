"""How far each app was read, and going back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from contracts.errors import NotFound
from hub.build import Hub
from hub.operations.pausing import must_be_paused
from hub.store import tables


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One place up to which an app was read; ``samples`` are refs of the records just before it."""

    id: int
    cursor: str | None
    epoch: str | None
    samples: list[str]
    at: datetime
    current: bool


def checkpoints(hub: Hub, name: str) -> list[Checkpoint]:
    """Return the last 50 checkpoints of a connection, newest first; raises NotFound."""
    table = tables.checkpoints.c
    with hub.store.unit() as unit:
        row = unit.connection(name)
        found = unit.sql.execute(select(tables.checkpoints).where(table.connection_id == row.id).order_by(table.id.desc())).all()
        current = next((each.id for each in found if each.cursor == row.cursor), None)
        return [Checkpoint(each.id, each.cursor, each.epoch, each.samples, each.at, each.id == current) for each in found]


def rewind(hub: Hub, name: str, checkpoint_id: int) -> None:
    """Read on from an earlier checkpoint; raises NotFound, or Refused unless pulls are paused."""
    table = tables.checkpoints.c
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        must_be_paused(row)
        found = unit.sql.execute(select(tables.checkpoints).where(table.connection_id == row.id, table.id == checkpoint_id)).first()
        if found is None:
            raise NotFound(f"{name} has no checkpoint {checkpoint_id}.", f"`simpul checkpoint show {name}` lists them.")
        row.cursor, row.epoch, row.pull_due_at = found.cursor, found.epoch, None
