"""Stopping connections and letting them go on."""

from __future__ import annotations

import click

from hub.cli.command import Command, acting, certain, terminal
from hub.cli.exits import Exit
from hub.cli.terminal import Terminal
from hub.operations import pausing


def _directions(pull: bool, push: bool) -> frozenset[str]:
    chosen = frozenset(name for name, is_chosen in (("pull", pull), ("push", push)) if is_chosen)
    return chosen or pausing.BOTH


@click.command(cls=Command)
@click.argument("name")
@click.option("--pull", is_flag=True, help="Only reading.")
@click.option("--push", is_flag=True, help="Only writing.")
@click.option("--reason", required=True, help="Why; everybody sees it.")
@acting
@terminal
def pause(term: Terminal, name: str, pull: bool, push: bool, reason: str, actor: str) -> None:
    """Stop reading, writing, or both."""
    pausing.pause(term.hub, name, actor, reason, _directions(pull, push))
    term.say(f"{name} dijeda: {reason}.", f"{name} is paused: {reason}.")


@click.command(cls=Command)
@click.argument("name")
@click.option("--pull", is_flag=True, help="Only reading.")
@click.option("--push", is_flag=True, help="Only writing.")
@terminal
def resume(term: Terminal, name: str, pull: bool, push: bool) -> None:
    """Let a connection go on, whatever stopped it."""
    pausing.resume(term.hub, name, _directions(pull, push))
    term.say(f"{name} dilanjutkan.", f"{name} goes on.")


@click.command(cls=Command)
@click.argument("name")
@terminal
def reset(term: Terminal, name: str) -> None:
    """Forget how far the app was read (only while paused); the next pull reads everything."""
    pausing.reset(term.hub, name)
    term.say(f"{name} akan dibaca dari awal.", f"{name} will be read from the beginning.")


@click.command(cls=Command)
@click.argument("name")
@click.option("--force", is_flag=True, help="Although complaints are linked.")
@certain
@terminal
def remove(term: Terminal, name: str, force: bool, yes: bool) -> None:
    """Take a connection away; complaints, ledger and the app's records stay."""
    term.say(
        "Laporan, riwayat dan data di aplikasi tetap ada; tautan berakhir dan rahasia dihapus.",
        "Complaints, ledger and the app's records stay; links end and secrets are destroyed.",
    )
    if not term.sure(f"Hapus koneksi {name}?", f"Remove connection {name}?", yes=yes):
        click.get_current_context().exit(Exit.WAITS)
    ended = pausing.remove(term.hub, name, force=force)
    term.say(f"{name} dihapus; {ended} tautan berakhir.", f"{name} was removed; {ended} links ended.")
