"""The chain of each complaint's ledger: every entry carries a hash of the one before it.

The chain runs over salted digests of the values, not the values: erasing what was said, and its salt, breaks no link.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection, select

from hub.store import tables

_chained = itemgetter("complaint_id", "kind", "rule", "field", "connection_id", "actor", "happened_at", "learned_at", "digest")


def sealed(
    complaint_id: str, kind: str, rule: str, now: datetime, what: dict[str, Any], *, previous: str | None, salt: str
) -> dict[str, Any]:
    """Return one entry with its digest and hash; ``salt`` is 32 hex characters nobody can guess, ``what`` the other columns."""
    old, new = what.get("old"), what.get("new")
    entry = {
        "complaint_id": complaint_id,
        "kind": kind,
        "field": what.get("field"),
        "old": old,
        "new": new,
        "connection_id": what.get("connection_id"),
        "actor": what.get("actor"),
        "rule": rule,
        "happened_at": what.get("happened_at"),
        "learned_at": now,
        "salt": salt,
        "digest": _digest(salt, old, new),
        "previous": previous,
    }
    entry["hash"] = _hash(entry)
    return entry


def broken(sql: Connection, complaint_id: str, head: str | None) -> str | None:
    """Follow a complaint's chain to its head; return what is wrong with it, or None."""
    previous = None
    for row in sql.execute(select(tables.ledger).where(tables.ledger.c.complaint_id == complaint_id).order_by(tables.ledger.c.seq)):
        entry = dict(row._mapping)
        if entry["previous"] != previous or entry["hash"] != _hash(entry):
            return f"entry {entry['seq']} does not follow from the one before it"
        if entry["salt"] is not None and entry["digest"] != _digest(entry["salt"], entry["old"], entry["new"]):
            return f"the values of entry {entry['seq']} were changed"
        previous = entry["hash"]
    return None if previous == head else "the newest entry is missing"


def _digest(salt: str, old: Any, new: Any) -> str:
    text = orjson.dumps([salt, old, new], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.sha256(text).hexdigest()


def _hash(entry: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps([entry["previous"], *_chained(entry)])).hexdigest()
