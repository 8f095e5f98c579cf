"""What the app offers to other programs, in its own words. Its refusals are already our errors; of HTTP answers the client makes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connectors.memory.behaviour import Behaviour, Versions
from connectors.memory.faults import Slice
from connectors.memory.journal import HUB
from connectors.memory.store import Row, Store
from contracts.complaint import Response
from contracts.connector import Feed, Part
from contracts.content import Field, JsonValue
from contracts.errors import Gone, Reject, Stale

if TYPE_CHECKING:
    from connectors.memory.app import MemoryApp


@dataclass(frozen=True, slots=True)
class Change:
    """One call's worth of change; ``status`` is the app's own word, ``parts`` says what of an Edit it came from."""

    parts: frozenset[Part]
    fields: Mapping[Field, JsonValue] = field(default_factory=dict)
    status: str | None = None
    reply: Response | None = None


def position(row: Row, behaviour: Behaviour) -> int:
    """Return where a row stands in the listing: by its last change, or by its number where nobody can ask what changed."""
    return row.changed if behaviour.feed is Feed.POLL else row.number


def page(store: Store, behaviour: Behaviour, start: int) -> Slice:
    """List one page of rows from ``start`` on, inclusive, in the order of `position`."""
    told = [row for row in store.rows.values() if not row.deleted or behaviour.signals_deletion]
    rows = sorted((row for row in told if position(row, behaviour) >= start), key=lambda row: position(row, behaviour))
    size = behaviour.page_size
    return Slice(tuple(rows[:size]), len(rows) > size, store.changes, store.epoch)


def read(store: Store, ref: str) -> Row:
    """Read one row; raises Gone."""
    row = store.live(ref)
    if row is None:
        raise Gone("The memory app has no such record.", "Nothing to do if it was deleted there on purpose.")
    return row


def search(store: Store, token: str) -> Row | None:
    """Find the oldest row that carries a token."""
    hits = [row for row in store.rows.values() if row.token == token and not row.deleted]
    return min(hits, key=lambda row: row.number, default=None)


def version(row: Row, behaviour: Behaviour) -> str | None:
    """Return what the app calls the row's revision; rising ones compare as text."""
    if behaviour.versions is Versions.NONE:
        return None
    if behaviour.versions is Versions.RISING:
        return f"{row.changed:012d}"
    return hashlib.sha256(f"{row.ref} {row.changed} {row.updated}".encode()).hexdigest()[:16]


def insert(app: MemoryApp, change: Change, token: str, key: str) -> Row:
    """File a new row; the same ``key`` again is answered like the first time, where the app remembers keys."""
    behaviour, store = app.behaviour, app.store
    if behaviour.idempotent_create and key in store.keys:
        return store.keys[key]
    row = app.add(change.fields, change.status or behaviour.first_word, HUB, token=token if behaviour.carries_token else None)
    store.keys[key] = row
    app.journal.creates += 1
    app.journal.writes += 1
    return row


def update(app: MemoryApp, ref: str, change: Change, expected: str | None) -> tuple[Row, str | None]:
    """Change a row and return it with the ref of the reply that was added; raises Gone, Stale, Reject, and then changes nothing."""
    behaviour = app.behaviour
    row = read(app.store, ref)
    if behaviour.conditional_write and expected is not None and expected != version(row, behaviour):
        raise Stale("Somebody has changed the record in the memory app.", "It is read again and the edit decided anew.")
    _refuse(row, change, behaviour)
    changed = app.with_reply(row, change.reply, "hub account") if change.reply else row
    changed = changed.with_fields({name: behaviour.fit(name, value) for name, value in change.fields.items()})
    changed = replace(changed, status=change.status or changed.status)
    if changed == row:
        return row, None
    app.journal.writes += 1
    added = changed.replies[-1].ref if change.reply else None
    by_itself = frozenset() if change.status else frozenset({"status"})
    return app.save(changed, HUB, aside=by_itself), added


def _refuse(row: Row, change: Change, behaviour: Behaviour) -> None:
    parts = change.parts
    if parts & behaviour.together and not parts >= behaviour.together:
        missing = ", ".join(sorted(behaviour.together - parts))
        raise Reject(f"The memory app takes this only together with: {missing}.", "Send both in one edit.")
    if len(parts) > 1 and not any(parts <= combined for combined in behaviour.capabilities.combines):
        raise Reject("The memory app does not take these parts in one call.", "Send them one after the other.")
    now, wanted = behaviour.words.get(row.status), behaviour.words.get(change.status or row.status)
    if behaviour.transitions is None or wanted is None or now is None or now is wanted:
        return
    if wanted not in behaviour.transitions.get(now, frozenset()):
        raise Reject(f"The memory app takes no step from {now} to {wanted}.", "Walk through the steps it insists on.", field="status")
