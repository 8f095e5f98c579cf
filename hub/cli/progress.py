"""Showing how far a session is, live where a person watches, a line a minute in a log; and where it may be interrupted."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

import click
from rich.console import Console

from hub.cli.terminal import Terminal, on_screen
from hub.session.session import Tally

_EVERY = 60.0


@contextmanager
def progress(terminal: Terminal, name: str) -> Iterator[Callable[[Tally], None]]:
    """Give what a session calls after every task and page; there, and not in the middle of one, Ctrl-C ends it."""
    with _ending(terminal) as asked, _shown(terminal, name) as show:

        def told(tally: Tally) -> None:
            show(tally)
            if asked():
                raise KeyboardInterrupt

        yield told


@contextmanager
def _ending(terminal: Terminal) -> Iterator[Callable[[], bool]]:
    """Listen to Ctrl-C and tell whether the end was asked for; a second one is the end."""
    if current_thread() is not main_thread():
        yield lambda: False
        return
    asked: list[int] = []

    def hear(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        soon = "Berhenti setelah langkah ini; Ctrl-C sekali lagi menghentikan sekarang juga."
        click.echo("\n" + terminal.t(soon, "Stopping after this step; another Ctrl-C stops at once."), err=True)

    before = signal.signal(signal.SIGINT, hear)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _shown(terminal: Terminal, name: str) -> Iterator[Callable[[Tally], None]]:
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
