"""What the hub says: complaints, their responses, and the ledger of every change."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from contracts.events import Kind
from contracts.lifecycle import HELD
from contracts.vocabulary import Status, Visibility
from hub.store.tables.ground import Big, metadata, mostly, partial, waits
from hub.store.types import Json, Moment, one_of

WAITING: ColumnElement[bool] = literal_column(f"complaints.{waits('status').text}", Boolean)

complaints = Table(
    "complaints",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tracking_id", String(20), nullable=False, unique=True),
    Column("content", Json, nullable=False),
    Column("sealed", LargeBinary),
    mostly("digests", Json, {}),
    mostly("sources", Json, {}),
    Column("version", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("holder", String(60)),
    Column("origin_id", ForeignKey("connections.id")),
    Column("verified", Boolean, nullable=False),
    mostly("historic", Boolean, False),
    mostly("erased", Boolean, False),
    mostly("held", Json, {}),
    Column("head", String(64)),
    Column("text_key", String(64), index=True),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False, index=True),
    # Worked out of the content, to sort and cut lists by.
    Column("filed_at", Moment, nullable=False, server_default="1970-01-01 00:00:00"),
    Column("province", String(2), nullable=False, server_default=""),
    # On PostgreSQL, where both are indexed: the words of title and description, and of which version these are. Of another one
    # are those of a row that code before these columns has written since.
    Column("said", Text().with_variant(Text(collation="C"), "postgresql")),
    Column("said_of", Integer),
    one_of("status", [word.value for word in Status], "status"),
    CheckConstraint(
        "holder IS NOT NULL OR status NOT IN (" + ", ".join(sorted(f"'{status.value}'" for status in HELD)) + ")",
        name="one_holder",
    ),
    Index("ix_complaints_status", "status", "filed_at"),
    partial("ix_complaints_holder", "holder", "filed_at", where=text("holder IS NOT NULL")),
    Index("ix_complaints_origin", "origin_id", "filed_at"),
    Index("ix_complaints_province", "province", "filed_at"),
    partial("ix_complaints_open", "filed_at", "id", where=waits("status")),
)

responses = Table(
    "responses",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("complaint_id", ForeignKey("complaints.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("visibility", String(20), nullable=False),
    Column("author", Text),
    Column("written_at", Moment),
    Column("attachments", Json, nullable=False),
    Column("connection_id", ForeignKey("connections.id")),
    Column("actor", Text),
    Column("version", Integer, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("learned_at", Moment, nullable=False),
    UniqueConstraint("complaint_id", "position"),
    one_of("visibility", [word.value for word in Visibility], "visibility"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("complaint_id", String(36), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("field", String(40)),
    Column("old", Json),
    Column("new", Json),
    Column("connection_id", ForeignKey("connections.id")),
    Column("actor", Text),
    Column("rule", String(60), nullable=False),
    Column("happened_at", Moment),
    Column("learned_at", Moment, nullable=False),
    Column("salt", String(32)),
    Column("digest", String(64), nullable=False),
    Column("previous", String(64)),
    Column("hash", String(64), nullable=False),
    one_of("kind", [word.value for word in Kind], "kind"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)
