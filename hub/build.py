"""The composition root of the hub: settings in, a wired hub out. The only place that knows which parts are used."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from contracts.connector import Connector
from hub.clock import Clock, SystemClock
from hub.config import Settings
from hub.keys import KeyRing, open_ring
from hub.plugins import Connectors
from hub.session.session import Session, Tally
from hub.store.rows import ConnectionRow
from hub.store.store import Store
from hub.sync.engine import Engine


@dataclass(slots=True)
class Hub:
    """One wired hub; everything a command, a page or a task needs."""

    settings: Settings
    store: Store
    keys: KeyRing
    engine: Engine
    connectors: Connectors

    def connector(self, row: ConnectionRow) -> Connector:
        """Open the connector of one connection with its settings and its unsealed secrets; raises ConfigurationProblems."""
        kind = self.connectors.get(row.kind)
        secrets = orjson.loads(self.keys.open(row.secrets, row.name.encode())) if row.secrets else {}
        return kind(self.connectors.load(row.kind, {**row.settings, **secrets}))

    def session(self, name: str, *, progress: Callable[[Tally], None] | None = None, pushes: bool = True) -> Session:
        """Return a session for one connection, ready to run; raises NotFound."""
        with self.store.unit() as unit:
            row = unit.connection(name)
        return Session(self.engine.gateway(name, pushes=pushes), self.connector(row), progress=progress)

    def close(self) -> None:
        """Give back what was opened."""
        self.store.close()


def build(settings: Settings, clock: Clock | None = None) -> Hub:
    """Wire a hub, bring its tables to this release, and make its keys on first use; raises ConfigurationProblems."""
    # A hub holds many small values for a short time: with the usual threshold a tenth of its time goes into looking for cycles.
    gc.set_threshold(50_000, 20, 20)
    clock = clock or SystemClock()
    store = Store(settings.database, clock.now)
    store.migrate()
    keys = open_ring(settings.keys, store.any_sealed())
    engine = Engine(store, keys, coordinator=settings.coordinator, national=settings.national, monotonic=clock.monotonic)
    return Hub(settings, store, keys, engine, Connectors.installed())
