"""`simpul reconcile`: compare everything with an app."""

from __future__ import annotations

import click

from hub.cli.command import Command, as_json, terminal
from hub.cli.deliveries import COLUMNS, row
from hub.cli.exits import Exit
from hub.cli.progress import progress
from hub.cli.sync import outcome, sentence
from hub.cli.terminal import Terminal
from hub.operations.deliveries import deliveries
from hub.operations.running import reconcile as compare


@click.command(cls=Command)
@click.argument("name")
@as_json
@terminal
def reconcile(term: Terminal, name: str, as_json: bool) -> None:
    """Compare everything, heal what differs, and say as of when both sides are verified equal."""
    with progress(term, name) as told:
        one = compare(term.hub, name, progress=told)
    left = deliveries(term.hub, name)
    equal = one.after.verified_at is not None and one.after.verified_at != one.before.verified_at and not left
    if as_json:
        term.json({"equal": equal, "verified_at": one.after.verified_at, "tally": one.tally, "differs": left})
    else:
        click.echo(sentence(term, one))
        if equal:
            text = term.t("terverifikasi sama per", "verified equal as of")
            term.table([("Koneksi", "Connection"), (text, text)], [(name, one.after.verified_at)])
        else:
            term.say("Belum terverifikasi sama; yang berbeda:", "Not verified equal; what differs:")
            term.table(COLUMNS, [row(each) for each in left])
    click.get_current_context().exit(max(outcome(one), Exit.OK if equal else Exit.WAITS))
