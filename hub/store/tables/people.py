"""Who may log in, and with which tokens programs come."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from hub.accounts.roles import Role, Scope
from hub.store.tables.ground import metadata, numbered
from hub.store.types import Moment, one_of

accounts = Table(
    "accounts",
    metadata,
    numbered(),
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
