"""Erasing a complaint's personal content here and in every app that got a copy (UU 27/2022); not a deletion.

The complaint stays for the statistics; what it said is gone from base, attempts, conflicts, history and ledger too,
and a salted tombstone keeps it from being imported again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from contracts.connector import Capabilities
from contracts.content import IDENTITY_FIELDS, Field
from contracts.events import Kind
from hub.store import tables
from hub.store.rows import ComplaintRow, LinkRow
from hub.sync.complaints import Source, spread
from hub.sync.desk import Desk
from hub.sync.project import express

ERASED = "[dihapus]"
_TEXTS = frozenset({Field.TITLE, Field.DESCRIPTION, Field.ADDRESS})
_POINTS = frozenset({Field.LATITUDE, Field.LONGITUDE})
REDACTED = _TEXTS | _POINTS | IDENTITY_FIELDS


def erase(desk: Desk, complaint: ComplaintRow, source: Source) -> None:
    """Redact a complaint everywhere; every link becomes due so that the redaction reaches its app."""
    if complaint.text_key is not None:
        known = select(tables.tombstones.c.mark).where(tables.tombstones.c.mark == complaint.text_key)
        if desk.unit.sql.execute(known).first() is None:
            desk.unit.put(tables.tombstones, mark=complaint.text_key, at=desk.now)
    present = {name: value for name, value in complaint.content.items() if name not in _POINTS}
    complaint.content = {name: ERASED if name in _TEXTS else value for name, value in present.items()}
    complaint.sealed, complaint.digests, complaint.text_key = None, {}, None
    complaint.erased, complaint.version, complaint.updated_at = True, complaint.version + 1, desk.now
    for link in desk.unit.links_of(complaint.id).values():
        _forget(desk, link)
    _forget_records(desk, complaint)
    desk.unit.log(complaint, Kind.CHANGED, "erased", actor=source.actor, connection_id=source.connection_id)
    spread(desk, complaint)


def _forget(desk: Desk, link: LinkRow) -> None:
    link.base = {name: None if name in REDACTED else value for name, value in link.base.items()} if link.base is not None else None
    link.stored = {name: memo for name, memo in link.stored.items() if name not in REDACTED}
    link.history = {name: marks for name, marks in link.history.items() if name not in REDACTED}
    link.seen = None
    link.sent = [{**entry, "fields": _without(entry["fields"])} for entry in link.sent]


def _without(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in REDACTED}


def _forget_records(desk: Desk, complaint: ComplaintRow) -> None:
    sql, names = desk.unit.sql, [name.value for name in REDACTED]
    conflicts, ledger, attempts = tables.conflicts, tables.ledger, tables.attempts
    mine = (conflicts.c.complaint_id == complaint.id) & conflicts.c.field.in_(names)
    sql.execute(update(conflicts).where(mine).values(hub_value=None, local_value=None))
    told = (ledger.c.complaint_id == complaint.id) & ledger.c.field.in_(names)
    sql.execute(update(ledger).where(told).values(old=None, new=None, salt=None))
    desk.unit.flush()
    links = [link.id for link in desk.unit.links_of(complaint.id).values()]
    for row in sql.execute(select(attempts.c.id, attempts.c.payload).where(attempts.c.link_id.in_(links))).all():
        sql.execute(update(attempts).where(attempts.c.id == row.id).values(payload=_without(row.payload)))


def without_erased(said: dict[Field, Any], sheet: Capabilities) -> dict[Field, Any]:
    """Read an erased complaint's record without taking its texts in again: what still stands there only shows as not yet redacted."""
    kept = dict(said)
    for name in REDACTED & said.keys():
        redacted = express(name, ERASED, sheet) if name in _TEXTS else None
        done = name not in sheet.writes or said[name] == redacted
        kept[name] = redacted if done else None
    return kept
