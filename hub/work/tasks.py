"""The tasks: each is for a connection or for the schedule, never for a record, and carries no data."""

from __future__ import annotations

from celery import Celery

import hub.work.correlation  # noqa: F401  # listens from now on
from hub.work.turns import Turns

SYNC, RELAY = "simpul.sync", "simpul.relay"


def register_sync(app: Celery, turns: Turns) -> None:
    """Give an app the task that is a connection's turn."""

    def sync(connection: str) -> None:
        """Give one connection its turn."""
        turns.take(connection)

    # Not shared: they belong to this hub, not to every app that the process will ever make.
    app.task(sync, name=SYNC, shared=False)


def register(app: Celery, turns: Turns) -> None:
    """Give an app that does everything in one process its tasks."""

    def relay() -> None:
        """Wake every connection that is due: what a lost message, a retry time or the schedule has left to do."""
        turns.wakeups.wake_due()

    register_sync(app, turns)
    app.task(relay, name=RELAY, shared=False)
