"""Who is connected: the agencies, the connections with how far each was read, and which process leads."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from hub.store.tables.ground import Big, metadata, numbered
from hub.store.types import Json, Moment, one_of
from hub.words import Phase, Recovery

meta = Table("meta", metadata, Column("key", String(60), primary_key=True), Column("value", Json, nullable=False))
agencies = Table(
    "agencies",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", String(60)),
    Column("connection", String(60)),
)

connections = Table(
    "connections",
    metadata,
    numbered(),
    Column("name", String(60), nullable=False, unique=True),
    Column("kind", String(60), nullable=False),
    Column("agency", String(60)),
    Column("settings", Json, nullable=False),
    Column("secrets", LargeBinary),
    Column("policy", Json, nullable=False),
    Column("sheet", Json, nullable=False),
    Column("phase", String(20), nullable=False),
    Column("live_from", Moment),
    Column("pull_paused", Text),
    Column("push_paused", Text),
    Column("recovery", String(10), nullable=False),
    Column("recovery_held", Boolean, nullable=False),
    Column("cursor", Text),
    Column("epoch", Text),
    Column("tick", Big, nullable=False),
    Column("pull_due_at", Moment),
    Column("pulled_at", Moment),
    Column("listing_due_at", Moment),
    Column("listed_at", Moment),
    Column("verified_at", Moment),
    Column("pull_failures", Integer, nullable=False),
    Column("pull_retry_at", Moment),
    Column("pull_error", Text),
    Column("push_failures", Integer, nullable=False),
    Column("push_retry_at", Moment),
    Column("push_error", Text),
    Column("fence", Big, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    # From when on its app may be asked again, by the rate that it takes or because it said so.
    Column("calls_from", Moment),
    one_of("phase", Phase, "phase"),
    one_of("recovery", Recovery, "recovery"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    numbered(),
    Column("connection_id", ForeignKey("connections.id"), nullable=False, index=True),
    Column("cursor", Text),
    Column("epoch", Text),
    Column("samples", Json, nullable=False),
    Column("at", Moment, nullable=False),
)

# What only one process does at a time, who does it, and how far it has come in the ledger.
leaders = Table(
    "leaders",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("owner", Text),
    Column("until", Moment),
    Column("position", Big, nullable=False),
)
