"""The port to one local app: what it can do, what it says, what it is asked to do.

A connector is code for one *kind* of app; a connection is a connector with settings. The engine never learns
which kind it talks to: the capability sheet and the errors (``contracts.errors``) say all it needs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import Schema

from contracts.complaint import Attachment, Complaint, Holder, Response
from contracts.content import Field, JsonValue
from contracts.vocabulary import Status, Visibility


class Feed(StrEnum):
    """How an app lets us learn of changes."""

    POLL = "poll"
    SNAPSHOT = "snapshot"
    INBOX = "inbox"


class Part(StrEnum):
    """The parts of an `Edit`; ``combines`` and ``together`` speak of them."""

    FIELDS = "fields"
    STATUS = "status"
    RESPONSE = "response"
    HOLDER = "holder"


class RecordState(StrEnum):
    """What the app says of the record itself."""

    LIVE = "live"
    DELETED = "deleted"
    HIDDEN = "hidden"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class ResponseAbility:
    """What the app does with responses. ``cut`` is in characters; ``writes`` names the visibilities it can be given."""

    reads: bool = False
    writes: frozenset[Visibility] = frozenset()
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one configured connector can do; declared before anything runs, measured by `Connector.probe`.

    ``reads``, ``creates`` and ``writes`` are the fields the app reports, takes in a new record, and lets us change.
    ``cuts``: characters kept per field. ``statuses``: canonical status to the canonical status the app will report once
    it was told that; a status that is missing cannot be said there. ``reopens``: reported statuses that mean a
    reopening. ``transitions``: the only steps the app takes, in reported statuses (None: any). ``combines``: sets of
    parts taken in one call (single parts always are, unless in ``together``). ``together``: parts that are only taken
    with each other. ``settle``: seconds after which a request that was sent can no longer take effect unseen.
    """

    feed: Feed
    reads: frozenset[Field]
    creates: frozenset[Field] = frozenset()
    writes: frozenset[Field] = frozenset()
    cuts: Mapping[Field, int] = field(default_factory=dict)
    statuses: Mapping[Status, Status] = field(default_factory=dict)
    reopens: frozenset[Status] = frozenset()
    transitions: Mapping[Status, frozenset[Status]] | None = None
    combines: frozenset[frozenset[Part]] = frozenset()
    together: frozenset[Part] = frozenset()
    responses: ResponseAbility = ResponseAbility()
    can_create: bool = False
    can_fetch: bool = True
    can_list: bool = True
    can_find: bool = False
    carries_token: bool = False
    conditional_write: bool = False
    idempotent_create: bool = False
    rising_versions: bool = False
    has_epoch: bool = False
    signals_deletion: bool = False
    attachments: bool = False
    webhooks: bool = False
    settle: float = 120.0
    page_cap: int | None = None


@dataclass(frozen=True, slots=True)
class LocalResponse:
    """One response as the app has it. ``ref`` is the app's own id of it, stable for as long as it exists."""

    ref: str
    response: Response


