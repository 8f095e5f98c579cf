"""`simpul quarantine`: records that made no sense."""

from __future__ import annotations

import click

from hub.cli.command import Command, Group, as_json, terminal
from hub.cli.show import plain
from hub.cli.terminal import Terminal, Two
from hub.operations import quarantines as operations

_COLUMNS: list[Two] = [
    ("No", "No"),
    ("Koneksi", "Connection"),
    ("Nomor di aplikasi", "Ref"),
    ("Masalah", "Problem"),
    ("Hal", "Field"),
    ("Sejak", "Since"),
]


@click.group(cls=Group)
def quarantine() -> None:
    """List records that were not understood, and read them again."""


@quarantine.command("list", cls=Command)
@click.argument("connection", required=False)
@click.option("--raw", is_flag=True, help="Show the records as the app gave them; they may hold personal data.")
@as_json
@terminal
def list_(term: Terminal, connection: str | None, raw: bool, as_json: bool) -> None:
    """List what waits in quarantine, the oldest first."""
    found = operations.quarantined(term.hub, connection, raw=raw)
    if as_json:
        shown = [plain(each) for each in found]
        term.json(shown if raw else [{name: value for name, value in each.items() if name != "raw"} for each in shown])
        return
    columns = [*_COLUMNS, ("Isi asli", "Raw")] if raw else _COLUMNS
    rows = [(each.id, each.connection, each.ref, each.problem, each.field, each.first_at, each.raw)[: len(columns)] for each in found]
    term.table(columns, rows)


@quarantine.command(cls=Command)
@click.argument("what", metavar="NO|NAME")
@terminal
def retry(term: Terminal, what: str) -> None:
    """Read one record again, or all of a connection; the next `simpul sync` does it."""
    refs = operations.retry(term.hub, what)
    term.say(f"{len(refs)} data akan dibaca lagi.", f"{len(refs)} records will be read again.")
