"""The people who may log in."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from contracts.errors import ConfigurationProblems, NotFound, Refused
from contracts.strict import nearest
from hub.accounts.passwords import hashed, weakness
from hub.accounts.roles import Role
from hub.build import Hub
from hub.store import tables

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,59}")


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account, without what is kept of the password. ``locked_until``: after too many wrong passwords."""

    id: int
    name: str
    role: Role
    disabled: bool
    locked_until: datetime | None
    created_at: datetime


def account_problems(name: str, password: str | None) -> list[tuple[str, str]]:
    """Return all that is wrong with a new account; None stands for a password that will be generated."""
    problems = []
    if not _NAME.fullmatch(name):
        problems.append(("name", f"'{name}' is not a name; use at most 60 small letters, digits, dots, hyphens and @"))
    weak = None if password is None else weakness(password, name)
    return [*problems, ("password", weak)] if weak else problems


def add_account(hub: Hub, name: str, password: str, role: Role) -> None:
    """Make an account; raises ConfigurationProblems or Refused."""
    _must_be_good(name, password)
    kept = hashed(password)
    with hub.store.unit() as unit:
        if find_account(unit.sql, name) is not None:
            raise Refused(f"There is an account '{name}' already.", "`simpul accounts password` gives it a new password.")
        fresh = {"name": name, "hash": kept, "stamp": new_stamp(), "role": role.value, "disabled": False, "failures": 0}
        unit.sql.execute(insert(tables.accounts).values(**fresh, created_at=unit.now))


def accounts(hub: Hub) -> list[Account]:
    """Return every account by name."""
    with hub.store.reading() as sql:
        return [account_of(row) for row in sql.execute(select(tables.accounts).order_by(tables.accounts.c.name))]


def set_password(hub: Hub, name: str, password: str) -> None:
    """Give an account a new password, which ends its sessions and its waiting; raises NotFound or ConfigurationProblems."""
    _must_be_good(name, password)
    _change(hub, name, hash=hashed(password), stamp=new_stamp(), failures=0, locked_until=None)


def set_disabled(hub: Hub, name: str, disabled: bool) -> None:
    """Close an account with its sessions and tokens, or open it again; raises NotFound, or Refused for the last administrator."""
    _change(hub, name, disabled=disabled, stamp=new_stamp(), failures=0, locked_until=None)


def any_admin(hub: Hub) -> str | None:
    """Return the name of an administrator who can log in."""
    with hub.store.reading() as sql:
        table = tables.accounts.c
        found = sql.execute(select(table.name).where(*_ADMINS).order_by(table.id).limit(1)).first()
        return None if found is None else str(found.name)


def find_account(sql: Connection, name: str) -> Any | None:
    """Return an account's row by name."""
    return sql.execute(select(tables.accounts).where(tables.accounts.c.name == name)).first()


def account_of(row: Any) -> Account:
    """Return what may be shown of a row."""
    return Account(row.id, row.name, Role(row.role), row.disabled, row.locked_until, row.created_at)


def new_stamp() -> str:
    """Return a mark by which sessions are told from those before a change of password."""
    return secrets.token_hex(16)


_ADMINS = (tables.accounts.c.role == Role.ADMIN.value, tables.accounts.c.disabled.is_(False))


def _must_be_good(name: str, password: str) -> None:
    problems = account_problems(name, password)
    if problems:
        raise ConfigurationProblems(problems)


def known_account(sql: Connection, name: str) -> Any:
    """Return an account's row; raises NotFound with the nearest name."""
    row = find_account(sql, name)
    if row is None:
        names = [str(each[0]) for each in sql.execute(select(tables.accounts.c.name))]
        raise NotFound(f"There is no account '{name}'.", nearest(name, names))
    return row


def _change(hub: Hub, name: str, **values: Any) -> None:
    with hub.store.unit() as unit:
        row = known_account(unit.sql, name)
        unit.sql.execute(update(tables.accounts).where(tables.accounts.c.id == row.id).values(**values))
        if values.get("disabled") and unit.sql.execute(select(func.count()).where(*_ADMINS)).scalar_one() == 0:
            raise Refused(f"{name} is the last administrator.", "Add another one first: `simpul accounts add NAME --role admin`.")
