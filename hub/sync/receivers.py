"""Who gets a copy of a complaint: a pure function of the complaint and the network; nothing else makes or ends a link."""

from __future__ import annotations

from typing import NamedTuple

from contracts.lifecycle import HELD
from contracts.vocabulary import Status
from hub.sync.network import Network

_KEPT = 10_000


class Case(NamedTuple):
    """What the decision needs to know of a complaint. ``historic``: older than its origin's go-live."""

    status: Status
    holder: str | None
    origin: int | None
    place: str | None
    classification: str | None
    verified: bool
    historic: bool


def receivers(case: Case, network: Network) -> frozenset[int]:
    """Return the connections that have a link: origin, national once verified, the holder's, and subscribers."""
    known = network.decided.get(case)
    if known is None:
        if len(network.decided) >= _KEPT:
            network.decided.clear()
        known = network.decided[case] = _receivers(case, network)
    return known


def _receivers(case: Case, network: Network) -> frozenset[int]:
    found = {case.origin} if case.origin is not None else set()
    if not case.historic:
        if network.national is not None and (case.verified or case.status in HELD or case.status is Status.CLOSED):
            found.add(network.national)
        holder = network.connection_for(case.holder)
        if holder is not None:
            found.add(holder)
        found |= {peer.id for peer in network.subscribers if _subscribes(peer.policy.regions, peer.policy.classes, case)}
    return frozenset(key for key in found if key in network.peers)


def _subscribes(regions: tuple[str, ...], classes: tuple[str, ...], case: Case) -> bool:
    here = not regions or any(case.place == region or (case.place or "").startswith(region + ".") for region in regions)
    return here and (not classes or case.classification in classes)
