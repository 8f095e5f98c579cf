"""Who may come in and whom the hub writes to: what was withdrawn since a backup stays so, or is told when it comes back to life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, text

from hub.clock import SystemClock
from hub.operations.archives.facts import hub_tables, literal
from hub.store import tables
from hub.words import Phase

# The revision that brought accounts and tokens: an older database has nobody to keep out.
SINCE = "0003"


@dataclass(frozen=True, slots=True)
class Access:
    """What lets somebody in. ``tokens`` by id: whose it is and what for. ``accounts`` by name: the hash of the password, if it is
    open. ``webhooks`` by connection: of when its secret is. ``connections`` by name: all that people set, if it is not removed.
    """

    tokens: Mapping[str, str]
    accounts: Mapping[str, str]
    webhooks: Mapping[str, Any]
    connections: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Revived:
    """What counts again after a restore; where the replaced database could not be asked, all that counts.

    ``passwords``: accounts whose password was another. ``changed``: connections that stand as people had set them then.
    """

    tokens: tuple[str, ...]
    accounts: tuple[str, ...]
    passwords: tuple[str, ...]
    webhooks: tuple[str, ...]
    connections: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return any((self.tokens, self.accounts, self.passwords, self.webhooks, self.connections, self.changed))


def access(sql: Connection) -> Access:
    """Ask a database, of whatever release it is."""
    there, connection = set(hub_tables(sql)), tables.connections.c
    if tables.connections.name not in there:
        return Access({}, {}, {}, {})
    said = (connection.kind, connection.agency, connection.settings, connection.secrets, connection.policy, connection.phase)
    rows = sql.execute(select(connection.name, *said, connection.pull_paused, connection.push_paused)).all()
    connections = {row.name: tuple(row) for row in rows if row.phase != Phase.REMOVED.value}
    webhooks = select(connection.name, tables.webhooks.c.made_at).join_from(tables.webhooks, tables.connections)
    return Access(
        {row.id: f"{row.owner}/{row.name}" for row in _tokens(sql, there)},
        {row.name: row.hash for row in _accounts(sql, there) if not row.disabled},
        {row.name: row.made_at for row in sql.execute(webhooks)} if tables.webhooks.name in there else {},
        connections,
    )


def withdrawals(sql: Connection) -> list[str]:
    """Return, as statements, which tokens are revoked, which accounts closed, and that their sessions of before have ended."""
    there, said = set(hub_tables(sql)), []
    if tables.api_tokens.name in there:
        for row in sql.execute(text("SELECT id, revoked_at FROM api_tokens WHERE revoked_at IS NOT NULL")):
            at = f"revoked_at = {literal(row.revoked_at)}"
            said.append(f"UPDATE api_tokens SET {at} WHERE id = {literal(row.id)} AND revoked_at IS NULL")
    for row in _accounts(sql, there):
        closed = ", disabled = true" if row.disabled else ""
        said.append(f"UPDATE accounts SET stamp = {literal(row.stamp)}{closed} WHERE name = {literal(row.name)}")
    return said


def revived(now: Access, before: Access | None) -> Revived:
    """Compare a restored database with the one that it replaced; None where that could not be asked."""
    if before is None:
        return Revived(_said(now.tokens), tuple(sorted(now.accounts)), (), tuple(sorted(now.webhooks)), tuple(sorted(now.connections)), ())
    both = now.connections.keys() & before.connections.keys()
    return Revived(
        _said({one: said for one, said in now.tokens.items() if one not in before.tokens}),
        tuple(sorted(now.accounts.keys() - before.accounts.keys())),
        tuple(sorted(name for name, kept in now.accounts.items() if before.accounts.get(name, kept) != kept)),
        tuple(sorted(name for name, made in now.webhooks.items() if name in both and before.webhooks.get(name) != made)),
        tuple(sorted(now.connections.keys() - before.connections.keys())),
        tuple(sorted(name for name in both if now.connections[name] != before.connections[name])),
    )


def _said(tokens: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{one} ({said})" for one, said in sorted(tokens.items(), key=lambda each: (each[1], each[0])))


def _accounts(sql: Connection, there: set[str]) -> list[Row[Any]]:
    account = tables.accounts.c
    if tables.accounts.name not in there:
        return []
    return list(sql.execute(select(account.name, account.hash, account.stamp, account.disabled)))


def _tokens(sql: Connection, there: set[str]) -> list[Row[Any]]:
    token, account = tables.api_tokens.c, tables.accounts.c
    if tables.api_tokens.name not in there:
        return []
    query = select(token.id, token.name, account.name.label("owner")).join_from(tables.api_tokens, tables.accounts)
    counts = (token.revoked_at.is_(None), token.expires_at > SystemClock().now(), account.disabled.is_(False))
    return list(sql.execute(query.where(*counts)))
