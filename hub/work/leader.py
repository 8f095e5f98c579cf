"""One process at a time: a row in the database that its holder renews, and that others may take when it no longer does.

Two may think for a moment that they lead (a process that was stopped and goes on): what they do must stand that.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from hub.store import tables
from hub.store.store import Store, Unstorable
from hub.sync.lease import may_be_alive, this_process

_ROW = tables.leaders.c
TTL = 15.0


class Leader:
    """A claim to lead in one thing, by its name in the table ``leaders``; ``ttl``: seconds until a silent leader is replaced."""

    def __init__(self, store: Store, name: str, *, ttl: float = TTL) -> None:
        self._store, self._name, self._ttl = store, name, timedelta(seconds=ttl)
        self._owner = this_process(store.make_id())

    def leads(self) -> bool:
        """Tell whether this process leads, and take or renew the lead if it can be had."""
        now = self._store.now()
        with self._store.reading() as sql:
            row = sql.execute(select(_ROW.owner, _ROW.until).where(_ROW.name == self._name)).first()
        if row is None:
            self._make()
        elif row.owner == self._owner and row.until is not None and row.until - now > self._ttl / 2:
            return True
        elif row.owner not in (None, self._owner) and row.until is not None and row.until > now and may_be_alive(row.owner):
            return False
        free = _ROW.owner.is_(None) if row is None or row.owner is None else _ROW.owner == row.owner
        took = update(tables.leaders).where(_ROW.name == self._name, or_(free, _ROW.until < now))
        with self._store.writing() as sql:
            return sql.execute(took.values(owner=self._owner, until=now + self._ttl)).rowcount == 1

    def position(self) -> int:
        """Return how far in the ledger the leader has come."""
        with self._store.reading() as sql:
            return int(sql.execute(select(_ROW.position).where(_ROW.name == self._name)).scalar() or 0)

    def move(self, position: int) -> bool:
        """Keep how far this process has come; False if another leads by now."""
        mine = update(tables.leaders).where(_ROW.name == self._name, _ROW.owner == self._owner)
        with self._store.writing() as sql:
            return sql.execute(mine.values(position=position, until=self._store.now() + self._ttl)).rowcount == 1

    def resign(self) -> None:
        """Let another lead at once; where the database cannot be told, the lead runs out by itself."""
        with suppress(SQLAlchemyError), self._store.writing() as sql:
            mine = update(tables.leaders).where(_ROW.name == self._name, _ROW.owner == self._owner)
            sql.execute(mine.values(owner=None, until=None))

    def _make(self) -> None:
        # Unless another process was first.
        with suppress(Unstorable), self._store.writing() as sql:
            sql.execute(insert(tables.leaders).values(name=self._name, position=0))
