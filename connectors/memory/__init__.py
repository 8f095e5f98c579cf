"""The reference connector: a small complaint app in this process, for authors to read and for tests to drive."""

from __future__ import annotations

from connectors.memory.connector import MemoryConnector
from contracts.connector import Connector
from contracts.hookspecs import hookimpl


@hookimpl
def register_connector() -> type[Connector]:
    """Offer the connector under its name ``memory``."""
    return MemoryConnector
