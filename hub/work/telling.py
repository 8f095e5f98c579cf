"""Tells the log, complaint by complaint, what a session wrote and what it was asked to read: ids, never content."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select

from contracts.errors import ConnectorError
from contracts.gateway import Apply, Create, Gateway, Read, Result, Task
from hub.metrics import counters
from hub.session.session import Tally
from hub.store import tables
from hub.store.store import Store

_link, _connection = tables.links.c, tables.connections.c

_log = structlog.get_logger("simpul.work")


class Telling(Gateway):
    """A gateway that says what passes through it."""

    def __init__(self, inner: Gateway, store: Store, name: str) -> None:
        self._inner, self._store, self._name = inner, store, name

    def lease(self, limit: int) -> Sequence[Task]:
        """Hand out tasks."""
        return self._inner.lease(limit)

    def report(self, task: Task, result: Result) -> Sequence[Task]:
        """Take a result in, and tell of those that concern one complaint."""
        following = self._inner.report(task, result)
        if isinstance(task, (Apply, Create, Read)):
            outcome = type(result).__name__ if isinstance(result, ConnectorError) else "done"
            _log.info(type(task).__name__.lower(), connection=self._name, complaint=self._complaint(task), outcome=outcome)
        return following

    def holds(self) -> bool:
        """Tell whether the lease is surely still ours."""
        return self._inner.holds()

    def release(self) -> None:
        """Give the lease back."""
        self._inner.release()

    def _complaint(self, task: Apply | Create | Read) -> str | None:
        found = select(_link.complaint_id)
        if isinstance(task, Read):
            here = select(_connection.id).where(_connection.name == self._name).scalar_subquery()
            found = found.where(_link.connection_id == here, _link.ref == task.ref)
        else:
            found = found.where(_link.id == task.link)
        with self._store.reading() as sql:
            return sql.execute(found).scalar()


def broke_off(name: str) -> None:
    """Count a session that a mistake in the program ended."""
    counters.SESSIONS.labels(name, "broken").inc()


def measured(name: str, tally: Tally, seconds: float) -> None:
    """Count what a session did."""
    counters.SESSION_SECONDS.observe(seconds)
    counters.SESSIONS.labels(name, "failed" if tally.failures else "done").inc()
    counters.PULLED.labels(name).inc(tally.records)
    counters.REJECTED.labels(name).inc(tally.rejected)
    counters.FAILURES.labels(name).inc(tally.failures)
    for kind, done in (("create", tally.creates), ("edit", tally.edits)):
        counters.PUSHED.labels(name, kind).inc(done)
