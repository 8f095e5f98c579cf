"""Celery's worker and beat as threads of this process, without their signal handlers."""

from __future__ import annotations

from threading import Event, Thread

from celery import Celery
from celery.beat import Service
from celery.worker import state

from hub.work.tasks import RELAY


class Hands:
    """A worker with its pool of threads, and beat."""

    def __init__(self, app: Celery, *, threads: int) -> None:
        app.finalize()
        # The threads of the pool ask Celery for the process's app.
        app.set_default()
        self._app = app
        self._ready = Event()
        self._beat = Service(app, scheduler_cls="celery.beat:Scheduler")
        state.should_stop = None
        worker = app.WorkController(
            pool="threads",
            concurrency=threads,
            hostname="simpul@localhost",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            ready_callback=lambda consumer: self._ready.set(),
        )
        self.threads = (
            Thread(target=worker.start, name="worker", daemon=True),
            Thread(target=self._beat.start, name="beat", daemon=True),
        )
        for thread in self.threads:
            thread.start()

    def ready(self, seconds: float) -> bool:
        """Wait until the worker takes tasks."""
        return self._ready.wait(seconds)

    def stop(self) -> None:
        """Take no more tasks; the threads end when those at work are done."""
        self._beat.stop()
        state.should_stop = 0
        # The worker looks at this when a message comes, else after two seconds, and waits for one more message after that.
        for _ in range(2):
            self._app.send_task(RELAY)
