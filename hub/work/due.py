"""Which connections have something to do now: one question to the database, which alone knows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, not_, or_, select

from hub.store import tables
from hub.store.store import Store
from hub.store.types import Moment
from hub.sync.lease import may_be_alive
from hub.sync.recovery import waited_for
from hub.words import HintState, LinkState, Phase, Recovery

_connection, _link, _read, _hint = tables.connections.c, tables.links.c, tables.reads.c, tables.inbox.c
_now = bindparam("now", type_=Moment())


def due(store: Store, *, only: str | None = None) -> list[str]:
    """Return the names of the connections that a session would find something to do for, the longest waiting first.

    One that a living session is at work on is left out; ``only`` asks for a single connection. A name too many costs
    an empty session, so what only a locked row can tell is left to the session.
    """
    with store.asking() as sql:
        found = sql.execute(_ONE if only else _ALL, {"now": store.now(), "only": only}).all()
    return [row.name for row in found if row.owner is None or not may_be_alive(row.owner)]


def names(store: Store, ids: frozenset[int]) -> dict[int, str]:
    """Return the names of connections by id."""
    with store.asking() as sql:
        found = sql.execute(select(_connection.id, _connection.name).where(_connection.id.in_(sorted(ids))))
        return {row.id: row.name for row in found}


def _past(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= _now)


def _promises(what: str) -> ColumnElement[bool]:
    promised: ColumnElement[bool] = _connection.sheet[what].as_boolean()
    return promised


def _pull() -> ColumnElement[bool]:
    listing = and_(
        or_(_connection.recovery != Recovery.NONE.value, _connection.listing_due_at.is_not(None)),
        _past(_connection.listing_due_at),
        _promises("can_list"),
    )
    return or_(_past(_connection.pull_due_at), listing)


def _linked(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_link.connection_id == _connection.id, _link.due_at <= _now, *conditions)


def _in() -> ColumnElement[bool]:
    """Something to read: asked for directly, by the schedule, or to find out what became of a create."""
    reads = exists().where(_read.connection_id == _connection.id, _read.due_at <= _now)
    looked_for = and_(not_(_promises("can_find")), _linked(_link.state == LinkState.AMBIGUOUS.value))
    allowed = and_(_connection.pull_paused.is_(None), _past(_connection.pull_retry_at))
    hints = exists().where(_hint.connection_id == _connection.id, _hint.state == HintState.WAITING.value)
    return and_(allowed, or_(_pull(), reads, hints, looked_for))


def _out() -> ColumnElement[bool]:
    """Something to write: nobody is written to before a restored hub has read everybody whom no person has paused."""
    other = tables.connections.alias("other").c
    forgot = exists().where(waited_for(other))
    readable = and_(_connection.pull_paused.is_(None), _past(_connection.pull_retry_at))
    return and_(
        _connection.phase == Phase.LIVE.value,
        _connection.push_paused.is_(None),
        _past(_connection.push_retry_at),
        _connection.recovery == Recovery.NONE.value,
        _linked(),
        or_(readable, _promises("conditional_write")),
        not_(forgot),
    )


def _question(*conditions: ColumnElement[bool]) -> Select[Any]:
    owner = case((_connection.lease_until > _now, _connection.lease_owner))
    return (
        select(_connection.name, owner.label("owner"))
        .where(_connection.phase != Phase.REMOVED.value, not_(_connection.recovery_held), _past(_connection.calls_from))
        .where(or_(_in(), _out()), *conditions)
        .order_by(_connection.pulled_at.nulls_first(), _connection.id)
    )


_ALL = _question()
_ONE = _question(_connection.name == bindparam("only"))
