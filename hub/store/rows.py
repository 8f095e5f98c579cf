"""The rows that the engine works on, loaded and saved by `hub.store.unit.Unit`.

Values of JSON columns are replaced, never changed in place: the unit compares a row with what was loaded to know
whether it must be written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.content import FIELDS, Content, Field
from hub.words import LinkState, Phase, Recovery, SentState

Veiled = dict[Any, Any]


@dataclass(slots=True)
class ConnectionRow:
    """One configured connector, with its lease, checkpoint, breakers and recovery state."""

    id: int
    name: str
    kind: str
    agency: str | None
    settings: dict[str, Any]
    secrets: bytes | None
    policy: dict[str, Any]
    sheet: dict[str, Any]
    phase: Phase
    live_from: datetime | None
    pull_paused: str | None
    push_paused: str | None
    recovery: Recovery
    recovery_held: bool
    cursor: str | None
    epoch: str | None
    tick: int
    pull_due_at: datetime | None
    pulled_at: datetime | None
    listing_due_at: datetime | None
    listed_at: datetime | None
    verified_at: datetime | None
    pull_failures: int
    pull_retry_at: datetime | None
    pull_error: str | None
    push_failures: int
    push_retry_at: datetime | None
    push_error: str | None
    fence: int
    lease_owner: str | None
    lease_until: datetime | None
    calls_from: datetime | None


@dataclass(slots=True)
class ComplaintRow:
    """One canonical complaint. ``content`` never holds identity fields: they are in ``sealed`` and ``digests``."""

    id: str
    tracking_id: str
    content: Veiled
    sealed: bytes | None
    digests: dict[str, str]
    sources: dict[str, dict[str, Any]]
    version: int
    status: str
    holder: str | None
    origin_id: int | None
    verified: bool
    historic: bool
    erased: bool
    held: dict[str, str]
    head: str | None
    text_key: str | None
    created_at: datetime
    updated_at: datetime
    filed_at: datetime | None = None
    province: str = ""

    def place(self) -> None:
        """Work out of the content what lists are sorted and cut by: when it was filed (or learned of), and its province's two digits."""
        self.filed_at, self.province = placed(self.content, self.created_at)

    def veiled(self) -> Content:
        """Content with the digests of the identity fields in their places: what may be compared and kept."""
        said: Content = {FIELDS[name]: value for name, value in self.content.items()}
        said.update((FIELDS[name], value) for name, value in self.digests.items())
        return said


def placed(content: Veiled, created_at: datetime) -> tuple[datetime, str]:
    """Return when a complaint with this content was filed, or else learned of, and its province's two digits ('' if unknown)."""
    said, code = content.get("submitted_at"), str(content.get("place_code") or "")[:2]
    filed = datetime.fromisoformat(said) if isinstance(said, str) else created_at
    return filed, code if len(code) == 2 and code.isdecimal() else ""


@dataclass(slots=True)
class ResponseRow:
    """One response, in the order in which the hub learned of it."""

    id: str
    complaint_id: str
    position: int
    text: str
    visibility: str
    author: str | None
    written_at: datetime | None
    attachments: list[dict[str, Any]]
    connection_id: int | None
    actor: str | None
    version: int
    removed: bool
    learned_at: datetime


@dataclass(slots=True)
class LinkRow:
    """Which record in which local app is which complaint, and what both last agreed on.

    ``base``: what the app was last known to hold, as the app expresses it, identity fields as digests. ``stored``:
    field to [asked, stored] where the app keeps something else than it was asked. ``sent``: edits written ahead whose
    fate is unknown. ``history``: per field the digests of earlier bases with their day. ``touched``: the connection's
    tick at which the base last moved.
    """

    id: str
    connection_id: int
    complaint_id: str
    created_at: datetime
    updated_at: datetime
    state: LinkState = LinkState.PENDING
    receiver: bool = True
    ref: str | None = None
    ticket: str | None = None
    fingerprint: str | None = None
    version: str | None = None
    seen: str | None = None
    base: Veiled | None = None
    stored: dict[str, list[Any]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    history: dict[str, list[str]] = field(default_factory=dict)
    parked: dict[str, dict[str, Any]] = field(default_factory=dict)
    flaps: dict[str, list[str]] = field(default_factory=dict)
    unsupported: list[str] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    touched: int = 0
    due_at: datetime | None = None
    attempts: int = 0
    misses: int = 0
    incarnation: int = 0
    error: str | None = None

    def agreed(self) -> dict[Field, Any]:
        """Return the base by field; empty while nothing was ever agreed on."""
        return {FIELDS[name]: value for name, value in (self.base or {}).items()}


@dataclass(slots=True)
class ResponseLinkRow:
    """Which response is which local one in one link. Without ``response_id``: a notice that the hub wrote for a status."""

    id: str
    link_id: str
    response_id: str | None
    digest: str
    state: SentState
    ref: str | None = None
    attempt: str | None = None


@dataclass(slots=True)
class AttemptRow:
    """One outside write, written down before it is made. ``payload`` holds digests in place of identity values."""

    id: str
    connection_id: int
    link_id: str
    kind: str
    key: str
    payload: dict[str, Any]
    expected: str | None
    cursor: str | None
    fence: int
    started_at: datetime
    outcome: str
    finished_at: datetime | None = None
    error: str | None = None
