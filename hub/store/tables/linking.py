"""Which record in which app is which complaint, what both last agreed on, and what was asked of the app."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from hub.store.tables.ground import Big, asked, metadata, mostly, partial
from hub.store.types import Json, Moment, one_of
from hub.words import LinkState, Outcome, SentState

# A partial index is only used by a question in its very words.
_PARKED = "parked <> '{}'"
_IN_DOUBT = f"state IN ('{LinkState.AMBIGUOUS}', '{LinkState.CREATING}')"
_APART = f"state <> '{LinkState.LINKED}'"
_RESTLESS = f"state <> '{LinkState.ENDED}' AND (state <> '{LinkState.LINKED}' OR due_at IS NOT NULL OR {_PARKED} OR unsupported <> '[]')"
PARKED = asked(f"links.{_PARKED}")
APART = asked(f"links.{_APART}")
RESTLESS = asked(_RESTLESS)
IN_DOUBT = asked(f"links.{_IN_DOUBT}")

links = Table(
    "links",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("connection_id", ForeignKey("connections.id"), nullable=False),
    Column("complaint_id", ForeignKey("complaints.id"), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("receiver", Boolean, nullable=False),
    Column("ref", Text),
    Column("ticket", Text),
    Column("fingerprint", String(64)),
    Column("version", Text),
    Column("seen", String(64)),
    Column("base", Json),
    mostly("stored", Json, {}),
    mostly("sent", Json, []),
    mostly("history", Json, {}),
    mostly("parked", Json, {}),
    mostly("flaps", Json, {}),
    mostly("unsupported", Json, []),
    Column("raw", Json, nullable=False),
    mostly("touched", Big, 0),
    Column("due_at", Moment),
    mostly("attempts", Integer, 0),
    mostly("misses", Integer, 0),
    mostly("incarnation", Integer, 0),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("connection_id", "complaint_id"),
    UniqueConstraint("connection_id", "ref"),
    one_of("state", LinkState, "state"),
    CheckConstraint("ref IS NOT NULL OR state <> 'linked'", name="linked_has_ref"),
    CheckConstraint("ref IS NULL OR state IN ('linked', 'ended')", name="only_live_has_ref"),
    partial("ix_links_due", "connection_id", "due_at", where=text("due_at IS NOT NULL")),
    partial("ix_links_in_doubt", "connection_id", where=text(_IN_DOUBT)),
    partial("ix_links_parked", "connection_id", where=text(_PARKED)),
    partial("ix_links_apart", "connection_id", where=text(_APART)),
    partial("ix_links_restless", "connection_id", "id", where=text(_RESTLESS)),
)

response_links = Table(
    "response_links",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("link_id", ForeignKey("links.id"), nullable=False, index=True),
    Column("response_id", ForeignKey("responses.id")),
    Column("ref", Text),
    Column("digest", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempt", String(36)),
    UniqueConstraint("link_id", "response_id"),
    UniqueConstraint("link_id", "ref"),
    one_of("state", SentState, "state"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("complaint_id", String(36), nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("connection_id", ForeignKey("connections.id"), nullable=False),
    Column("link_id", ForeignKey("links.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("key", String(80), nullable=False),
    Column("payload", Json, nullable=False),
    Column("expected", Text),
    Column("cursor", Text),
    Column("fence", Big, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("outcome", String(20), nullable=False),
    Column("error", Text),
    one_of("outcome", Outcome, "outcome"),
    Index("ix_attempts_open", "connection_id", "outcome"),
)

pairs = Table(
    "pairs",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("other_id", ForeignKey("connections.id"), primary_key=True),
    Column("other_ref", Text, nullable=False),
    Index("ix_pairs_other", "other_id", "other_ref"),
)
