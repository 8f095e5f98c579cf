"""Records that are no longer there: a deletion, the trace of a restore, or a listing that lied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from contracts.events import Kind
from hub.store import tables
from hub.store.rows import LinkRow
from hub.sync.complaints import differs
from hub.sync.desk import Desk
from hub.sync.seen import Seen
from hub.words import ConflictKind, ConflictState, LinkState, Recovery, SentState

_AT_LEAST, _SHARE = 5, 0.02
_RECENT = timedelta(hours=1)
_LISTINGS = 2
_LISTED = 1000
_PART = 5_000
_BELIEVED = timedelta(days=1)

_link = tables.links.c
_MINE = select(_link.ref, _link.id, _link.touched, _link.misses).where(_link.connection_id == bindparam("here"), _link.ref.is_not(None))


def missing(desk: Desk, link: LinkRow, evidence: str) -> None:
    """The app says, on a direct read or by re-using the ref, that this link's record does not exist any more."""
    complaint = desk.unit.complaint(link.complaint_id)
    was_ended = link.state is LinkState.ENDED
    again = desk.row.recovery is Recovery.APP or (evidence == "ref_reused" and desk.row.recovery is Recovery.HUB)
    # Somebody changed the complaint after the record was last equal: that edit beats the deletion.
    again = again or (link.receiver and not was_ended and complaint.origin_id != desk.row.id and _edited_since(desk, link))
    desk.hold_ref(link, None)
    link.version, link.seen, link.sent, link.stored, link.parked, link.fingerprint = None, None, [], {}, {}, None
    link.touched, link.updated_at = desk.tick(), desk.now
    for mark in desk.unit.response_links_of(link):
        mark.ref = None
        mark.state = SentState.LOST if again and mark.response_id else SentState.REMOVED
    if was_ended or not link.receiver:
        link.state, link.due_at = LinkState.ENDED, None
    elif again:
        link.state, link.base, link.history, link.due_at = LinkState.PENDING, None, {}, desk.now
        link.incarnation, link.attempts, link.misses = link.incarnation + 1, 0, 0
        desk.unit.log(complaint, Kind.RESTORED, evidence, connection_id=desk.row.id)
    else:
        link.state, link.due_at = LinkState.GONE, None
        desk.record(ConflictKind.DELETED, complaint, evidence, waits=complaint.holder is not None, kept="hub")
        desk.unit.log(complaint, Kind.DELETED, evidence, connection_id=desk.row.id)


def _edited_since(desk: Desk, link: LinkRow) -> bool:
    return link.base is not None and differs(desk, desk.unit.complaint(link.complaint_id), link)


def suspect(desk: Desk, seen: Seen, stamp: int) -> int:
    """After a complete listing: read directly each linked ref that was not in it; too many at once stop and ask a person."""
    absent, back, linked = list[str](), list[str](), 0
    for row in _linked(desk):
        linked += 1
        if row.ref not in seen and row.touched <= stamp:
            absent.append(row.ref)
        elif row.misses and row.ref in seen:
            back.append(row.id)
    absent.sort()
    if desk.row.recovery is Recovery.NONE and len(absent) > limit(linked):
        desk.record(ConflictKind.DELETIONS, None, "too_many_at_once", waits=True, local=absent, note=f"{len(absent)} of {linked}")
        return 0
    for link_id in back:
        desk.unit.link(link_id).misses = 0
    for ref in absent:
        _confirm(desk, ref)
    return len(absent)


def _linked(desk: Desk) -> Iterable[Row[Any]]:
    """Give this connection's links that hold a record; never all of them at once, for a listing may be of millions."""
    return desk.unit.sql.execute(_MINE, {"here": desk.row.id}, execution_options={"yield_per": _PART})


def _confirm(desk: Desk, ref: str) -> None:
    """Read the record directly; an app that lets nobody do that is believed at its second complete listing."""
    if desk.peer.sheet.can_fetch:
        desk.read_again(ref, "missing")
        return
    link = desk.link_by_ref(ref)
    if link is not None:
        link.misses += 1
        if link.misses >= _LISTINGS:
            missing(desk, link, "not_listed")


def limit(linked: int) -> int:
    """Return how many disappearances of so many linked records are believed at once."""
    return max(_AT_LEAST, int(linked * _SHARE))


def believed(desk: Desk, ref: str) -> bool:
    """Tell whether one more disappearance is believed; too many within the hour stop and ask a person, once for all of them."""
    if desk.row.recovery is not Recovery.NONE:
        return True
    if desk.gone_left is None:
        desk.gone_left = _left(desk)
    if desk.gone_left > 0 or _decided(desk, ref):
        desk.gone_left -= 1
        return True
    _ask(desk, ref)
    return False


def _left(desk: Desk) -> int:
    desk.unit.flush()
    table = tables.links.c
    mine = table.connection_id == desk.row.id
    gone = select(func.count()).where(mine, table.state == LinkState.GONE.value, table.updated_at > desk.now - _RECENT)
    live = select(func.count()).where(mine, table.ref.is_not(None))
    return limit(desk.unit.sql.execute(live).scalar() or 0) + 1 - (desk.unit.sql.execute(gone).scalar() or 0)


def _ask(desk: Desk, ref: str) -> None:
    table = tables.conflicts
    mine = (table.c.connection_id == desk.row.id) & (table.c.kind == ConflictKind.DELETIONS.value)
    waiting = (table.c.rule == "too_many_gone") & (table.c.state == ConflictState.OPEN.value)
    found = desk.unit.sql.execute(select(table.c.id, table.c.local_value).where(mine & waiting)).first()
    if found is None:
        desk.record(ConflictKind.DELETIONS, None, "too_many_gone", waits=True, local=[ref])
    elif ref not in found.local_value and len(found.local_value) < _LISTED:
        desk.unit.sql.execute(update(table).where(table.c.id == found.id).values(local_value=[*found.local_value, ref]))


def _decided(desk: Desk, ref: str) -> bool:
    # A person has said within the day that this record, among many, really vanished.
    table = tables.conflicts.c
    mine = (table.connection_id == desk.row.id) & (table.kind == ConflictKind.DELETIONS.value) & (table.kept == "local")
    found = desk.unit.sql.execute(select(table.local_value).where(mine, table.decided_at > desk.now - _BELIEVED))
    return any(ref in (row.local_value or ()) for row in found)
