"""`simpul backup`: one file from which the hub can be put back."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.command import Command, as_json, terminal
from hub.cli.exits import Exit
from hub.cli.terminal import Terminal
from hub.cli.transfer import transfer
from hub.clock import SystemClock
from hub.operations.backing_up import Backup, back_up


@click.command(cls=Command)
@click.argument("target", metavar="FILE|FOLDER", type=click.Path(path_type=Path))
@click.option("--with-keys", is_flag=True, help="Put the key ring in too: whoever has the file can then read everything.")
@as_json
@terminal
def backup(term: Terminal, target: Path, with_keys: bool, as_json: bool) -> None:
    """Back up the hub's database while it serves; the key ring is backed up apart."""
    with transfer(term) as told:
        made = back_up(term.settings, term.clock or SystemClock(), target, with_keys=with_keys, told=told)
    if as_json:
        term.json({"path": str(made.path), "size": made.size, "id": made.manifest.id, "lacking": list(made.lacking)})
    else:
        _tell(term, made, with_keys)
    if made.lacking:
        ids = ", ".join(made.lacking)
        click.echo(
            term.t(
                f"Peringatan: kunci {ids} tidak ada di berkas kunci; data yang disegel dengannya tidak dapat dibuka.",
                f"Warning: the key ring lacks {ids}; what they sealed cannot be opened.",
            ),
            err=True,
        )
        click.get_current_context().exit(Exit.WAITS)


def _tell(term: Terminal, made: Backup, with_keys: bool) -> None:
    found = made.manifest.facts
    term.say(
        f"{made.path}: {made.size / 1e6:.1f} MB, {found.complaints} laporan, rilis {made.manifest.release}.",
        f"{made.path}: {made.size / 1e6:.1f} MB, {found.complaints} complaints, release {made.manifest.release}.",
    )
    if with_keys:
        term.say(
            "Peringatan: berkas ini berisi kunci. Siapa pun yang memilikinya dapat membaca semua data pribadi; simpan seperti kunci.",
            "Warning: this file holds the keys. Whoever has it can read all personal data; keep it as you keep the keys.",
        )
    else:
        term.say(
            f"Kunci tidak disertakan; cadangkan {term.settings.keys} terpisah: tanpanya cadangan ini tidak dapat dibuka.",
            f"The keys are not in it; back up {term.settings.keys} apart: without them this backup cannot be opened.",
        )
