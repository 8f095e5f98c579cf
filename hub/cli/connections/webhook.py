"""The webhooks of a connection's app: the secret they are signed with, and what came in."""

from __future__ import annotations

import click

from hub.cli.command import Command, as_json, terminal
from hub.cli.show import plain
from hub.cli.terminal import Terminal, Two
from hub.operations import webhooks as operations

_COLUMNS: list[Two] = [
    ("Koneksi", "Connection"),
    ("Diterima", "Received"),
    ("Keadaan", "State"),
    ("Nomor di aplikasi", "Refs"),
    ("Masalah", "Problem"),
]


@click.command(cls=Command)
@click.argument("name")
@click.option("--rotate", is_flag=True, help="Make a new one; the old one counts for a day more.")
@click.option("--off", is_flag=True, help="Take webhooks no more.")
@as_json
@terminal
def webhook(term: Terminal, name: str, rotate: bool, off: bool, as_json: bool) -> None:
    """Make the secret that an app signs its webhooks with, and show it, this once."""
    if rotate and off:
        raise click.UsageError("--rotate and --off cannot be asked for at once.")
    if off:
        operations.close_webhook(term.hub, name)
        term.say(f"Webhook {name} tidak diterima lagi.", f"Webhooks of {name} are taken no more.")
        return
    until = None
    if rotate:
        secret, until = operations.rotate_webhook(term.hub, name)
    else:
        secret = operations.open_webhook(term.hub, name)
    if as_json:
        term.json({"path": f"/hooks/{name}", "secret": secret, "previous_until": until})
        return
    click.echo(secret)
    click.echo(term.t(f"Kirim ke POST /hooks/{name}.", f"Send to POST /hooks/{name}."), err=True)
    click.echo(term.t("Simpan sekarang; rahasia ini tidak ditampilkan lagi.", "Keep it now; it is not shown again."), err=True)
    if until is not None:
        moment = f"{until:%Y-%m-%d %H:%M} UTC"
        click.echo(term.t(f"Rahasia lama berlaku sampai {moment}.", f"The old one counts until {moment}."), err=True)


@click.command(cls=Command)
@click.argument("connection", required=False)
@click.option("--raw", is_flag=True, help="Show what was not understood; it may hold personal data.")
@as_json
@terminal
def hints(term: Terminal, connection: str | None, raw: bool, as_json: bool) -> None:
    """List the webhooks that came in last, the newest first."""
    found = operations.received(term.hub, connection, raw=raw)
    if as_json:
        shown = [plain(each) for each in found]
        term.json(shown if raw else [{name: value for name, value in each.items() if name != "body"} for each in shown])
        return
    columns = [*_COLUMNS, ("Isi asli", "Raw")] if raw else _COLUMNS
    rows = [(each.connection, each.received_at, each.state, each.refs, each.problem, each.body)[: len(columns)] for each in found]
    term.table(columns, rows)
