"""The connections and agencies as the engine sees them while it decides: small, frozen, without settings or secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contracts.connector import Capabilities
from hub.sync.policy import Policy


@dataclass(frozen=True, slots=True)
class Peer:
    """One connection: what its app can express and what it may see and write."""

    id: int
    name: str
    agency: str | None
    sheet: Capabilities
    policy: Policy
    live_from: datetime | None = None
    live: bool = True


@dataclass(frozen=True, slots=True)
class Network:
    """All connections by id, the agency tree, who coordinates, and which connection is the national one."""

    peers: Mapping[int, Peer] = field(default_factory=dict)
    parents: Mapping[str, str | None] = field(default_factory=dict)
    connection_of: Mapping[str, int] = field(default_factory=dict)
    coordinator: str = "pusat"
    national: int | None = None
    # When the hub's own database was last put back from a copy.
    restored_at: datetime | None = None
    subscribers: tuple[Peer, ...] = field(init=False, repr=False, compare=False)
    # Who gets a copy, by case: the same for thousands of complaints. The network is made anew when anything about it changes.
    decided: dict[object, frozenset[int]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Note once who subscribes to anything: few do, and everybody is asked for every complaint."""
        listening = tuple(peer for peer in self.peers.values() if peer.policy.regions or peer.policy.classes)
        object.__setattr__(self, "subscribers", listening)

    def knows(self, holder: Mapping[str, str | None] | None) -> bool:
        """Tell whether a holder names an agency of the tree."""
        return holder is not None and (holder.get("agency") in self.parents or holder.get("agency") == self.coordinator)

    def connection_for(self, agency: str | None) -> int | None:
        """Walk up the agency tree to the nearest agency that has a connection."""
        seen: set[str] = set()
        while agency is not None and agency not in seen:
            if agency in self.connection_of:
                return self.connection_of[agency]
            seen.add(agency)
            agency = self.parents.get(agency)
        return None
