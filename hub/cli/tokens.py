"""`simpul tokens`: what programs call the API with."""

from __future__ import annotations

import click

from hub.accounts.roles import Scope
from hub.cli.command import Command, Group, as_json, terminal
from hub.cli.terminal import Terminal, Two
from hub.operations import tokens as operations

_COLUMNS: list[Two] = [
    ("ID", "Id"),
    ("Akun", "Account"),
    ("Nama", "Name"),
    ("Hak", "Scope"),
    ("Berlaku sampai", "Expires"),
    ("Dicabut", "Revoked"),
    ("Terakhir dipakai", "Last used"),
]


@click.group(cls=Group)
def tokens() -> None:
    """Add, list and revoke API tokens."""


@tokens.command(cls=Command)
@click.argument("name")
@click.option("--account", required=True, help="Whose rights it has at most.")
@click.option("--scope", type=click.Choice([word.value for word in Scope]), default=Scope.READ.value, show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long it lasts.")
@as_json
@terminal
def add(term: Terminal, name: str, account: str, scope: str, days: int, as_json: bool) -> None:
    """Make a token for a program and show it, this once; NAME says what it is for."""
    token = operations.add_token(term.hub, account, name, Scope(scope), days=days)
    if as_json:
        term.json({"token": token})
        return
    click.echo(token)
    click.echo(term.t("Simpan sekarang; token ini tidak ditampilkan lagi.", "Keep it now; it is not shown again."), err=True)


@tokens.command("list", cls=Command)
@click.option("--account", help="Only those of this one.")
@as_json
@terminal
def list_(term: Terminal, account: str | None, as_json: bool) -> None:
    """List tokens with their ids, the oldest first."""
    found = operations.tokens(term.hub, account)
    if as_json:
        term.json(found)
        return
    rows = [(one.id, one.account, one.name, one.scope, one.expires_at, one.revoked_at, one.last_used_at) for one in found]
    term.table(_COLUMNS, rows)


@tokens.command(cls=Command)
@click.argument("token", metavar="ID")
@terminal
def revoke(term: Terminal, token: str) -> None:
    """End a token at once, by its id in the list."""
    ended = operations.revoke(term.hub, token)
    term.say(f"Token {ended.name} dicabut.", f"Token {ended.name} was revoked.")
