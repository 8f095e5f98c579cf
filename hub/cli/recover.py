"""`simpul recover`: after an app or the hub itself was restored from a backup."""

from __future__ import annotations

import click

from hub.cli.command import Command, acting, as_json, certain, terminal
from hub.cli.exits import Exit
from hub.cli.progress import progress
from hub.cli.sync import outcome, sentence
from hub.cli.terminal import Terminal
from hub.cli.writes import show_writes
from hub.operations import recovering
from hub.operations.running import synchronise


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option("--hub", "of_hub", is_flag=True, help="The hub's own database was restored: every connection recovers.")
@as_json
@certain
@acting
@terminal
def recover(term: Terminal, name: str | None, of_hub: bool, as_json: bool, yes: bool, actor: str) -> None:
    """Show the plan of a recovery, ask, and carry it out: everything is read before anything is written."""
    if (name is None) != of_hub:
        raise click.UsageError("Name the connection whose app was restored, or say --hub.")
    if name is None:
        _recover_hub(term, yes)
        return
    with progress(term, name) as told:
        plan = recovering.plan(term.hub, name, progress=told)
    if as_json:
        term.json(plan)
    else:
        _show(term, plan)
    if not term.sure(f"Pulihkan {name} dengan cara ini?", f"Recover {name} like this?", yes=yes):
        click.get_current_context().exit(Exit.WAITS)
    recovering.recover(term.hub, name, actor)
    with progress(term, name) as told:
        one = synchronise(term.hub, name, progress=told)
    if not as_json:
        click.echo(sentence(term, one))
    click.get_current_context().exit(outcome(one))


def _show(term: Terminal, plan: recovering.RecoveryPlan) -> None:
    show_writes(term, plan.writes)
    term.say(
        f"{len(plan.again)} dibuat lagi, {len(plan.writes) - len(plan.again)} ditulis lagi, "
        f"{plan.conflicts} nilai aplikasi disimpan sebagai konflik, {plan.imported} laporan baru.",
        f"{len(plan.again)} created again, {len(plan.writes) - len(plan.again)} written again, "
        f"{plan.conflicts} values of the app kept as conflicts, {plan.imported} new complaints.",
    )


def _recover_hub(term: Terminal, yes: bool) -> None:
    term.say(
        "Setiap koneksi akan dibaca seluruhnya sebelum ada yang ditulis ke sana.",
        "Every connection will be read whole before anything is written there.",
    )
    if not term.sure("Mulai pemulihan hub?", "Begin the hub's recovery?", yes=yes):
        click.get_current_context().exit(Exit.WAITS)
    names = recovering.recover_hub(term.hub)
    term.say(
        f"{len(names)} koneksi dalam pemulihan; `simpul sync --all` membacanya.",
        f"{len(names)} connections recover; `simpul sync --all` reads them.",
    )
