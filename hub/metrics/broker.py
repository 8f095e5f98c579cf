"""Whether the broker answers this process: shown to whoever asks, and fatal to nobody, since it only wakes."""

from __future__ import annotations

from prometheus_client import Gauge

from hub.metrics.counters import REGISTRY

# With a label, so that it is absent where nobody has told.
_UP = Gauge("simpul_broker_up", "Whether RabbitMQ answers.", ["broker"], registry=REGISTRY, multiprocess_mode="mostrecent")
_answers: list[bool] = []


def tell(up: bool) -> None:
    """Keep whether it answers."""
    _answers[:] = [up]
    _UP.labels("rabbitmq").set(float(up))


def state() -> str | None:
    """Return ``up`` or ``away``; None where this process uses no broker."""
    return None if not _answers else "up" if _answers[0] else "away"
