"""Asking an app whether the connection works, and what it really honours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from contracts.connector import Connector, Finding
from hub.build import Hub


@contextmanager
def opened(hub: Hub, name: str) -> Iterator[Connector]:
    """Open the connector of one connection, and close it; raises NotFound or ConfigurationProblems."""
    with hub.store.unit() as unit:
        row = unit.connection(name)
    connector = hub.connector(row)
    try:
        yield connector
    finally:
        connector.close()


def check(hub: Hub, name: str) -> None:
    """Prove address, credentials and permissions now; raises Stop with advice, or NotDone if the app cannot be reached."""
    with opened(hub, name) as connector:
        connector.check()


def probe(hub: Hub, name: str) -> Sequence[Finding]:
    """Measure on a marked test record what the app honours; raises what `check` raises."""
    with opened(hub, name) as connector:
        connector.check()
        return list(connector.probe())
