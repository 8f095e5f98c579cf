"""Webhooks that wait: each becomes direct readings, or a pull where it names no record; from there on there is one path."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.store import tables
from hub.store.types import Moment
from hub.sync.desk import Desk
from hub.words import HintState

# A repeat is known for as long, which is more than anybody repeats; what was refused can be looked at meanwhile.
KEPT = timedelta(days=7)
_MOST = 100

_inbox = tables.inbox
_WAITING = (
    select(_inbox.c.id, _inbox.c.refs)
    .where(_inbox.c.connection_id == bindparam("connection"), _inbox.c.state == HintState.WAITING.value)
    .order_by(_inbox.c.received_at, _inbox.c.id)
    .limit(_MOST)
)
_OLD = delete(_inbox).where(
    _inbox.c.connection_id == bindparam("connection"),
    _inbox.c.state.in_([state.value for state in HintState if state is not HintState.WAITING]),
    _inbox.c.received_at < bindparam("before", type_=Moment()),
)


# What is to be read already keeps its reason, which may say more, and need not wait any longer.
_ASK = {
    name: given.on_conflict_do_update(index_elements=["connection_id", "ref"], set_={"due_at": given.excluded.due_at})
    for name, given in (("postgresql", postgresql.insert(tables.reads)), ("sqlite", sqlite.insert(tables.reads)))
}


def take_hints(desk: Desk) -> None:
    """Turn the oldest webhooks of this connection into what is to be read; what they said else is forgotten.

    One that comes while its record is being read waits for the next time: the reading may have been before the change.
    """
    waiting = desk.unit.sql.execute(_WAITING, {"connection": desk.row.id}).all()
    if not waiting:
        return
    refs = {ref for hint in waiting for ref in hint.refs}
    if not desk.peer.sheet.can_fetch or any(not hint.refs for hint in waiting):
        desk.row.pull_due_at = desk.now
    if desk.peer.sheet.can_fetch and refs:
        asked = [{"connection_id": desk.row.id, "ref": ref, "why": "hint", "due_at": desk.now} for ref in sorted(refs)]
        desk.unit.sql.execute(_ASK[desk.unit.sql.dialect.name], asked)
    taken = update(_inbox).where(_inbox.c.id.in_([hint.id for hint in waiting]))
    desk.unit.sql.execute(taken.values(state=HintState.TAKEN.value, body=None))


def forget_bodies(desk: Desk, connection_id: int) -> None:
    """Forget what the webhooks of a connection said beside the refs: any of them may have told of what is erased."""
    desk.unit.sql.execute(update(_inbox).where(_inbox.c.connection_id == connection_id).values(body=None, problem=None))


def forget_old(sql: Connection, connection_id: int, now: datetime) -> None:
    """Forget a connection's webhooks that nobody will repeat any more; those that still wait stay."""
    sql.execute(_OLD, {"connection": connection_id, "before": now - KEPT})
