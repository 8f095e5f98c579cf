"""Celery's worker, and for a hub in one process beat too, as threads of this process, without their signal handlers."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

from celery import Celery
from celery.beat import Service
from celery.worker import state

from hub.work.consumer import WakeupConsumer
from hub.work.tasks import RELAY


class Hands:
    """A worker with its pool of threads; beat where the app has a schedule."""

    def __init__(self, app: Celery, *, threads: int) -> None:
        app.finalize()
        # The threads of the pool ask Celery for the process's app.
        app.set_default()
        self._app = app
        self._ready = Event()
        state.should_stop = None
        self._worker: Any = app.WorkController(
            pool="threads",
            concurrency=threads,
            consumer_cls=WakeupConsumer,
            hostname="simpul@localhost",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            ready_callback=lambda consumer: self._ready.set(),
        )
        self._beat = Service(app, scheduler_cls="celery.beat:Scheduler") if app.conf.beat_schedule else None
        self.threads = [Thread(target=self._worker.start, name="worker", daemon=True)]
        if self._beat is not None:
            self.threads.append(Thread(target=self._beat.start, name="beat", daemon=True))
        for thread in self.threads:
            thread.start()

    def ready(self, seconds: float) -> bool:
        """Wait until the worker takes tasks."""
        return self._ready.wait(seconds)

    def stop(self) -> None:
        """Take no more tasks; the threads end when those at work are done."""
        state.should_stop = 0
        if self._beat is None:
            # It sleeps until something comes from the broker.
            self._worker.hub.call_soon(_look)
            return
        self._beat.stop()
        # The worker looks at this when a message comes, else after two seconds, and waits for one more message after that.
        for _ in range(2):
            self._app.send_task(RELAY)


def _look() -> None:
    """Give the loop a reason to look around."""
