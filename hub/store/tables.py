"""The tables of the hub. Invariants stand here too: unique indexes, and checks generated from the enums."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    literal_column,
    text,
)

from contracts.events import Kind
from contracts.lifecycle import HELD, OPEN
from contracts.vocabulary import Status, Visibility
from hub.accounts.roles import Role, Scope
from hub.store.types import Json, Moment, one_of
from hub.words import ConflictKind, ConflictState, LinkState, Outcome, Phase, Recovery, SentState

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Big = BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", _Big, primary_key=True, autoincrement=True)


def _waits(column: str) -> TextClause:
    return text(f"{column} IN ({', '.join(sorted(repr(status.value) for status in OPEN))})")


# A partial index is only used by a question in its very words.
_PARKED = "parked <> '{}'"
PARKED: ColumnElement[bool] = literal_column(f"links.{_PARKED}", Boolean)
WAITING: ColumnElement[bool] = literal_column(f"complaints.{_waits('status').text}", Boolean)


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
    _id(),
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
    Column("tick", _Big, nullable=False),
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
    Column("fence", _Big, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    one_of("phase", Phase, "phase"),
    one_of("recovery", Recovery, "recovery"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    _id(),
    Column("connection_id", ForeignKey("connections.id"), nullable=False, index=True),
    Column("cursor", Text),
    Column("epoch", Text),
    Column("samples", Json, nullable=False),
    Column("at", Moment, nullable=False),
)

complaints = Table(
    "complaints",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tracking_id", String(20), nullable=False, unique=True),
    Column("content", Json, nullable=False),
    Column("sealed", LargeBinary),
    Column("digests", Json, nullable=False),
    Column("sources", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("holder", String(60)),
    Column("origin_id", ForeignKey("connections.id")),
    Column("verified", Boolean, nullable=False),
    Column("historic", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False),
    Column("held", Json, nullable=False),
    Column("head", String(64)),
    Column("text_key", String(64), index=True),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False, index=True),
    # Worked out of the content, to sort and cut lists by.
    Column("filed_at", Moment, nullable=False, server_default="1970-01-01 00:00:00"),
    Column("province", String(2), nullable=False, server_default=""),
    one_of("status", [word.value for word in Status], "status"),
    CheckConstraint(
        "holder IS NOT NULL OR status NOT IN (" + ", ".join(sorted(f"'{status.value}'" for status in HELD)) + ")",
        name="one_holder",
    ),
    Index("ix_complaints_status", "status", "filed_at"),
    Index("ix_complaints_holder", "holder", "filed_at"),
    Index("ix_complaints_origin", "origin_id", "filed_at"),
    Index("ix_complaints_province", "province", "filed_at"),
    Index("ix_complaints_open", "filed_at", "id", sqlite_where=_waits("status"), postgresql_where=_waits("status")),
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
    Column("stored", Json, nullable=False),
    Column("sent", Json, nullable=False),
    Column("history", Json, nullable=False),
    Column("parked", Json, nullable=False),
    Column("flaps", Json, nullable=False),
    Column("unsupported", Json, nullable=False),
    Column("raw", Json, nullable=False),
    Column("touched", _Big, nullable=False),
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("misses", Integer, nullable=False),
    Column("incarnation", Integer, nullable=False),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("connection_id", "complaint_id"),
    UniqueConstraint("connection_id", "ref"),
    one_of("state", LinkState, "state"),
    CheckConstraint("ref IS NOT NULL OR state <> 'linked'", name="linked_has_ref"),
    CheckConstraint("ref IS NULL OR state IN ('linked', 'ended')", name="only_live_has_ref"),
    Index("ix_links_due", "connection_id", "due_at"),
    Index("ix_links_parked", "connection_id", sqlite_where=text(_PARKED), postgresql_where=text(_PARKED)),
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
    Column("fence", _Big, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("outcome", String(20), nullable=False),
    Column("error", Text),
    one_of("outcome", Outcome, "outcome"),
    Index("ix_attempts_open", "connection_id", "outcome"),
)

conflicts = Table(
    "conflicts",
    metadata,
    _id(),
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
    _id(),
    Column("connection_id", ForeignKey("connections.id"), nullable=False),
    Column("ref", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("problem", Text, nullable=False),
    Column("field", String(60)),
    Column("resolved_at", Moment),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
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

pairs = Table(
    "pairs",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("other_id", ForeignKey("connections.id"), primary_key=True),
    Column("other_ref", Text, nullable=False),
    Index("ix_pairs_other", "other_id", "other_ref"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", _Big, primary_key=True, autoincrement=True),
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

# How many complaints there are, from where, through which connection (0: filed at the hub), by status now.
standing = Table(
    "standing",
    metadata,
    Column("province", String(2), primary_key=True),
    Column("origin_id", _Big, primary_key=True, autoincrement=False),
    Column("status", String(20), primary_key=True),
    Column("n", Integer, nullable=False),
    one_of("status", [word.value for word in Status], "status"),
)


WAITING_CELL = text(f"n > 0 AND {_waits('status')}")

# The same by the day (WIB) on which they were filed, from where, through which connection (0: filed at the hub), by status now.
rollup = Table(
    "rollup",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("province", String(2), primary_key=True),
    Column("origin_id", _Big, primary_key=True, autoincrement=False),
    Column("status", String(20), primary_key=True),
    Column("n", Integer, nullable=False),
    one_of("status", [word.value for word in Status], "status"),
    Index("ix_rollup_waiting", "province", "origin_id", "day", sqlite_where=WAITING_CELL, postgresql_where=WAITING_CELL),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("name", String(60), nullable=False, unique=True),
    Column("hash", Text, nullable=False),
    # Changes with the password: sessions that hold another one have ended.
    Column("stamp", String(32), nullable=False),
    Column("role", String(20), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
    Column("created_at", Moment, nullable=False),
    one_of("role", [word.value for word in Role], "role"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scope", String(10), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("last_used_at", Moment),
    one_of("scope", [word.value for word in Scope], "scope"),
)
