"""Pairs that somebody told us of, staff by typing a number or an operator by a list: which complaint a record is, or is said to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import delete, select, union

from contracts.connector import Record
from contracts.gateway import Read
from hub.store import tables
from hub.store.rows import LinkRow
from hub.sync import backoff
from hub.sync.desk import Desk

_pair = tables.pairs.c


def said_to_be(desk: Desk, record: Record) -> str | None:
    """Return the complaint that holds, or has given up, the other half of a pair with this record."""
    return next((found for there, ref in _partners(desk, record) if (found := _whose(desk, there, ref)) is not None), None)


def _partners(desk: Desk, record: Record) -> Iterator[tuple[int, str]]:
    for peer in desk.network.peers.values():
        if peer.name in record.same_as:
            yield peer.id, record.same_as[peer.name]
    here = desk.row.id
    told_there = select(_pair.connection_id, _pair.ref).where(_pair.other_id == here, _pair.other_ref == record.ref)
    told_here = select(_pair.other_id, _pair.other_ref).where(_pair.connection_id == here, _pair.ref == record.ref)
    for row in desk.unit.sql.execute(union(told_there, told_here).order_by("connection_id", "ref")):
        yield row.connection_id, row.ref


def _whose(desk: Desk, connection_id: int, ref: str) -> str | None:
    link, alias = tables.links.c, tables.aliases.c
    held = desk.unit.sql.execute(select(link.complaint_id).where(link.connection_id == connection_id, link.ref == ref)).first()
    if held is not None:
        return str(held.complaint_id)
    # The other half was deleted there before this one was read: it is the same complaint all the same.
    past = select(alias.complaint_id).where(alias.connection_id == connection_id, alias.ref == ref).distinct()
    given_up = [row.complaint_id for row in desk.unit.sql.execute(past)]
    return given_up[0] if len(given_up) == 1 and desk.unit.knows(given_up[0]) else None


def read_first(desk: Desk, link: LinkRow) -> Read | None:
    """Return the reading of the record that this app is said to have of a pending link's complaint; None if nobody said so.

    A record that cannot be understood keeps its complaint waiting, where a person sees it: filed again, it would be there twice.
    """
    if not desk.peer.sheet.can_fetch:
        return None
    ref = next((ref for ref in _said_here(desk, link) if desk.link_by_ref(ref) is None), None)
    if ref is None:
        return None
    link.due_at = desk.now + timedelta(seconds=backoff.wait(link.attempts, link.id))
    link.attempts += 1
    link.error = f"it is said to be there as {ref}, which has not been understood yet."
    return Read(desk.row.tick, ref)


def _said_here(desk: Desk, link: LinkRow) -> list[str]:
    held = tables.links.alias("held").c
    ours = held.complaint_id == link.complaint_id
    typed_there = select(_pair.other_ref.label("ref")).where(
        _pair.other_id == desk.row.id, ours, held.connection_id == _pair.connection_id, held.ref == _pair.ref
    )
    typed_here = select(_pair.ref).where(
        _pair.connection_id == desk.row.id, ours, held.connection_id == _pair.other_id, held.ref == _pair.other_ref
    )
    return [row.ref for row in desk.unit.sql.execute(union(typed_there, typed_here).order_by("ref"))]


def forget(desk: Desk, ref: str) -> int:
    """Forget every pair of one record of this connection; return how many there were."""
    here = (_pair.connection_id == desk.row.id) & (_pair.ref == ref)
    there = (_pair.other_id == desk.row.id) & (_pair.other_ref == ref)
    return desk.unit.sql.execute(delete(tables.pairs).where(here | there)).rowcount
