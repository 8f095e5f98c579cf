"""The pluggy hooks. A connector registers itself with one; everything after that is an ordinary abstract class."""

from __future__ import annotations

import pluggy

from contracts.connector import Connector

PROJECT = "simpul"
ENTRY_POINT_GROUP = "simpul.connectors"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_connector() -> type[Connector]:  # type: ignore[empty-body]
    """Return the connector class of this package; its entry point in ``simpul.connectors`` has the connector's name."""
