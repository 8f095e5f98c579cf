"""The tasks: each is for a connection or for the schedule, never for a record, and carries no data."""

from __future__ import annotations

from celery import Celery

from hub.work.turns import Turns

SYNC, RELAY = "simpul.sync", "simpul.relay"


def register(app: Celery, turns: Turns) -> None:
    """Give an app its tasks."""

    def sync(connection: str) -> None:
        """Give one connection its turn."""
        turns.take(connection)

    def relay() -> None:
        """Wake every connection that is due: what a lost message, a retry time or the schedule has left to do."""
        turns.wakeups.wake_due()

    # Not shared: they belong to this hub, not to every app that the process will ever make.
    app.task(sync, name=SYNC, shared=False)
    app.task(relay, name=RELAY, shared=False)
