"""The metrics as Prometheus reads them: over the web, for the whole hub; at a port of its own, for one process that has no web."""

from __future__ import annotations

import os
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from contracts.errors import Refused
from hub.build import Hub
from hub.metrics.counters import REGISTRY
from hub.metrics.gauges import Gauges
from hub.metrics.shared import SHARED

CONTENT_TYPE = CONTENT_TYPE_LATEST
# What may be told while the database is away, and with it who may read more.
AWAY = b"# TYPE simpul_database_up gauge\nsimpul_database_up 0.0\n"


class Exposition:
    """What one hub's web shows."""

    def __init__(self, hub: Hub) -> None:
        self._gauges = CollectorRegistry()
        self._gauges.register(Gauges(hub, hub.engine.monotonic))

    def text(self) -> bytes:
        """Write the counters of all processes of this web, and the gauges of the hub."""
        return generate_latest(_counters()) + generate_latest(self._gauges)


def _counters() -> CollectorRegistry:
    if SHARED not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def listen(address: str) -> Callable[[], None]:
    """Show the counters of this process at ``HOST:PORT``, without a login: choose an address that only Prometheus reaches.

    Returns what ends it; raises Refused when the port cannot be had.
    """
    host, _, port = address.rpartition(":")
    try:
        server, thread = start_http_server(int(port), addr=host.strip("[]") or "127.0.0.1", registry=REGISTRY)
    except (OSError, OverflowError, ValueError):
        advice = "Write HOST:PORT, a port that is free, like 127.0.0.1:9101."
        raise Refused(f"The metrics cannot be shown at {address}.", advice) from None

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end
