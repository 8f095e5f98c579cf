"""`simpul accounts`: the people who may log in."""

from __future__ import annotations

import click

from hub.accounts.roles import Role
from hub.cli.asking import from_stdin, new_password
from hub.cli.command import Command, Group, as_json, terminal
from hub.cli.terminal import Terminal, Two
from hub.operations import accounts as operations

_COLUMNS: list[Two] = [
    ("Nama", "Name"),
    ("Peran", "Role"),
    ("Ditutup", "Disabled"),
    ("Terkunci sampai", "Locked until"),
    ("Dibuat", "Created"),
]


@click.group(cls=Group)
def accounts() -> None:
    """Add, list and close the accounts of people, and change their passwords."""


@accounts.command(cls=Command)
@click.argument("name")
@click.option("--role", type=click.Choice([word.value for word in Role]), required=True, help="What the account may do.")
@from_stdin
@terminal
def add(term: Terminal, name: str, role: str, password_stdin: bool) -> None:
    """Add an account; its password is asked for, never an argument."""
    operations.add_account(term.hub, name, new_password(term, password_stdin), Role(role))
    term.say(f"Akun {name} dibuat.", f"Account {name} was added.")


@accounts.command("list", cls=Command)
@as_json
@terminal
def list_(term: Terminal, as_json: bool) -> None:
    """List accounts by name."""
    found = operations.accounts(term.hub)
    if as_json:
        term.json(found)
    else:
        term.table(_COLUMNS, [(one.name, one.role, one.disabled, one.locked_until, one.created_at) for one in found])


@accounts.command(cls=Command)
@click.argument("name")
@click.option("--undo", is_flag=True, help="Open it again.")
@terminal
def disable(term: Terminal, name: str, undo: bool) -> None:
    """Close an account: its sessions and tokens end at once."""
    operations.set_disabled(term.hub, name, not undo)
    if undo:
        term.say(f"Akun {name} dibuka lagi.", f"Account {name} is open again.")
    else:
        term.say(f"Akun {name} ditutup.", f"Account {name} is closed.")


@accounts.command(cls=Command)
@click.argument("name")
@from_stdin
@terminal
def password(term: Terminal, name: str, password_stdin: bool) -> None:
    """Give an account a new password: its sessions end, and it need not wait any more after wrong ones."""
    operations.set_password(term.hub, name, new_password(term, password_stdin))
    term.say(f"Kata sandi {name} diganti.", f"The password of {name} was changed.")
