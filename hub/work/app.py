"""The Celery app: made when it is asked for, with a broker that is only a wake-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu import Exchange, Queue

from hub.build import Hub
from hub.work.tasks import RELAY, SYNC, register
from hub.work.turns import TURN, Turns
from hub.work.wake import Wakeups

EMBEDDED = "memory://localhost"
# Seconds between two looks of a worker into a queue in memory: what a wake-up waits at most.
_LOOK = 0.02


def celery_app(
    hub: Hub, *, wanted: Callable[[], bool], broker: str = EMBEDDED, every: float = 1.0, turn: float = TURN, threads: int = 8
) -> tuple[Celery, Turns]:
    """Make the app and what its tasks work with, and wake connections as soon as a commit has left them something to do.

    ``every``: seconds between two rounds of the relay; ``turn``: seconds one session may take; ``threads``: sessions at once.
    """
    app = Celery("simpul", broker=broker, set_as_current=False)
    app.conf.update(_settings(hub, broker, every))
    soon = app.conf.task_queues[-1].name if app.conf.task_queues else None
    wakeups = Wakeups(hub.store, lambda name: app.send_task(SYNC, (name,)), soon=lambda name: app.send_task(SYNC, (name,), queue=soon))
    turns = Turns(hub, wakeups, wanted=wanted, seconds=turn, threads=threads)
    register(app, turns)
    hub.store.on_due = wakeups.wake_ids
    return app, turns


def _settings(hub: Hub, broker: str, every: float) -> dict[str, Any]:
    # Two hubs in one process share what is in memory, so each has queues of its own; they are looked into by turns.
    name = f"simpul-{hub.store.make_id()}"
    embedded = {
        "task_default_queue": name,
        "task_queues": [Queue(each, Exchange(each), routing_key=each) for each in (name, f"{name}-soon")],
        "broker_transport_options": {"polling_interval": _LOOK},
    }
    return {
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
        "worker_prefetch_multiplier": 1,
        "broker_connection_retry_on_startup": True,
        # A round that nobody had time for is not made up for.
        "beat_schedule": {"relay": {"task": RELAY, "schedule": every, "options": {"expires": max(2 * every, 5.0)}}},
        "beat_max_loop_interval": min(every, 0.5),
        **(embedded if broker.startswith("memory:") else {}),
    }
