"""`simpul checkpoint`: how far an app was read."""

from __future__ import annotations

import click

from hub.cli.command import Command, Group, as_json, terminal
from hub.cli.terminal import Terminal, Two
from hub.operations import checkpoints as operations

_COLUMNS: list[Two] = [("No", "No"), ("Waktu", "When"), ("Kursor", "Cursor"), ("Data terakhir", "Last records"), ("Berlaku", "Current")]


@click.group(cls=Group)
def checkpoint() -> None:
    """Show how far an app was read, or go back."""


@checkpoint.command(cls=Command)
@click.argument("name")
@as_json
@terminal
def show(term: Terminal, name: str, as_json: bool) -> None:
    """Show the last 50 checkpoints, the newest first."""
    found = operations.checkpoints(term.hub, name)
    if as_json:
        term.json(found)
    else:
        term.table(_COLUMNS, [(each.id, each.at, each.cursor, each.samples, each.current) for each in found])


@checkpoint.command(cls=Command)
@click.argument("name")
@click.option("--to", "number", type=int, required=True, metavar="NO", help="Which checkpoint.")
@terminal
def rewind(term: Terminal, name: str, number: int) -> None:
    """Read on from an earlier checkpoint (only while pulls are paused)."""
    operations.rewind(term.hub, name, number)
    term.say(
        f"{name} kembali ke {number}; `simpul connections resume {name}` membacanya lagi.",
        f"{name} went back to {number}; `simpul connections resume {name}` reads on from there.",
    )
