"""The connector for apps that speak Open311 GeoReport v2, with or without mySociety's updates."""

from __future__ import annotations

from connectors.open311.connector import Open311Connector
from contracts.connector import Connector
from contracts.hookspecs import hookimpl


@hookimpl
def register_connector() -> type[Connector]:
    """Offer the connector under its name ``open311``."""
    return Open311Connector
