"""Webhooks of the apps: by what they are signed, and those that came."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Text, UniqueConstraint

from hub.store.tables.ground import metadata, numbered
from hub.store.types import Json, Moment, one_of
from hub.words import HintState

# The secrets by which a connection's app signs its webhooks, sealed; while they are changed, the one before counts too.
webhooks = Table(
    "webhooks",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("previous", LargeBinary),
    Column("previous_until", Moment),
    Column("made_at", Moment, nullable=False),
)

# Webhooks that were verified: ``mark`` is the digest of an id that may come twice; the body, sealed, until it was understood.
inbox = Table(
    "inbox",
    metadata,
    numbered(),
    Column("connection_id", ForeignKey("connections.id"), nullable=False),
    Column("mark", String(64), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("refs", Json, nullable=False),
    Column("body", LargeBinary),
    Column("problem", Text),
    UniqueConstraint("connection_id", "mark"),
    one_of("state", HintState, "state"),
    Index("ix_inbox_state", "connection_id", "state", "received_at"),
)
