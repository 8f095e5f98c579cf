"""What waits: to be decided by a person, to be understood, to be read."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, String, Table, Text, UniqueConstraint

from hub.store.tables.ground import metadata, numbered
from hub.store.types import Json, Moment, one_of
from hub.words import ConflictKind, ConflictState

conflicts = Table(
    "conflicts",
    metadata,
    numbered(),
    Column("complaint_id", ForeignKey("complaints.id"), index=True),
    Column("connection_id", ForeignKey("connections.id")),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("field", String(40)),
    Column("hub_value", Json),
    Column("local_value", Json),
    Column("kept", String(10)),
    Column("rule", String(60), nullable=False),
    Column("note", Text),
    Column("created_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", Text),
    one_of("kind", ConflictKind, "kind"),
    one_of("state", ConflictState, "state"),
)

quarantine = Table(
    "quarantine",
    metadata,
    numbered(),
    Column("connection_id", ForeignKey("connections.id"), nullable=False),
    Column("ref", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("problem", Text, nullable=False),
    Column("field", String(60)),
    Column("resolved_at", Moment),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    # Put aside while a restored hub was being told what it had known: once understood, it is looked for by its text.
    Column("recovering", Boolean),
    UniqueConstraint("connection_id", "ref"),
)

reads = Table(
    "reads",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("why", String(20), nullable=False),
    Column("due_at", Moment, nullable=False),
)
