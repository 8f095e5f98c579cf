"""`simpul sync`: read what is new and write what is due, now."""

from __future__ import annotations

import click

from contracts.errors import SimpulError
from hub.cli.command import Command, as_json, terminal
from hub.cli.connections.look import asked_again, state
from hub.cli.exits import Exit, exit_of
from hub.cli.progress import counts, progress
from hub.cli.terminal import Terminal
from hub.cli.writes import show_writes
from hub.operations.running import Run, synchronise
from hub.operations.standing import State, overview
from hub.operations.writes import Write
from hub.operations.writes import dry_run as rehearse


@click.command(cls=Command)
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every connection, one after the other.")
@click.option("--dry-run", is_flag=True, help="Read the app, show every write that would follow, write nothing.")
@as_json
@terminal
def sync(term: Terminal, names: tuple[str, ...], everything: bool, dry_run: bool, as_json: bool) -> None:
    """Synchronise connections now; a sick one does not stop the others."""
    if bool(names) == everything:
        raise click.UsageError("Name connections, or say --all.")
    if everything:
        names = tuple(one.name for one in overview(term.hub))
    worst, found = Exit.OK, []
    for name in names:
        try:
            with progress(term, name) as told:
                one = rehearse(term.hub, name, progress=told) if dry_run else synchronise(term.hub, name, progress=told)
            worst = max(worst, _show(term, one, as_json))
            found.append(one)
        except SimpulError as error:
            term.complain(error)
            worst = max(worst, exit_of(error))
    if as_json:
        term.json(found if not dry_run else [write for writes in found for write in writes])  # type: ignore[union-attr]
    click.get_current_context().exit(worst)


def _show(term: Terminal, one: Run | list[Write], as_json: bool) -> Exit:
    if isinstance(one, Run):
        if not as_json:
            click.echo(sentence(term, one))
        return outcome(one)
    if not as_json:
        show_writes(term, one)
    return Exit.OK


def sentence(term: Terminal, one: Run) -> str:
    """Say what a session did and how its connection stands."""
    text = f"{one.name}: {counts(term, one.tally)}."
    after = one.after
    if after.state is State.INITIALISING:
        text += term.t(" Belum disetujui untuk menulis.", " Not approved to write yet.")
    elif after.state is not State.RUNNING:
        text += f" {state(term, after)}".rstrip(".") + "."
    if after.calls_from and after.state is not State.BACKING_OFF:
        rate = term.t("Jatah panggilannya habis untuk saat ini", "It has had its calls for now")
        text += f" {rate}; {asked_again(term, after.calls_from)}."
    if one.news:
        text += term.t(f" {one.news} hal baru menunggu keputusan.", f" {one.news} more things wait for a person.")
    for error in dict.fromkeys(one.tally.errors):
        text += f"\n  {error}" if error not in text else ""
    return text


def outcome(one: Run) -> Exit:
    """Return the exit code of a session."""
    if one.after.sick or one.after.state is State.RECOVERING and one.after.detail or one.news:
        return Exit.WAITS
    if one.after.state is State.BACKING_OFF or one.after.errors:
        return Exit.UNREACHABLE
    return Exit.OK
