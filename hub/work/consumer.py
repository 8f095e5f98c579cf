"""Celery's consumer, as it is needed for wake-ups: nothing delayed, nothing thrown away, and back soon after an outage."""

from __future__ import annotations

from typing import Any

import structlog
from celery.worker import state
from celery.worker.consumer import Consumer

_log = structlog.get_logger("simpul.broker")


class WakeupConsumer(Consumer):  # type: ignore[misc]
    """Takes wake-ups from the quorum queue."""

    class Blueprint(Consumer.Blueprint):  # type: ignore[misc]
        """Without the thirty queues for delayed tasks, of which there are none."""

        default_steps = tuple(step for step in Consumer.Blueprint.default_steps if "delayed_delivery" not in step)

    def ensure_connected(self, conn: Any) -> Any:
        """Connect, however long the broker is away."""

        def told(error: Exception, pause: float) -> None:
            # The text may hold the address.
            _log.warning("the broker cannot be reached; the worker waits", error=type(error).__name__, again_in=pause)

        return conn.ensure_connection(told, None, interval_start=1, interval_step=1, interval_max=5, callback=state.maybe_shutdown)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Give what cannot be read to the dead letters; its text is nobody's business."""
        _log.error("a message cannot be read; it is with the dead letters", error=type(exc).__name__)
        message.reject(requeue=False)

    def on_unknown_message(self, body: Any, message: Any) -> None:
        """Do the same with what is no task."""
        _log.error("a message is no wake-up; it is with the dead letters")
        message.reject(requeue=False)

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:
        """Do the same with a task that this release does not have."""
        _log.error("a message asks for an unknown task; it is with the dead letters")
        message.reject(requeue=False)
