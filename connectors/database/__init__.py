"""A home-made app's own tables in MariaDB/MySQL, PostgreSQL or SQLite, by configuration."""

from __future__ import annotations

from connectors.database.connector import DatabaseConnector
from contracts.connector import Connector
from contracts.hookspecs import hookimpl


@hookimpl
def register_connector() -> type[Connector]:
    """Offer the connector to the hub."""
    return DatabaseConnector
