"""All that stands in a hub's database, and one valid row of every table with rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, insert, text

from hub.store import tables
from hub.store.store import Store

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def dump(store: Store) -> dict[str, list[str]]:
    """Every value of every table, as text."""
    with store.reading() as sql:
        return {
            table.name: sorted(repr(tuple(row)) for row in sql.execute(text(f'SELECT * FROM "{table.name}"')))
            for table in tables.metadata.sorted_tables
        }


def valid() -> dict[str, dict[str, Any]]:
    """One row of every table with rules, all in order."""
    nothing: dict[str, Any] = dict.fromkeys(("tick", "pull_failures", "push_failures", "fence"), 0)
    connection = {"name": "kota", "kind": "memory", "settings": {}, "policy": {}, "sheet": {}, "phase": "live", "recovery": "none"}
    complaint = {
        "tracking_id": "AAAA-BBBB-CCCC",
        "content": {},
        "digests": {},
        "sources": {},
        "version": 1,
        "status": "received",
        "held": {},
    }
    complaint |= {"verified": False, "historic": False, "erased": False, "created_at": AT, "updated_at": AT}
    link = {"connection_id": 1, "complaint_id": "c1", "state": "linked", "receiver": True, "ref": "1", "created_at": AT, "updated_at": AT}
    link |= {name: {} for name in ("stored", "history", "parked", "flaps", "raw")} | {"sent": [], "unsupported": []}
    link |= dict.fromkeys(("touched", "attempts", "misses", "incarnation"), 0)
    response = {"complaint_id": "c1", "position": 1, "text": "Baik", "visibility": "public", "attachments": [], "version": 1}
    attempt = {"connection_id": 1, "link_id": "l1", "kind": "create", "key": "k", "payload": {}, "fence": 1, "started_at": AT}
    entry = {"complaint_id": "c1", "kind": "filed", "rule": "imported", "learned_at": AT, "digest": "d", "hash": "h"}
    return {
        "connections": {"id": 1, **connection, "recovery_held": False, **nothing},
        "complaints": {"id": "c1", **complaint},
        "links": {"id": "l1", **link},
        "responses": {"id": "r1", **response, "removed": False, "learned_at": AT},
        "response_links": {"id": "m1", "link_id": "l1", "response_id": "r1", "ref": "7", "digest": "d", "state": "linked"},
        "attempts": {"id": "a1", **attempt, "outcome": "open"},
        "conflicts": {"id": 1, "complaint_id": "c1", "kind": "conflict", "state": "open", "rule": "manual", "created_at": AT},
        "ledger": {"seq": 1, **entry},
        "reads": {"connection_id": 1, "ref": "1", "why": "stale", "due_at": AT},
        "aliases": {"connection_id": 1, "ref": "1", "fingerprint": "f", "complaint_id": "c1"},
        "quarantine": {
            "id": 1,
            "connection_id": 1,
            "ref": "9",
            "raw": b"x",
            "digest": "d",
            "problem": "?",
            "first_at": AT,
            "last_at": AT,
        },
    }


def table_named(name: str) -> Table:
    return tables.metadata.tables[name]


def fill(sql: Any) -> None:
    for name, row in valid().items():
        sql.execute(insert(table_named(name)).values(**row))
