"""Showing how far a session is: live where a person watches, a line a minute in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console

from hub.cli.terminal import Terminal, on_screen
from hub.session.session import Tally

_EVERY = 60.0


@contextmanager
def progress(terminal: Terminal, name: str) -> Iterator[Callable[[Tally], None]]:
    """Give what a session calls after every task and page."""
    if on_screen():
        console = Console(stderr=True)
        with console.status(name) as status:
            yield lambda tally: status.update(f"{name}: {counts(terminal, tally)}")
        return
    last = time.monotonic()

    def log(tally: Tally) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY:
            last = time.monotonic()
            click.echo(f"{name}: {counts(terminal, tally)}", err=True)

    yield log


def counts(terminal: Terminal, tally: Tally) -> str:
    """Say in words what was read, written and put aside."""
    read, aside = tally.records + tally.reads, tally.rejected
    return terminal.t(
        f"{read} dibaca, {tally.creates} dibuat, {tally.edits} diubah, {aside} dikarantina",
        f"{read} read, {tally.creates} created, {tally.edits} changed, {aside} quarantined",
    )
