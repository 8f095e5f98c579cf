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
        connector = self.connector(self.store.connection(name))
        return Session(self.engine.gateway(name, pushes=pushes), connector, progress=progress)

    def close(self) -> None:
        """Give back what was opened."""
        self.store.close()


def build(settings: Settings, clock: Clock | None = None, *, migrate: bool = True, begin: bool | None = None, threads: int = 10) -> Hub:
    """Wire a hub, bring its tables to this release, and make its keys on first use; raises ConfigurationProblems.

    Without ``migrate`` the tables are left as they are; raises Refused if this release cannot work with them. ``begin`` (as
    ``migrate`` if not given): make what a new hub lacks, tables where there are none and keys. ``threads``: how many will
    use the hub at once.
    """
    begin = migrate if begin is None else begin
    # A hub holds many small values for a short time: with the usual threshold a tenth of its time goes into looking for cycles.
    gc.set_threshold(50_000, 20, 20)
    clock = clock or SystemClock()
    store = Store(settings.database, clock.now, threads=threads)
    try:
        store.migrate() if migrate or (begin and store.empty()) else store.check()
        keys = _ring(settings, store, make=begin)
    except BaseException:
        store.close()
        raise
    engine = Engine(store, keys, coordinator=settings.coordinator, national=settings.national, monotonic=clock.monotonic)
    return Hub(settings, store, keys, engine, Connectors.installed())


def _ring(settings: Settings, store: Store, *, make: bool) -> KeyRing:
    mark = store.ring()
    keys = open_ring(settings.keys, store.any_sealed(), mark, make=make)
    if mark is None:
        # Another machine may have noted its own meanwhile: then that one counts.
        open_ring(settings.keys, None, store.note_ring(keys.mark), make=False)
    return keys
