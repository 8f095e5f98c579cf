"""The two-way engine: a store, the keys and the network; gives gateways to sessions and desks to people's operations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy import select

from contracts.errors import NotFound
from contracts.sheet import capabilities_from_json
from hub.keys import KeyRing
from hub.store import tables
from hub.store.rows import ConnectionRow
from hub.store.store import Store
from hub.store.unit import Unit
from hub.sync.desk import Desk
from hub.sync.gateway import LocalGateway
from hub.sync.lease import give_back, this_process
from hub.sync.network import Network, Peer
from hub.sync.policy import policy_from_json
from hub.sync.recovery import RESTORED
from hub.words import Phase

_RESTORED = select(tables.meta.c.value).where(tables.meta.c.key == RESTORED)


class Engine:
    """Everything that one hub process needs to keep the network in step."""

    def __init__(
        self,
        store: Store,
        keys: KeyRing,
        *,
        coordinator: str = "pusat",
        national: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.keys = keys
        self.coordinator = coordinator
        self.national = national
        self.monotonic = monotonic
        self._network: tuple[str, Network] | None = None
        # Leases of sessions that have ended, by their owner: the database was away when they were to be given back.
        self.owed: dict[str, str] = {}

    def gateway(self, name: str, *, owner: str | None = None, pushes: bool = True) -> LocalGateway:
        """Return a gateway for one connection; the lease is taken with the first task."""
        return LocalGateway(self, name, owner or this_process(self.store.make_id()), pushes=pushes)

    def give_back(self) -> None:
        """Give back what sessions of this process could not; until then nobody would be at work there for up to a minute."""
        for owner, name in list(self.owed.items()):
            with suppress(NotFound), self.store.unit() as unit:
                give_back(unit, name, owner)
            self.owed.pop(owner, None)

    def desk(self, unit: Unit, here: ConnectionRow | None = None) -> Desk:
        """Lay out one transaction's desk."""
        return Desk(unit, self.network(unit), self.keys, here)

    @contextmanager
    def working(self, name: str | None = None) -> Iterator[Desk]:
        """Open a transaction for what a person does; with ``name``, on that connection, which is locked."""
        with self.store.unit() as unit:
            here = unit.connection(name, lock=True) if name is not None else None
            yield self.desk(unit, here)

    def network(self, unit: Unit) -> Network:
        """Return the connections and agencies, read again only when something about them was changed."""
        version = unit.network()
        if self._network is None or self._network[0] != version:
            self._network = (version, self._load(unit))
        return self._network[1]

    def _load(self, unit: Unit) -> Network:
        peers = {row.id: _peer(row) for row in unit.connections() if row.phase is not Phase.REMOVED}
        ids = {peer.name: peer.id for peer in peers.values()}
        agencies = unit.sql.execute(select(tables.agencies)).all()
        restored_at = unit.sql.execute(_RESTORED).scalar()
        return Network(
            peers=peers,
            parents={row.code: row.parent for row in agencies},
            connection_of={row.code: ids[row.connection] for row in agencies if row.connection in ids},
            coordinator=self.coordinator,
            national=ids.get(self.national) if self.national else None,
            restored_at=datetime.fromisoformat(restored_at) if restored_at else None,
        )


def network_changed(unit: Unit) -> None:
    """Tell every process, with this transaction, to read the connections and agencies again."""
    table = tables.meta
    # A mark that is never given twice: what was read in a transaction that is rolled back is known by no other.
    mark = unit.new_id()
    changed = unit.sql.execute(table.update().where(table.c.key == "network").values(value=mark))
    if changed.rowcount == 0:
        unit.sql.execute(table.insert().values(key="network", value=mark))
    unit.network_changed()


def _peer(row: ConnectionRow) -> Peer:
    return Peer(
        id=row.id,
        name=row.name,
        agency=row.agency,
        sheet=capabilities_from_json(row.sheet),
        policy=policy_from_json(row.policy),
        live_from=row.live_from,
        live=row.phase is Phase.LIVE,
    )