@dataclass(frozen=True, slots=True)
class Record:
    """What the app says of one complaint, in canonical words, with the raw value beside each mapped one.

    ``identity`` holds what never changes while the record is the same one (creation time, reporter key, original
    text), as text: when it differs, the app re-used the ref. ``same_as`` names the same complaint elsewhere as staff
    typed it: connection name to its ref. ``version`` is opaque unless ``rising_versions`` (then it compares as text).
    """

    ref: str
    complaint: Complaint
    identity: tuple[str, ...] = ()
    raw: Mapping[str, str] = field(default_factory=dict)
    responses: tuple[LocalResponse, ...] = ()
    version: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    token: str | None = None
    same_as: Mapping[str, str] = field(default_factory=dict)
    state: RecordState = RecordState.LIVE
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that makes no sense: kept whole (``raw``) and shown to a person with the reason."""

    ref: str
    raw: str
    problem: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A batch of records, oldest change first.

    ``cursor`` is made only of values the app sent; asking again from it gives everything changed at or after it.
    ``complete`` is set on the last page of a listing that provably held every live record. ``epoch`` changes when the
    app's store is replaced. ``regressed``: the app's newest is older than the cursor it was asked from.
    """

    records: tuple[Record, ...]
    cursor: str | None = None
    rejected: tuple[Rejected, ...] = ()
    complete: bool = False
    epoch: str | None = None
    regressed: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """One call's worth of change: any of fields (flat, canonical values), status with reason, one response, holder."""

    fields: Mapping[Field, JsonValue] = field(default_factory=dict)
    status: Status | None = None
    reason: str | None = None
    response: Response | None = None
    holder: Holder | None = None

    @property
    def parts(self) -> frozenset[Part]:
        """Which parts this edit consists of; a reason alone counts as status."""
        said = {
            Part.FIELDS: bool(self.fields),
            Part.STATUS: self.status is not None or self.reason is not None,
            Part.RESPONSE: self.response is not None,
            Part.HOLDER: self.holder is not None,
        }
        return frozenset(part for part, is_said in said.items() if is_said)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an acknowledged write returned.

    ``ticket`` stands in for a ref that comes later. ``record``, if given, is the record as this very write left it.
    ``response_ref`` is the app's id of the response that was written.
    """

    ref: str | None = None
    version: str | None = None
    record: Record | None = None
    ticket: str | None = None
    response_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a probe: what was declared, what was measured, and what to do if they differ."""

    capability: str
    declared: str
    measured: str
    advice: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the app honours what was declared."""
        return self.declared == self.measured


@dataclass(frozen=True, slots=True)
class Hint:
    """A webhook request as it came in; header names are lower case. ``verified``: the hub has checked who signed it."""

    headers: Mapping[str, str]
    body: bytes
    verified: bool = False


class Connector(ABC):
    """Speaks one kind of local app. Raises only errors of ``contracts.errors``; never retries by itself.

    A connector is used by one session at a time, but its pages may be read in another thread than its writes.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    settings_schema: ClassVar[type[Schema]]

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Take settings already loaded by ``settings_schema``; opens nothing."""
        self.settings = settings

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What this configured connector can do, without talking to the app."""

    @abstractmethod
    def check(self) -> None:
        """Prove address, credentials and permissions now; raises Stop with advice."""

    def probe(self) -> Sequence[Finding]:
        """Measure on a marked test record what the app really honours; connectors that can, override it."""
        return ()

    @abstractmethod
    def changes(self, since: str | None) -> Iterator[Page]:
        """Yield pages from ``since`` (inclusive; None: everything), oldest change first; repeating allowed, missing not.

        Raises NotDone or Stop; whatever page was yielded before stays good.
        """

    @abstractmethod
    def fetch(self, ref: str) -> Record:
        """Read one record as it is now; raises Gone if it does not exist, Reject if it makes no sense."""

    def find(self, token: str) -> Record | None:
        """Search the record that carries our token; only asked where ``can_find``."""
        raise NotImplementedError

    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        """File a new record with the token in it where the app has room; only asked where ``can_create``."""
        raise NotImplementedError

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        """Carry out one edit, if the record still has version ``expected`` where ``conditional_write``.

        A connector that needs several calls leaves the visible effect to the last.
        """
        raise NotImplementedError

    def receive(self, hint: Hint) -> Sequence[str]:
        """Verify a webhook, unless the hub did, and return the refs to read; raises Reject if it is not the app's.

        Only asked where ``webhooks``, while the app waits for an answer: so it asks nobody and returns in milliseconds.
        No refs: something changed, and the hub pulls. What the app says of a record is not believed but read there.
        """
        raise NotImplementedError

    def content(self, ref: str, attachment: Attachment) -> bytes:
        """Return the bytes of an attachment; only asked where ``attachments``."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back what was opened."""
