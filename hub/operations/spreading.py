"""Deciding again who gets a copy, after the network itself was changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update

from hub.store import tables
from hub.sync.complaints import spread
from hub.sync.desk import Desk
from hub.words import LinkState


def spread_all(desk: Desk, complaint_ids: Sequence[str]) -> None:
    """Make and end the links of these complaints as the network is now, in this transaction and in lock order."""
    wanted = sorted(complaint_ids)
    desk.unit.open(wanted)
    for complaint_id in wanted:
        spread(desk, desk.unit.complaint(complaint_id))


def spread_where(desk: Desk, condition: ColumnElement[bool]) -> int:
    """Do the same for every complaint that meets a condition; return how many."""
    found = [row.id for row in desk.unit.sql.execute(select(tables.complaints.c.id).where(condition))]
    spread_all(desk, found)
    return len(found)


def compare_links(desk: Desk, connection_id: int) -> None:
    """Have every record of a connection compared with what it should say now."""
    link = tables.links
    mine = (link.c.connection_id == connection_id) & (link.c.state == LinkState.LINKED.value) & link.c.due_at.is_(None)
    desk.unit.sql.execute(update(link).where(mine).values(due_at=desk.now))
