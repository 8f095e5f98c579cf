"""`simpul agencies`: the tree that decides which connection a complaint's holder is reached by."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.command import Command, Group, as_json, certain, terminal
from hub.cli.exits import Exit
from hub.cli.terminal import Terminal, Two
from hub.operations import agencies as operations
from hub.operations.files import read_yaml

_COLUMNS: list[Two] = [("Kode", "Code"), ("Nama", "Name"), ("Induk", "Parent"), ("Koneksi", "Connection")]


@click.group(cls=Group)
def agencies() -> None:
    """List agencies, or take them from a file."""


@agencies.command("list", cls=Command)
@as_json
@terminal
def list_(term: Terminal, as_json: bool) -> None:
    """List agencies by code."""
    found = operations.agencies(term.hub)
    if as_json:
        term.json(found)
    else:
        term.table(_COLUMNS, [(each.code, each.name, each.parent, each.connection) for each in found])


@agencies.command(cls=Command)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@certain
@terminal
def apply(term: Terminal, path: Path, yes: bool) -> None:
    """Make the agencies what a YAML list says (code, name, parent, connection); what it does not name stays."""
    differences = operations.compare(term.hub, read_yaml(path))
    if not differences:
        term.say("Tidak ada perbedaan.", "Nothing differs.")
        return
    rows: list[tuple[object, ...]] = []
    for each in differences:
        old = each.old
        for name in ("name", "parent", "connection"):
            before, after = getattr(old, name, None), getattr(each.new, name)
            if before != after:
                rows.append((("+ " if old is None else "") + each.new.code, name, before, after))
    term.table([("Instansi", "Agency"), ("Hal", "Field"), ("Sekarang", "Now"), ("Menjadi", "Becomes")], rows)
    if not term.sure("Terapkan?", "Apply this?", yes=yes):
        click.get_current_context().exit(Exit.WAITS)
    looked = operations.carry_out(term.hub, differences)
    term.say(
        f"{len(differences)} instansi diterapkan; {looked} laporan diperiksa ulang penerimanya.",
        f"{len(differences)} agencies were applied; the receivers of {looked} complaints were decided again.",
    )
