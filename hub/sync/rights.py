"""Who may write which field by default, per connection configurable. Pure.

Content belongs to where the citizen filed it until the coordinator has verified; status to the holder; holder,
class and category to the coordinator; closing to the national rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.content import IDENTITY_FIELDS, Field
from contracts.lifecycle import path, steps_back
from contracts.vocabulary import Status
from hub.sync.network import Network, Peer

_COORDINATED = frozenset({Field.CLASSIFICATION, Field.CATEGORY, Field.TAGS})
_CITIZENS = IDENTITY_FIELDS | {Field.ANONYMOUS, Field.CONFIDENTIAL, Field.RATING}
_FIXED = frozenset({Field.CHANNEL, Field.SUBMITTED_AT})
_ORIGINS_WORD = frozenset({Status.REPORTER_REPLIED})


@dataclass(frozen=True, slots=True)
class Standing:
    """What a connection is to one complaint."""

    origin: bool
    holder: bool
    national: bool
    unheld: bool
    verified: bool

    @property
    def works(self) -> bool:
        """Whether its agency is the one that handles the complaint: the holder, or the origin while nobody else holds it."""
        return self.holder or (self.origin and self.unheld)


def standing(peer: Peer, network: Network, *, origin: int | None, holder: str | None, verified: bool) -> Standing:
    """Work out what ``peer`` is to a complaint."""
    unheld = holder is None or holder == network.coordinator
    return Standing(
        origin=peer.id == origin,
        holder=not unheld and network.connection_for(holder) == peer.id,
        national=peer.id == network.national,
        unheld=unheld,
        verified=verified,
    )


def may_write(name: Field, peer: Peer, at: Standing) -> bool:
    """Tell whether the app behind ``peer`` may change this field of a complaint where it has this standing."""
    rule = peer.policy.rule(name)
    if rule.write is not None:
        return rule.write
    if name is Field.HOLDER:
        return at.national
    if name in (Field.STATUS, Field.REASON):
        return at.works or at.national or at.origin
    if name in _COORDINATED:
        return at.national or (at.origin and not at.verified)
    if name in _CITIZENS:
        return at.origin
    if name in _FIXED:
        return False
    return at.national or (at.origin and not at.verified)


def legal_status(current: Any, wanted: Any, peer: Peer, at: Standing) -> bool:
    """Tell whether a status an app reports may become the complaint's: no step back unless its map says reopening.

    A local "done" is an answer; only a person, the national connection or the national rule closes.
    """
    now, then = Status(current), Status(wanted)
    if then is Status.CLOSED and not at.national:
        return False
    if not (at.works or at.national):
        return then in _ORIGINS_WORD and path(now, then) is not None
    if then is Status.RETURNED and not (at.holder or at.national):
        return False
    if steps_back(now, then):
        return then in peer.sheet.reopens and (at.holder or at.origin)
    return path(now, then) is not None
