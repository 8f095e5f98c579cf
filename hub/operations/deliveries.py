"""What is on its way to the apps, and what got stuck there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_

from contracts.errors import Refused
from contracts.vocabulary import Word
from hub.build import Hub
from hub.operations.deciding_links import file_again
from hub.operations.finding import connection_id, link_id, names
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


_link, _connection = tables.links.c, tables.connections.c
_SHOWN = (
    select(
        *(_link[name] for name in ("id", "complaint_id", "ref", "state", "due_at", "attempts", "parked", "error", "unsupported")),
        _connection.name,
        tables.complaints.c.tracking_id,
    )
    .select_from(tables.connections)
    .join(tables.links, _link.connection_id == _connection.id)
    .join(tables.complaints)
    .where(tables.RESTLESS)
    .order_by(_connection.name, _link.id)
)


def deliveries(hub: Hub, connection: str | None = None, *, after: tuple[str, str] | None = None, most: int | None = None) -> list[Delivery]:
    """Return what is due, backing off, parked, in doubt, unsupported or gone, by connection; raises NotFound.

    ``most`` of them ``after`` one, given by the name of its connection and its id.
    """
    query, now = _SHOWN.limit(most), hub.store.now()
    with hub.store.reading() as sql:
        if connection is not None:
            query = query.where(_connection.id == connection_id(names(sql), connection))
        if after is not None:
            query = query.where(_connection.name >= after[0], tuple_(_connection.name, _link.id) > tuple_(*after))
        return [_delivery(row, now) for row in sql.execute(query)]


def _delivery(row: Any, now: datetime) -> Delivery:
    state, reason = _state(row, now), _reason(row)
    return Delivery(row.id, row.name, row.complaint_id, row.tracking_id, row.ref, state, reason, row.due_at, row.attempts)


def _state(link: Any, now: datetime) -> DeliveryState:
    if link.state == LinkState.GONE:
        return DeliveryState.GONE
    if link.parked:
        return DeliveryState.PARKED
    if link.state in (LinkState.AMBIGUOUS, LinkState.CREATING):
        return DeliveryState.AMBIGUOUS
    if link.due_at is None:
        return DeliveryState.UNSUPPORTED
    return DeliveryState.BACKING_OFF if link.due_at > now else DeliveryState.DUE


def _reason(link: Any) -> str | None:
    if link.parked:
        return "; ".join(f"{name}: {why.get('error')}" for name, why in sorted(link.parked.items()))
    if link.error is None and link.unsupported:
        return ", ".join(link.unsupported)
    return None if link.error is None else str(link.error)


def resend(hub: Hub, given: str, *, all_alike: bool = False) -> list[str]:
    """Send again what was refused or waits, and with ``all_alike`` all of this connection that got stuck for the same reason.

    Returns the ids of the links; raises NotFound or Refused.
    """
    with hub.store.unit() as unit:
        first = unit.link(link_id(unit.sql, given))
        last_words = first.ref is not None and bool(first.parked)
        if first.state is LinkState.ENDED and not last_words:
            raise Refused("This link has ended: its app is no receiver any more.", "Assign the complaint to its agency again.")
        if CANNOT_CREATE in first.unsupported and first.ref is None:
            raise Refused("This app cannot be given new complaints.", "Enter it there by hand, then `simpul links add`.")
        alike = _alike(unit, first) if all_alike and first.state is not LinkState.ENDED else [first]
        for link in alike:
            _again(hub, unit, link)
        return [link.id for link in alike]


def _alike(unit: Unit, first: LinkRow) -> list[LinkRow]:
    link = tables.links.c
    mine = select(link.id, link.complaint_id).where(link.connection_id == first.connection_id, link.state != LinkState.ENDED.value)
    rows = unit.sql.execute(
        mine.where(or_(parked_links(), link.error.is_not(None), link.state == LinkState.GONE.value)).order_by(link.id)
    ).all()
    unit.open(row.complaint_id for row in rows)
    found = [unit.link(row.id) for row in rows]
    why = (_state(first, unit.now), _reason(first))
    return [each for each in found if each.id == first.id or (_state(each, unit.now), _reason(each)) == why]


def _again(hub: Hub, unit: Unit, link: LinkRow) -> None:
    if link.state is LinkState.GONE:
        file_again(hub.engine.desk(unit, unit.connection(link.connection_id)), link)
        return
    if link.state is LinkState.ENDED:
        # Its last words were refused, a redaction perhaps: they are said once more, and then it ends again.
        link.state = LinkState.LINKED
    link.parked, link.attempts, link.error, link.due_at = {}, 0, None, unit.now
