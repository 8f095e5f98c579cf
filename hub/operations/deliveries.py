"""What is on its way to the apps, and what got stuck there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from contracts.errors import Refused
from contracts.vocabulary import Word
from hub.build import Hub
from hub.operations.deciding_links import file_again
from hub.operations.finding import link_id, names
from hub.operations.standing import parked_links
from hub.store import tables
from hub.store.rows import LinkRow
from hub.store.unit import Unit
from hub.words import LinkState

CANNOT_CREATE = "create"


class DeliveryState(Word):
    """Why a link is in the list."""

    DUE = "due", "Antre", "Due"
    BACKING_OFF = "backing_off", "Menunggu", "Backing off"
    PARKED = "parked", "Ditolak aplikasi", "Parked"
    AMBIGUOUS = "ambiguous", "Belum pasti", "In doubt"
    UNSUPPORTED = "unsupported", "Tidak didukung", "Unsupported"
    GONE = "gone", "Terhapus di aplikasi", "Gone"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One link that is not at rest; ``reason`` is what the app or the engine said."""

    id: str
    connection: str
    complaint: str
    tracking_id: str
    ref: str | None
    state: DeliveryState
    reason: str | None
    due_at: datetime | None
    attempts: int


def deliveries(hub: Hub, connection: str | None = None) -> list[Delivery]:
    """Return what is due, backing off, parked, in doubt, unsupported or gone; raises NotFound."""
    with hub.store.unit() as unit:
        only = unit.connection(connection).id if connection else None
        known = names(unit)
        found = [_delivery(unit, unit.link(key), known) for key in _restless(unit, only)]
        return sorted(found, key=lambda each: (each.connection, each.state, each.id))


def _restless(unit: Unit, only: int | None) -> list[str]:
    link = tables.links.c
    states = [LinkState.AMBIGUOUS.value, LinkState.GONE.value, LinkState.CREATING.value, LinkState.PENDING.value, LinkState.LINKED.value]
    query = select(link.id, link.complaint_id, link.unsupported, link.due_at, link.state, parked_links().label("parked"))
    query = query.where(link.state.in_(states)).order_by(link.id)
    query = query.where(link.connection_id == only) if only is not None else query
    rows = [row for row in unit.sql.execute(query) if row.state != LinkState.LINKED.value or row.due_at or row.parked or row.unsupported]
    unit.open(row.complaint_id for row in rows)
    return [row.id for row in rows]


def _delivery(unit: Unit, link: LinkRow, known: dict[Any, str]) -> Delivery:
    state = _state(link, unit.now)
    tracking = unit.complaint(link.complaint_id).tracking_id
    name = known[link.connection_id]
    return Delivery(link.id, name, link.complaint_id, tracking, link.ref, state, _reason(link), link.due_at, link.attempts)


def _state(link: LinkRow, now: datetime) -> DeliveryState:
    if link.state is LinkState.GONE:
        return DeliveryState.GONE
    if link.parked:
        return DeliveryState.PARKED
    if link.state in (LinkState.AMBIGUOUS, LinkState.CREATING):
        return DeliveryState.AMBIGUOUS
    if link.due_at is None:
        return DeliveryState.UNSUPPORTED
    return DeliveryState.BACKING_OFF if link.due_at > now else DeliveryState.DUE


def _reason(link: LinkRow) -> str | None:
    if link.parked:
        return "; ".join(f"{name}: {why.get('error')}" for name, why in sorted(link.parked.items()))
    if link.error is None and link.unsupported:
        return ", ".join(link.unsupported)
    return link.error


def resend(hub: Hub, given: str, *, all_alike: bool = False) -> list[str]:
    """Send again what was refused or waits, and with ``all_alike`` all of this connection that got stuck for the same reason.

    Returns the ids of the links; raises NotFound or Refused.
    """
    with hub.store.unit() as unit:
        first = unit.link(link_id(unit.sql, given))
        if first.state is LinkState.ENDED:
            raise Refused("This link has ended: its app is no receiver any more.", "Assign the complaint to its agency again.")
        if CANNOT_CREATE in first.unsupported and first.ref is None:
            raise Refused("This app cannot be given new complaints.", "Enter it there by hand, then `simpul links add`.")
        alike = _alike(unit, first) if all_alike else [first]
        for link in alike:
            _again(hub, unit, link)
        return [link.id for link in alike]


def _alike(unit: Unit, first: LinkRow) -> list[LinkRow]:
    link = tables.links.c
    mine = select(link.id, link.complaint_id).where(link.connection_id == first.connection_id, link.state != LinkState.ENDED.value)
    rows = unit.sql.execute(
        mine.where(parked_links() | link.error.is_not(None) | (link.state == LinkState.GONE.value)).order_by(link.id)
    ).all()
    unit.open(row.complaint_id for row in rows)
    found = [unit.link(row.id) for row in rows]
    why = (_state(first, unit.now), _reason(first))
    return [each for each in found if each.id == first.id or (_state(each, unit.now), _reason(each)) == why]


def _again(hub: Hub, unit: Unit, link: LinkRow) -> None:
    if link.state is LinkState.GONE:
        file_again(hub.engine.desk(unit, unit.connection(link.connection_id)), link)
        return
    link.parked, link.attempts, link.error, link.due_at = {}, 0, None, unit.now
