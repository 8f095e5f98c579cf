"""Changes to the canonical complaint, by whomever: the value, its source, the ledger, the receivers and what becomes due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from contracts.complaint import Response
from contracts.content import IDENTITY_FIELDS, Field, iso
from contracts.events import Kind
from contracts.lifecycle import HELD
from contracts.vocabulary import Status
from hub.store.rows import ComplaintRow, LinkRow, ResponseRow
from hub.sync.desk import Desk
from hub.sync.marks import text_key, veil
from hub.sync.plan import differences
from hub.sync.project import REDACTED, redacted, unsupported
from hub.sync.receivers import Case, receivers
from hub.words import LinkState

_STATUS = {status.value: status for status in Status}
_SELF_HANDLED = frozenset({Status.ASSIGNED, Status.IN_PROGRESS, Status.ANSWERED})


@dataclass(frozen=True, slots=True)
class Source:
    """Who said so: through which connection or which person, by which rule, and when it happened where that is known."""

    connection_id: int | None
    actor: str | None
    rule: str
    happened_at: datetime | None = None


def change(desk: Desk, complaint: ComplaintRow, name: Field, value: Any, source: Source) -> None:
    """Give one field a new value, with everything that follows from it inside this transaction; what was erased stays so."""
    if complaint.erased and name in REDACTED:
        return
    old = (complaint.digests if name in IDENTITY_FIELDS else complaint.content).get(name.value)
    new = veil({name: value}, desk.keys)[name]
    if name in IDENTITY_FIELDS:
        _seal(desk, complaint, name, value, new)
    else:
        complaint.content = {**complaint.content, name.value: value}
    complaint.version += 1
    complaint.updated_at = desk.now
    complaint.sources = {**complaint.sources, name.value: _source(desk, complaint, source)}
    kind = Kind.STATUS if name is Field.STATUS else Kind.ASSIGNED if name is Field.HOLDER else Kind.CHANGED
    _log(desk, complaint, kind, source, field=name.value, old=old, new=new)
    if name is Field.STATUS:
        _moved(desk, complaint, Status(value), source)
    elif name is Field.HOLDER:
        complaint.holder = value["agency"] if value else None
    elif name is Field.DESCRIPTION:
        complaint.text_key = text_key(value, desk.keys)


def _moved(desk: Desk, complaint: ComplaintRow, status: Status, source: Source) -> None:
    complaint.status = status.value
    complaint.verified = complaint.verified or verifies(desk, status, source)
    holder = holder_after(desk, status, complaint.holder, source, origin=complaint.origin_id)
    if holder is not None:
        change(desk, complaint, Field.HOLDER, {"agency": holder, "unit": None}, source)


def verifies(desk: Desk, status: Status, source: Source) -> bool:
    """Tell whether a status, said by a person or the national connection, means that the complaint was verified."""
    return status in HELD and (source.connection_id is None or source.connection_id == desk.network.national)


def holder_after(desk: Desk, status: Status, holder: str | None, source: Source, *, origin: int | None) -> str | None:
    """Return the agency that becomes the holder because of a status, or None if it stays: what is under way has exactly one."""
    coordinator = desk.network.coordinator
    if status is Status.RETURNED:
        return coordinator if holder != coordinator else None
    own = _agency(desk, source)
    if holder in (None, coordinator) and own and status in _SELF_HANDLED and source.connection_id == origin:
        return own
    return coordinator if holder is None and status in HELD else None


def _agency(desk: Desk, source: Source) -> str | None:
    peer = desk.network.peers.get(source.connection_id) if source.connection_id is not None else None
    return peer.agency if peer else None


def _source(desk: Desk, complaint: ComplaintRow, source: Source) -> dict[str, Any]:
    return {
        "version": complaint.version,
        "connection": source.connection_id,
        "actor": source.actor,
        "rule": source.rule,
        "happened_at": iso(source.happened_at) if source.happened_at else None,
        "learned_at": desk.said_at,
    }


def _log(desk: Desk, complaint: ComplaintRow, kind: Kind, source: Source, **what: Any) -> None:
    desk.unit.log(
        complaint, kind, source.rule, connection_id=source.connection_id, actor=source.actor, happened_at=source.happened_at, **what
    )


def _seal(desk: Desk, complaint: ComplaintRow, name: Field, value: Any, digest: Any) -> None:
    known = identity_of(desk, complaint)
    known[name.value] = value
    complaint.sealed = seal_identity(desk, complaint.id, known)
    complaint.digests = {**complaint.digests, name.value: digest}


def identity_of(desk: Desk, complaint: ComplaintRow) -> dict[str, Any]:
    """Open the sealed identity fields; only for giving them to a connection that may have them, or to seal them anew."""
    if complaint.sealed is None:
        return {}
    opened: dict[str, Any] = orjson.loads(desk.keys.open(complaint.sealed, complaint.id.encode()))
    return opened


def seal_identity(desk: Desk, complaint_id: str, identity: dict[str, Any]) -> bytes | None:
    """Seal identity fields for one complaint; None where there is nothing to seal."""
    present = {name: value for name, value in identity.items() if value is not None}
    return desk.keys.seal(orjson.dumps(present), complaint_id.encode()) if present else None


def plain(desk: Desk, complaint: ComplaintRow, veiled: dict[Field, Any]) -> dict[Field, Any]:
    """Put the real identity values back into a projection right before it leaves; a value that changed since is left out."""
    digests = veil({Field(name): value for name, value in identity_of(desk, complaint).items()}, desk.keys)
    opened = identity_of(desk, complaint)
    said = {}
    for name, value in veiled.items():
        if name not in IDENTITY_FIELDS or value is None:
            said[name] = value
        elif digests.get(name) == value:
            said[name] = opened[name.value]
    return said


def respond(desk: Desk, complaint: ComplaintRow, response: Response, source: Source) -> ResponseRow:
    """Add a response; responses only grow."""
    said = desk.unit.responses_of(complaint.id)
    row = ResponseRow(
        id=desk.unit.new_id(),
        complaint_id=complaint.id,
        position=1 + max((other.position for other in said), default=0),
        text=response.text,
        visibility=response.visibility.value,
        # Never the name that the app gives: it may be that of a reporter who wants to stay unknown.
        author=_agency(desk, source) or source.actor,
        written_at=response.written_at,
        attachments=[{"name": item.name, "media_type": item.media_type, "size": item.size} for item in response.attachments],
        connection_id=source.connection_id,
        actor=source.actor,
        version=1,
        removed=False,
        learned_at=desk.now,
    )
    desk.unit.add(row)
    complaint.version += 1
    complaint.updated_at = desk.now
    _log(desk, complaint, Kind.RESPONDED, source, new={"response": row.id, "text": row.text, "visibility": row.visibility})
    return row


def amend(desk: Desk, complaint: ComplaintRow, row: ResponseRow, text: str, visibility: str, source: Source) -> None:
    """Let a new version of a response amend the old one, which stays in the ledger; after an erasure nothing more is taken in."""
    if complaint.erased:
        return
    old = {"response": row.id, "text": row.text, "visibility": row.visibility}
    row.text, row.visibility, row.version = text, visibility, row.version + 1
    complaint.version += 1
    complaint.updated_at = desk.now
    _log(desk, complaint, Kind.AMENDED, source, old=old, new={"response": row.id, "text": text, "visibility": visibility})


def withdraw(desk: Desk, complaint: ComplaintRow, row: ResponseRow, source: Source) -> None:
    """Mark a response as removed where it was written; what it said stays in the ledger."""
    row.removed, row.version = True, row.version + 1
    complaint.version += 1
    complaint.updated_at = desk.now
    _log(desk, complaint, Kind.WITHDRAWN, source, old={"response": row.id, "text": row.text, "visibility": row.visibility})


def case_of(complaint: ComplaintRow) -> Case:
    """Return what decides who gets a copy."""
    return Case(
        status=_STATUS[complaint.status],
        holder=complaint.holder,
        origin=complaint.origin_id,
        place=complaint.content.get("place_code"),
        classification=complaint.content.get("classification"),
        verified=complaint.verified,
        historic=complaint.historic,
    )


def spread(desk: Desk, complaint: ComplaintRow) -> None:
    """Make links for new receivers, let go those that are none any more, and make due every link that now differs."""
    wanted_by = receivers(case_of(complaint), desk.network)
    links = desk.unit.links_of(complaint.id)
    for connection_id in sorted(wanted_by - links.keys()):
        desk.unit.add(
            LinkRow(
                id=desk.unit.new_id(),
                connection_id=connection_id,
                complaint_id=complaint.id,
                created_at=desk.now,
                updated_at=desk.now,
                due_at=desk.now,
            )
        )
    for connection_id, link in links.items():
        if connection_id not in desk.network.peers:
            continue
        if desk.imported.get(link.id) and _as_imported(desk, complaint, link):
            continue
        _route(desk, link, connection_id in wanted_by)
        if complaint.erased and link.state is LinkState.ENDED and _to_redact(desk, link):
            # It ended, and its record still says what was erased: the last projection is made once more.
            link.state, link.due_at = LinkState.LINKED, desk.now
        _show_what_stays(desk, complaint, link)
        if link.due_at is None and (link.state is LinkState.PENDING or (link.state is LinkState.LINKED and differs(desk, complaint, link))):
            desk.mark(link)


def _as_imported(desk: Desk, complaint: ComplaintRow, link: LinkRow) -> bool:
    """Tell whether nothing can be due to the record of which the complaint was made: its own app says that status too."""
    said = desk.network.peers[link.connection_id].sheet.statuses.get(_STATUS[complaint.status])
    return complaint.origin_id == link.connection_id and said == complaint.status


def _show_what_stays(desk: Desk, complaint: ComplaintRow, link: LinkRow) -> None:
    # What that app cannot be told, or what cannot be taken back there: nothing is due, and nothing will be read because of it.
    if link.ref is None:
        return
    peer = desk.network.peers[link.connection_id]
    origin = complaint.origin_id == peer.id
    stays = set(unsupported(complaint.veiled(), link.agreed(), peer.sheet, peer.policy, origin=origin)) - set(link.unsupported)
    if stays:
        link.unsupported = sorted({*link.unsupported, *stays})


def _to_redact(desk: Desk, link: LinkRow) -> bool:
    base = link.agreed()
    told = differences(redacted(base, base, desk.network.peers[link.connection_id].sheet), base)
    return link.ref is not None and not told.keys() <= link.parked.keys()


def _route(desk: Desk, link: LinkRow, receiver: bool) -> None:
    if link.receiver == receiver:
        return
    link.receiver, link.updated_at = receiver, desk.now
    if receiver and link.state is LinkState.ENDED:
        link.state = LinkState.LINKED if link.ref else LinkState.PENDING
    elif not receiver and link.state in (LinkState.PENDING, LinkState.GONE):
        link.state, link.due_at, link.parked = LinkState.ENDED, None, {}
        return
    link.due_at = desk.now if link.due_at is None else link.due_at


def differs(desk: Desk, complaint: ComplaintRow, link: LinkRow) -> bool:
    """Tell whether the link's record should say something else than it was last known to say."""
    want = desk.want(complaint, link)
    return bool(differences(want, link.agreed())) or bool(desk.unsaid(complaint, link)) or not link.receiver
