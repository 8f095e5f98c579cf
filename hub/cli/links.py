"""`simpul links`: saying by hand which record is which complaint."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.command import Command, Group, acting, as_json, terminal
from hub.cli.exits import Exit
from hub.cli.terminal import Terminal
from hub.operations import pairs
from hub.operations.pairlist import import_pairs


@click.group(cls=Group)
def links() -> None:
    """Link records to complaints, or part them."""


@links.command(cls=Command)
@click.argument("connection")
@click.argument("ref")
@click.argument("complaint")
@terminal
def add(term: Terminal, connection: str, ref: str, complaint: str) -> None:
    """Let COMPLAINT hold the record REF of an app; what differs is on record, not overwritten."""
    receives = pairs.link(term.hub, connection, ref, complaint)
    term.say(f"{connection} {ref} tertaut dengan {complaint}.", f"{connection} {ref} is linked to {complaint}.")
    if not receives:
        term.say(
            f"{connection} bukan penerima laporan ini: tidak ada yang dikirim ke sana.",
            f"{connection} is no receiver of this complaint: nothing is pushed there.",
        )


@links.command(cls=Command)
@click.argument("connection")
@click.argument("ref")
@acting
@terminal
def remove(term: Terminal, connection: str, ref: str, actor: str) -> None:
    """Part a record from its complaint; it comes in again as what it says it is."""
    complaint = pairs.unlink(term.hub, connection, ref, actor)
    if complaint is None:
        term.say(f"{connection} {ref} tidak lagi dianggap pasangan.", f"{connection} {ref} is no longer taken for one of a pair.")
    else:
        term.say(f"{connection} {ref} dipisahkan dari {complaint}.", f"{connection} {ref} was parted from {complaint}.")


@links.command("import", cls=Command)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@as_json
@terminal
def import_(term: Terminal, path: Path, as_json: bool) -> None:
    """Take in a CSV of pairs: connection,ref,other_connection,other_ref."""
    done = import_pairs(term.hub, path)
    if as_json:
        term.json(done)
    else:
        term.say(
            f"{done.new} pasangan baru, {done.known} sudah dikenal, {done.duplicates} perlu keputusan (simpul conflicts list).",
            f"{done.new} new pairs, {done.known} known before, {done.duplicates} to be decided (simpul conflicts list).",
        )
    click.get_current_context().exit(Exit.WAITS if done.duplicates else Exit.OK)
