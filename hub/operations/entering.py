"""Coming in: with a name and a password, with a session begun earlier, or with a token."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from hub.accounts import api_tokens, passwords
from hub.accounts.roles import Role, Scope
from hub.build import Hub
from hub.operations.accounts import find_account
from hub.store import tables

# A write for every call would be one transaction more for every call.
_USE_NOTED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who calls: an account, and how much of what it may this call may. ``stamp`` is what its session has to hold."""

    id: int
    name: str
    role: Role
    scope: Scope
    stamp: str


def by_password(hub: Hub, name: str, password: str) -> Entrant | None:
    """Let a person in; None for a wrong password, no such account, a closed one, and one that has to wait: all the same.

    The try is counted before it is made, so that many at once are no more tries than one after the other.
    """
    name = name.strip().lower()
    row = _taken_try(hub, name)
    right = passwords.matches(row.hash if row is not None else None, password[: passwords.LONGEST + 1])
    if row is None or not right:
        return None
    kept = passwords.hashed(password) if passwords.outdated(row.hash) else row.hash
    table = tables.accounts
    with hub.store.unit() as unit:
        mine = (table.c.id == row.id, table.c.stamp == row.stamp, table.c.disabled.is_(False))
        done = unit.sql.execute(update(table).where(*mine).values(failures=0, locked_until=None, hash=kept))
        return _entrant(row) if done.rowcount else None


def _taken_try(hub: Hub, name: str) -> Any | None:
    """Count one try and return the account's row if it may be made."""
    table = tables.accounts
    with hub.store.unit() as unit:
        row = unit.sql.execute(select(table).where(table.c.name == name).with_for_update()).first()
        if row is None or row.disabled or (row.locked_until is not None and row.locked_until > unit.now):
            return None
        wait = passwords.wait_after(row.failures + 1)
        until = None if wait is None else unit.now + wait
        unit.sql.execute(update(table).where(table.c.id == row.id).values(failures=row.failures + 1, locked_until=until))
        return row


def by_session(hub: Hub, name: str, stamp: str) -> Entrant | None:
    """Let a person go on whose account is open and whose password is still the one of then."""
    with hub.store.reading() as sql:
        row = find_account(sql, name)
    return _entrant(row) if row is not None and not row.disabled and row.stamp == stamp else None


def by_token(hub: Hub, token: str) -> Entrant | None:
    """Let a program in whose token is known, neither expired nor revoked, and whose account is open."""
    table, account = tables.api_tokens, tables.accounts
    query = select(table.c.id.label("token_id"), table.c.scope, table.c.last_used_at, *_OF_ACCOUNT).join(account)
    now = hub.store.now()
    valid = (table.c.digest == api_tokens.digest(token), table.c.revoked_at.is_(None), table.c.expires_at > now)
    with hub.store.reading() as sql:
        row = sql.execute(query.where(*valid, account.c.disabled.is_(False))).first()
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at >= _USE_NOTED:
        _note_use(hub, row.token_id, now)
    return _entrant(row, Scope(row.scope))


_OF_ACCOUNT = (tables.accounts.c.id, tables.accounts.c.name, tables.accounts.c.role, tables.accounts.c.stamp)


def _note_use(hub: Hub, token_id: str, now: datetime) -> None:
    """Note when a token was used; a database that is busy writing is no reason to keep a reader out."""
    table = tables.api_tokens
    with suppress(OperationalError), hub.store.writing() as sql:
        sql.execute(update(table).where(table.c.id == token_id).values(last_used_at=now))


def _entrant(row: Any, scope: Scope = Scope.WRITE) -> Entrant:
    return Entrant(row.id, row.name, Role(row.role), scope, row.stamp)
