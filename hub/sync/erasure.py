"""Erasing a complaint's personal content here and in every app that got a copy (UU 27/2022); not a deletion.

The complaint stays for the statistics; what it said is gone from base, attempts, conflicts, history, ledger and
quarantine too, with what the citizen answered later, and salted tombstones keep it from being imported again. What the
agencies answered stays. What an app cannot be told to redact is asked of a person, app by app.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select, update

from contracts.connector import Capabilities
from contracts.content import Field
from contracts.events import Kind
from hub.store import tables
from hub.store.rows import ComplaintRow, LinkRow
from hub.sync.complaints import Source, spread
from hub.sync.desk import Desk
from hub.sync.inbox import forget_bodies
from hub.sync.marks import whole_text_key
from hub.sync.project import ERASED, POINTS, REDACTED, STANDING, TEXTS, express, impersonal, same
from hub.sync.quarantine import forget_text
from hub.words import ConflictKind, ConflictState, LinkState, SentState

__all__ = ["ERASED", "REDACTED", "RULE", "erase", "without_erased"]

RULE = "erasure_not_possible_there"
_RESPONSE = "response"
_TELLING = 20  # characters by which a text is known to be this one
_SAID = (Kind.RESPONDED.value, Kind.AMENDED.value, Kind.WITHDRAWN.value)
_IN_DOUBT = (LinkState.CREATING, LinkState.AMBIGUOUS)


def erase(desk: Desk, complaint: ComplaintRow, source: Source) -> None:
    """Redact a complaint everywhere; every link that holds a record becomes due so that the redaction reaches its app."""
    desk.unit.flush()
    _bury(desk, complaint)
    _forget_what_is_aside(desk, complaint.content.get(Field.DESCRIPTION.value))
    present = {name: value for name, value in complaint.content.items() if name not in POINTS}
    complaint.content = {name: ERASED if name in TEXTS else value for name, value in present.items()}
    links = desk.unit.links_of(complaint.id).values()
    # A filing in doubt in an app that carries no token is only known again by this digest of its text.
    complaint.text_key = complaint.text_key if any(link.state in _IN_DOUBT for link in links) else None
    complaint.sealed, complaint.digests = None, {}
    complaint.held = {name: rule for name, rule in complaint.held.items() if name not in REDACTED}
    complaint.erased, complaint.version, complaint.updated_at = True, complaint.version + 1, desk.now
    told = _forget_responses(desk, complaint)
    for link in links:
        _forget(desk, link, told)
        _ask(desk, complaint, link, told)
    _forget_values(desk, complaint, source)
    _forget_sayings(desk, complaint, told)
    _forget_copies(desk, complaint)
    desk.unit.log(complaint, Kind.CHANGED, "erased", actor=source.actor, connection_id=source.connection_id)
    spread(desk, complaint)


def _bury(desk: Desk, complaint: ComplaintRow) -> None:
    # Also as each app keeps the text, or a record that comes back cut would be taken for a new complaint.
    text, links = complaint.content.get(Field.DESCRIPTION.value), desk.unit.links_of(complaint.id)
    peers = [desk.network.peers[number] for number in links if number in desk.network.peers]
    kept = {text, *(express(Field.DESCRIPTION, text, peer.sheet) for peer in peers)}
    kept |= {(link.base or {}).get(Field.DESCRIPTION.value) for link in links.values()}
    marks = {whole_text_key(said, desk.keys) for said in kept if not impersonal(said)} - {None}
    table = tables.tombstones
    known = {row.mark for row in desk.unit.sql.execute(select(table.c.mark).where(table.c.mark.in_(marks)))}
    for mark in sorted(str(mark) for mark in marks - known):
        desk.unit.put(table, mark=mark, at=desk.now)


def _forget_what_is_aside(desk: Desk, text: Any) -> None:
    # A few words stand in other people's records too.
    if isinstance(text, str) and len(text) >= _TELLING and not impersonal(text):
        forget_text(desk, text)


def _forget_responses(desk: Desk, complaint: ComplaintRow) -> set[str]:
    """Blank what was written where the citizen filed it; returns the ids. No app is given it any more."""
    theirs = [row for row in desk.unit.responses_of(complaint.id) if row.connection_id is not None]
    theirs = [row for row in theirs if row.connection_id == complaint.origin_id]
    for row in theirs:
        row.text, row.author, row.attachments = ERASED, None, []
        row.removed, row.version = True, row.version + 1
    return {row.id for row in theirs}


def _forget(desk: Desk, link: LinkRow, told: set[str]) -> None:
    if link.base is not None:
        link.base = {name: _what_stands(value) if name in REDACTED else value for name, value in link.base.items()}
    gone = {*REDACTED, *(f"{_RESPONSE}:{key}" for key in told)}
    link.stored = {name: memo for name, memo in link.stored.items() if name not in REDACTED}
    link.history = {name: marks for name, marks in link.history.items() if name not in REDACTED}
    # A field that was refused or kept flapping is tried once more: now it matters.
    link.parked = {name: why for name, why in link.parked.items() if name not in gone}
    link.flaps = {name: when for name, when in link.flaps.items() if name not in REDACTED}
    link.seen, link.raw, link.fingerprint = None, {}, None
    link.sent = [{**entry, "fields": _without(entry["fields"])} for entry in link.sent]


def _what_stands(value: Any) -> Any:
    return value if impersonal(value) else STANDING


def _without(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in REDACTED}


def _ask(desk: Desk, complaint: ComplaintRow, link: LinkRow, told: set[str]) -> None:
    """Put an open question on record for an app that keeps what nobody can redact from here."""
    lacking = sorted(_lacking(desk, link)) if link.ref is not None or link.state in _IN_DOUBT else []
    there = (SentState.LINKED, SentState.SENT, SentState.UNKNOWN)
    if any(mark.response_id in told and mark.state in there for mark in desk.unit.response_links_of(link)):
        lacking.append(_RESPONSE)
    if lacking:
        link.unsupported = sorted({*link.unsupported, *lacking})
        at = replace(desk, here=desk.unit.connection(link.connection_id))
        at.record(ConflictKind.AMBIGUOUS, complaint, RULE, waits=True, local=lacking, note="still there: " + ", ".join(lacking))


def _lacking(desk: Desk, link: LinkRow) -> set[str]:
    peer = desk.network.peers.get(link.connection_id)
    shows, takes = (peer.sheet.reads, peer.sheet.writes) if peer else (frozenset(), frozenset())
    attempt = desk.unit.last_attempt(link, "create")
    filed = {name for name, value in attempt.payload.items() if not impersonal(value)} if attempt else set()
    unseen = filed if link.state in _IN_DOUBT else filed - shows
    standing = {name for name, value in (link.base or {}).items() if value == STANDING}
    return {str(name) for name in ((standing | unseen) & REDACTED) - (shows & takes)}


def _forget_values(desk: Desk, complaint: ComplaintRow, source: Source) -> None:
    sql, names = desk.unit.sql, [*(name.value for name in REDACTED), _RESPONSE]
    conflicts, ledger = tables.conflicts, tables.ledger
    mine = (conflicts.c.complaint_id == complaint.id) & conflicts.c.field.in_(names)
    sql.execute(update(conflicts).where(mine).values(hub_value=None, local_value=None))
    # Which of two values stands is no question any more where neither does.
    decided = {"state": ConflictState.DECIDED.value, "kept": "hub", "decided_at": desk.now, "decided_by": source.actor or source.rule}
    choices = [ConflictKind.CONFLICT.value, ConflictKind.PROPOSAL.value, ConflictKind.FLAPPING.value]
    waits = conflicts.c.kind.in_(choices) & (conflicts.c.state == ConflictState.OPEN.value)
    sql.execute(update(conflicts).where(mine & waits).values(**decided))
    told = (ledger.c.complaint_id == complaint.id) & ledger.c.field.in_(names)
    sql.execute(update(ledger).where(told).values(old=None, new=None, salt=None))


def _forget_sayings(desk: Desk, complaint: ComplaintRow, told: set[str]) -> None:
    sql, ledger = desk.unit.sql, tables.ledger
    found = select(ledger.c.seq, ledger.c.old, ledger.c.new).where(ledger.c.complaint_id == complaint.id, ledger.c.kind.in_(_SAID))
    theirs = [row.seq for row in sql.execute(found).all() if (row.new or row.old or {}).get(_RESPONSE) in told]
    for seq in theirs:
        sql.execute(update(ledger).where(ledger.c.seq == seq).values(old=None, new=None, salt=None))


def _forget_copies(desk: Desk, complaint: ComplaintRow) -> None:
    sql, attempts, aside = desk.unit.sql, tables.attempts, tables.quarantine
    desk.unit.flush()
    for link in desk.unit.links_of(complaint.id).values():
        for row in sql.execute(select(attempts.c.id, attempts.c.payload).where(attempts.c.link_id == link.id)).all():
            sql.execute(update(attempts).where(attempts.c.id == row.id).values(payload=_without(row.payload)))
        sql.execute(delete(aside).where(aside.c.connection_id == link.connection_id, aside.c.ref == link.ref))
        forget_bodies(desk, link.connection_id)


def without_erased(link: LinkRow, said: dict[Field, Any], sheet: Capabilities) -> dict[Field, Any]:
    """Read an erased complaint's record without taking anything in again: where something stands still, only that it does."""
    kept = dict(said)
    for name in REDACTED & said.keys():
        value, redacted = said[name], express(name, ERASED, sheet) if name in TEXTS else None
        kept[name] = value if same(value, None) or same(value, redacted) else STANDING
    if any(kept[name] == STANDING for name in TEXTS & sheet.writes & said.keys()):
        # The record may be known by the very text that is about to be redacted: it is known anew by what is left.
        link.fingerprint = None
    return kept
