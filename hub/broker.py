"""The way to RabbitMQ: how it is reached, how its certificate is checked, and how long it is waited for."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu import Connection
from kombu.exceptions import OperationalError

from contracts.errors import NotDone

# Seconds until a broker that does not answer is given up, and between two signs of life.
PATIENCE, HEARTBEAT = 3.0, 10


def connect(url: str, *, confirm: bool = False, patience: float = PATIENCE) -> Connection:
    """Return a connection, not yet opened; with ``confirm`` every message is waited for until the broker has it."""
    options = {"confirm_publish": confirm, "read_timeout": patience, "write_timeout": patience}
    return Connection(url, connect_timeout=PATIENCE, heartbeat=HEARTBEAT, ssl=tls(url) or False, transport_options=options)


@contextmanager
def reached(url: str) -> Iterator[Connection]:
    """Open a connection for a command; raises NotDone, which does not repeat the address, when the broker cannot be reached."""
    with connect(url) as connection:
        try:
            connection.connect()
            yield connection
        except (OSError, OperationalError, *connection.connection_errors, *connection.channel_errors) as error:
            kind = type(error).__name__
            raise NotDone(f"the broker cannot be reached ({kind}).", "Check SIMPUL_BROKER, then try again.") from error


def tls(url: str) -> dict[str, Any] | None:
    """Return how an ``amqps`` address is to be trusted; None for one without TLS."""
    # Without this any certificate would do.
    if not url.startswith("amqps:"):
        return None
    return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": Connection(url).hostname}
