"""The states that the store keeps, each with one meaning."""

from __future__ import annotations

from enum import StrEnum


class LinkState(StrEnum):
    """How far one complaint is in one local app."""

    PENDING = "pending"
    CREATING = "creating"
    AMBIGUOUS = "ambiguous"
    LINKED = "linked"
    GONE = "gone"
    ENDED = "ended"


class Outcome(StrEnum):
    """What became of an attempt."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


class SentState(StrEnum):
    """How far one response is in one local app; a lost one must be sent again."""

    SENT = "sent"
    UNKNOWN = "unknown"
    LINKED = "linked"
    REMOVED = "removed"
    LOST = "lost"


class ConflictKind(StrEnum):
    """Why something is on record for a person."""

    CONFLICT = "conflict"
    PROPOSAL = "proposal"
    DUPLICATE = "duplicate"
    AMBIGUOUS = "ambiguous"
    DELETIONS = "deletions"
    DELETED = "deleted"
    RESTORED = "restored"
    FLAPPING = "flapping"


class ConflictState(StrEnum):
    """Open waits for a person; recorded was decided by policy and is kept; decided was decided by a person."""

    OPEN = "open"
    RECORDED = "recorded"
    DECIDED = "decided"


class Phase(StrEnum):
    """The life of a connection: nothing is pushed before a person approved it; a removed one is only what the ledger refers to."""

    INITIALISING = "initialising"
    LIVE = "live"
    REMOVED = "removed"


class Recovery(StrEnum):
    """Who was restored from an old copy: nothing is pushed before everything was pulled."""

    NONE = "none"
    APP = "app"
    HUB = "hub"


class Direction(StrEnum):
    """Inbound success says nothing about outbound health: each has its own circuit breaker and pause."""

    PULL = "pull"
    PUSH = "push"


class HintState(StrEnum):
    """How far one webhook is: waiting for the next session, taken by one, or refused because it was not understood."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"
