"""Connections as a file."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.command import Command, as_json, certain, terminal
from hub.cli.exits import Exit
from hub.cli.show import compact
from hub.cli.terminal import Terminal, Two
from hub.operations import declared
from hub.operations.applying import carry_out
from hub.operations.files import read_yaml, write_yaml

_COLUMNS: list[Two] = [("Koneksi", "Connection"), ("Hal", "Field"), ("Sekarang", "Now"), ("Menjadi", "Becomes")]


@click.command(cls=Command)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@certain
@terminal
def apply(term: Terminal, path: Path, yes: bool) -> None:
    """Make the connections what a YAML file says; what it does not name stays."""
    differences = declared.compare(term.hub, read_yaml(path))
    if not differences:
        term.say("Tidak ada perbedaan.", "Nothing differs.")
        return
    rows = [
        (("+ " if each.new else "") + each.name, field.path, _value(field.old), _value(field.new))
        for each in differences
        for field in each.fields
    ]
    term.table(_COLUMNS, rows or [("+ " + each.name, "", "", "") for each in differences])
    if not term.sure("Terapkan?", "Apply this?", yes=yes):
        click.get_current_context().exit(Exit.WAITS)
    carry_out(term.hub, differences)
    term.say(f"{len(differences)} koneksi diterapkan.", f"{len(differences)} connections were applied.")


def _value(value: object) -> str | None:
    return None if value is None else compact(value)


@click.command(cls=Command)
@as_json
@terminal
def export(term: Terminal, as_json: bool) -> None:
    """Print all connections as `apply` reads them, without secrets."""
    found = declared.export(term.hub)
    if as_json:
        term.json(found)
    else:
        click.echo(write_yaml(found), nl=False)
