"""The API tokens of an account: made, listed, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from contracts.errors import ConfigurationProblems, NotFound
from hub.accounts.api_tokens import digest, new_token
from hub.accounts.roles import Scope
from hub.build import Hub
from hub.operations.accounts import known_account
from hub.store import tables

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Token:
    """One token, without itself: it was shown when it was made."""

    id: str
    account: str
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def add_token(hub: Hub, account: str, name: str, scope: Scope, *, days: int) -> str:
    """Make a token and return it, the only time; raises NotFound or ConfigurationProblems."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ConfigurationProblems(
            [("name", f"is empty, longer than {_LONGEST_NAME} characters or cannot be printed; say what it is for")]
        )
    token = new_token()
    with hub.store.unit() as unit:
        row = known_account(unit.sql, account)
        fresh = {"id": unit.new_id(), "account_id": row.id, "name": name, "digest": digest(token), "scope": scope.value}
        unit.sql.execute(insert(tables.api_tokens).values(**fresh, created_at=unit.now, expires_at=unit.now + timedelta(days=days)))
    return token


def tokens(hub: Hub, account: str | None = None) -> list[Token]:
    """Return the tokens, oldest first, those that expired or were revoked too; raises NotFound."""
    table, owner = tables.api_tokens.c, tables.accounts.c
    query = select(tables.api_tokens, owner.name.label("owner")).join(tables.accounts).order_by(table.created_at, table.id)
    with hub.store.reading() as sql:
        if account is not None:
            query = query.where(table.account_id == known_account(sql, account).id)
        return [
            Token(row.id, row.owner, row.name, Scope(row.scope), row.created_at, row.expires_at, row.revoked_at, row.last_used_at)
            for row in sql.execute(query)
        ]


def revoke(hub: Hub, token_id: str) -> Token:
    """End a token at once and return it; once revoked it stays so. Raises NotFound."""
    found = next((each for each in tokens(hub) if each.id == token_id.strip().lower()), None)
    if found is None:
        raise NotFound(f"There is no token '{token_id}'.", "`simpul tokens list` shows the ids; a token itself is not its id.")
    table = tables.api_tokens
    with hub.store.unit() as unit:
        unit.sql.execute(update(table).where(table.c.id == found.id, table.c.revoked_at.is_(None)).values(revoked_at=unit.now))
    return found
