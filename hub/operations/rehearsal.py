"""Trying out in a transaction that is thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from hub.build import Hub
from hub.sync.engine import Engine


def apart(hub: Hub) -> Hub:
    """Return the hub with an engine of its own: what it learns in a transaction that does not last is remembered by nobody."""
    engine = hub.engine
    own = Engine(hub.store, hub.keys, coordinator=engine.coordinator, national=engine.national, monotonic=engine.monotonic)
    return replace(hub, engine=own)


@contextmanager
def rehearsal(hub: Hub) -> Iterator[Hub]:
    """Give a hub on which everything can be done and of which nothing stays; the apps are only read if pushes are off."""
    with hub.store.dry():
        yield apart(hub)
