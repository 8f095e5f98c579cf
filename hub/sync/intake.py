"""How a record becomes a complaint of the hub, or joins one that is known."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from contracts.connector import Record
from contracts.content import IDENTITY_FIELDS, Field, iso
from contracts.events import Kind
from contracts.vocabulary import Status
from hub.store import tables
from hub.store.rows import ComplaintRow, LinkRow
from hub.sync.complaints import Source, change, holder_after, seal_identity, spread, verifies
from hub.sync.desk import Desk
from hub.sync.erasure import without_erased
from hub.sync.marks import Told, text_key, veil
from hub.sync.project import express, same
from hub.sync.rights import legal_status, may_write
from hub.words import ConflictKind, LinkState, Outcome, Recovery

# The tick of a link that has just been joined to a record: its first observation is never taken for a stale one.
JOINED = -1
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PAIRS = [one + other for one in _BASE32 for other in _BASE32]


def tracking_id(complaint_id: str) -> str:
    """Return the number a citizen can type, 12 letters and digits in threes of four: derived, so that a restore gives the same."""
    number = int.from_bytes(hashlib.sha256(complaint_id.encode()).digest()[:8]) >> 4
    one, two, three, four, five, six = number >> 50, number >> 40, number >> 30, number >> 20, number >> 10, number
    return f"{_PAIRS[one]}{_PAIRS[two & 1023]}-{_PAIRS[three & 1023]}{_PAIRS[four & 1023]}-{_PAIRS[five & 1023]}{_PAIRS[six & 1023]}"


def new_complaint(desk: Desk, complaint_id: str, content: dict[Field, Any], source: Source, *, historic: bool) -> ComplaintRow:
    """Make a complaint from plain content; its first ledger entry says where it came from, and how it stood then."""
    given = {name: value for name, value in content.items() if value is not None}
    identity = {name: value for name, value in given.items() if name in IDENTITY_FIELDS} if IDENTITY_FIELDS & given.keys() else {}
    shown = {str(name): value for name, value in given.items() if name not in identity}
    status, said = Status(given.get(Field.STATUS) or Status.RECEIVED), given.get(Field.HOLDER)
    holder = said["agency"] if said and desk.network.knows(said) else None
    follows = holder_after(desk, status, holder, source, origin=source.connection_id)
    row = ComplaintRow(
        id=complaint_id,
        tracking_id=tracking_id(complaint_id),
        content={**shown, "status": str(status)},
        sealed=seal_identity(desk, complaint_id, {str(name): value for name, value in identity.items()}) if identity else None,
        digests={str(name): value for name, value in veil(identity, desk.keys).items()} if identity else {},
        sources={},
        version=1,
        status=str(status),
        holder=follows or holder,
        origin_id=source.connection_id,
        verified=verifies(desk, status, source),
        historic=historic,
        erased=False,
        held={},
        head=None,
        text_key=text_key(given.get(Field.DESCRIPTION), desk.keys),
        created_at=desk.now,
        updated_at=desk.now,
    )
    if follows:
        row.content["holder"] = {"agency": follows, "unit": None}
    desk.unit.add(row)
    _file(desk, row, [str(name) for name in given], source)
    if row.text_key:
        desk.fresh_texts.setdefault(row.text_key, []).append(row.id)
    return row


def _file(desk: Desk, row: ComplaintRow, names: list[str], source: Source) -> None:
    told = {"fields": sorted(names), "status": row.status, "holder": row.holder}
    desk.unit.log(
        row,
        Kind.FILED,
        source.rule,
        connection_id=source.connection_id,
        actor=source.actor,
        happened_at=source.happened_at,
        new=told,
    )


def import_new(desk: Desk, record: Record, says: Told) -> LinkRow:
    """Take in a record that nobody knows: a new complaint whose origin is this connection; whoever observes it spreads it."""
    return _import(desk, desk.unit.new_id(), record, says, "imported")


def recreate(desk: Desk, complaint_id: str, record: Record, says: Told) -> LinkRow:
    """Make again, under the same id, a complaint that our own token names and that a restored hub has forgotten."""
    return _import(desk, complaint_id, record, says, "recreated_from_token", ours=True)


def _import(desk: Desk, complaint_id: str, record: Record, says: Told, rule: str, *, ours: bool = False) -> LinkRow:
    flat = says.plain
    happened = record.created_at or record.complaint.submitted_at
    content = {name: value for name, value in flat.items() if value is not None}
    if Field.SUBMITTED_AT not in content:
        content[Field.SUBMITTED_AT] = iso(happened or desk.now)
    source = Source(desk.row.id, None, rule, happened)
    if desk.network.national != desk.row.id and not ours:
        content.pop(Field.HOLDER, None)
    complaint = new_complaint(desk, complaint_id, content, source, historic=not ours and is_historic(desk, record))
    if ours:
        complaint.origin_id = None
    link = desk.unit.links_of(complaint.id).get(desk.row.id) or _new_link(desk, complaint.id)
    _hold(desk, link, record, says)
    link.base = dict(says.veiled)
    link.due_at = None
    _remember_pairs(desk, record)
    desk.imported[link.id] = _unchanged(says.veiled, complaint)
    return link


def _unchanged(veiled: dict[Field, Any], complaint: ComplaintRow) -> bool:
    # Beyond what the record says, the hub has a word of its own only for these.
    content = complaint.content
    if Field.HOLDER in veiled and veiled[Field.HOLDER] != content.get("holder"):
        return False
    return Field.SUBMITTED_AT not in veiled or veiled[Field.SUBMITTED_AT] == content["submitted_at"]


def is_historic(desk: Desk, record: Record) -> bool:
    """Tell whether a record is older than go-live: linked and counted, but not pushed, not announced, and starting no clock."""
    submitted = record.created_at or record.complaint.submitted_at
    if desk.peer.live_from is None:
        return not desk.peer.live
    return submitted is not None and submitted < desk.peer.live_from


def _new_link(desk: Desk, complaint_id: str) -> LinkRow:
    link = LinkRow(id=desk.unit.new_id(), connection_id=desk.row.id, complaint_id=complaint_id, created_at=desk.now, updated_at=desk.now)
    desk.unit.add(link)
    return link


def _hold(desk: Desk, link: LinkRow, record: Record, says: Told) -> None:
    desk.hold_ref(link, record.ref)
    link.state, link.version, link.ticket = LinkState.LINKED, record.version, None
    link.misses, link.error, link.updated_at = 0, None, desk.now
    # What never changes in the record: so that a re-used ref is noticed, and this very record known again.
    link.fingerprint = says.fingerprint


def _remember_pairs(desk: Desk, record: Record) -> None:
    if not record.same_as:
        return
    for peer in desk.network.peers.values():
        if peer.name in record.same_as and peer.id != desk.row.id:
            table = tables.pairs.c
            key = (table.connection_id == desk.row.id) & (table.ref == record.ref) & (table.other_id == peer.id)
            if desk.unit.sql.execute(select(table.ref).where(key)).first() is None:
                values = {"connection_id": desk.row.id, "ref": record.ref, "other_id": peer.id}
                desk.unit.sql.execute(tables.pairs.insert().values(**values, other_ref=record.same_as[peer.name]))


def adopt(desk: Desk, link: LinkRow | None, record: Record, says: Told, complaint: ComplaintRow | None = None) -> LinkRow:
    """Let a known complaint hold this record; the base is what we sent, or what we last knew, or else nothing."""
    if link is None:
        assert complaint is not None
        link = _new_link(desk, complaint.id)
        spread(desk, complaint)
    complaint = desk.unit.complaint(link.complaint_id)
    attempt = desk.unit.last_attempt(link, "create") if link.state in (LinkState.CREATING, LinkState.AMBIGUOUS) else None
    ended = link.state is LinkState.ENDED
    _hold(desk, link, record, says)
    if ended and not link.receiver:
        link.state = LinkState.ENDED
    if attempt is not None:
        attempt.outcome, attempt.finished_at = Outcome.ACKNOWLEDGED.value, desk.now
        link.base = {name: value for name, value in attempt.payload.items() if name in desk.peer.sheet.reads}
        link.history = {}
    elif link.base is None:
        _without_ancestor(desk, complaint, link, record, says)
    desk.unit.log(complaint, Kind.LINKED, "adopted", connection_id=desk.row.id, new={"ref": record.ref})
    link.touched, link.seen = JOINED, None
    link.attempts, link.due_at = 0, desk.now
    return link


def _may_bring(desk: Desk, complaint: ComplaintRow, name: Field, local: Any) -> bool:
    # Joining gives no rights: what a record brings counts as far as its app might have changed it anyway.
    at = desk.standing(complaint, desk.peer)
    if complaint.erased or (name is Field.HOLDER and not at.national):
        return False
    if desk.row.recovery is Recovery.HUB:
        return True
    legal = name is not Field.STATUS or legal_status(complaint.status, local, desk.peer, at)
    return legal and may_write(name, desk.peer, at)


def _without_ancestor(desk: Desk, complaint: ComplaintRow, link: LinkRow, record: Record, says: Told) -> None:
    """Join two that never agreed on anything: what differs is on record, never silently overwritten."""
    flat, veiled = says.plain, says.veiled
    if complaint.erased:
        veiled = without_erased(link, veiled, desk.peer.sheet)
    forgot = desk.row.recovery is Recovery.HUB
    hub = complaint.veiled()
    source = Source(desk.row.id, None, "joined", record.updated_at)
    for name, local in veiled.items():
        ours = express(name, hub.get(name), desk.peer.sheet)
        if same(local, ours) or local is None:
            continue
        brings = link.state is not LinkState.ENDED and _may_bring(desk, complaint, name, local)
        if hub.get(name) is None and brings:
            change(desk, complaint, name, flat[name], source)
            continue
        takes = brings and (forgot or complaint.origin_id == desk.row.id) and ours is not None
        desk.record(
            ConflictKind.CONFLICT,
            complaint,
            "joined_without_ancestor",
            waits=False,
            name=name,
            hub=hub.get(name),
            local=local,
            kept="local" if takes else "hub",
        )
        if takes:
            change(desk, complaint, name, flat[name], source)
    link.base = veiled
    link.history = {}
    _remember_pairs(desk, record)
    spread(desk, complaint)
