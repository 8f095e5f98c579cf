"""`simpul conflicts`: what waits for a decision, and deciding it."""

from __future__ import annotations

import click

from hub.cli.command import Command, Group, acting, as_json, terminal
from hub.cli.exits import Exit
from hub.cli.show import compact
from hub.cli.terminal import Terminal, Two
from hub.operations.conflicts import CHOICES, Waiting
from hub.operations.conflicts import conflicts as waiting
from hub.operations.deciding import Choice
from hub.operations.deciding import resolve as decide

_COLUMNS: list[Two] = [
    ("No", "No"),
    ("Jenis", "Kind"),
    ("Laporan", "Complaint"),
    ("Koneksi", "Connection"),
    ("Hal", "Field"),
    ("Nilai hub", "Hub's value"),
    ("Nilai aplikasi", "App's value"),
    ("Aturan", "Rule"),
    ("--keep hub", "--keep hub"),
    ("--keep local", "--keep local"),
]


@click.group(cls=Group)
def conflicts() -> None:
    """List and decide what waits for a person."""


@conflicts.command("list", cls=Command)
@click.option("--all", "everything", is_flag=True, help="Also what was decided, by whom or by which rule.")
@as_json
@terminal
def list_(term: Terminal, everything: bool, as_json: bool) -> None:
    """List conflicts, the oldest first."""
    found = waiting(term.hub, everything=everything)
    if as_json:
        term.json(found)
        return
    term.table(_COLUMNS, [_row(term, each) for each in found])


def _row(term: Terminal, each: Waiting) -> tuple[object, ...]:
    values = [None if value is None else compact(value) for value in (each.hub_value, each.local_value)]
    if each.state == "open":
        hub, local = (term.t(*said) for said in CHOICES[each.kind])
    else:
        hub, local = (f"{each.state} {each.decided_by or ''}" if each.kept == side else "" for side in ("hub", "local"))
    return each.id, each.kind, each.tracking_id, each.connection, each.field, *values, each.note or each.rule, hub, local


@conflicts.command(cls=Command)
@click.argument("number", type=int, metavar="NO")
@click.option("--keep", type=click.Choice(["hub", "local"]), required=True, help="Whose side stands; `list` says what that means.")
@click.option("--value", help="Another value instead, or the record's id where the list asks for it.")
@acting
@terminal
def resolve(term: Terminal, number: int, keep: str, value: str | None, actor: str) -> None:
    """Decide one conflict."""
    decide(term.hub, number, Choice(keep, actor, value))
    term.say(f"Konflik {number} diputuskan.", f"Conflict {number} is decided.")
    left = len(waiting(term.hub))
    if left:
        term.say(f"{left} masih menunggu.", f"{left} still wait.")
    click.get_current_context().exit(Exit.OK)
