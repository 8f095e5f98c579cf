"""`simpul migrate`: the tables, brought to this release."""

from __future__ import annotations

import time

import click

from hub.cli.command import Command, terminal
from hub.cli.terminal import Terminal
from hub.store.ahead import Making

# Seconds between two lines about one index.
_APART = 10.0


@click.command(cls=Command)
@terminal
def migrate(term: Terminal) -> None:
    """Bring the tables to this release; web, worker and scheduler of the release before may go on meanwhile."""
    from hub.clock import SystemClock
    from hub.store.store import Store

    store = Store(term.settings.database, (term.clock or SystemClock()).now)
    try:
        revision = store.migrate(tell=_Steps(term))
    finally:
        store.close()
    term.say(f"Tabel-tabel pada revisi {revision}.", f"The tables are at revision {revision}.")


class _Steps:
    """Says which index is being made when it is begun, and every ten seconds how far it is."""

    def __init__(self, term: Terminal) -> None:
        self._term, self._name, self._said = term, "", 0.0

    def __call__(self, making: Making) -> None:
        now = time.monotonic()
        if making.name == self._name and now - self._said < _APART:
            return
        self._name, self._said = making.name, now
        which = f"{making.name} ({making.number}/{making.count})"
        share = "" if making.share is None else f", {making.share:.0%}"
        phase = f": {making.phase}{share}" if making.phase else ""
        self._term.say(f"Membuat indeks {which} selagi hub bekerja{phase}.", f"Making index {which} while the hub works{phase}.")
