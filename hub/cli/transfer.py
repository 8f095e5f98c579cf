"""Showing how far a backup or a restore is: a bar where a person watches, a line a minute in a log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from hub.cli.terminal import Terminal, on_screen
from hub.operations.archives.archive import Told

_EVERY = 60.0
_STEPS = {
    "copy": ("Menyalin basis data", "Copying the database"),
    "pack": ("Memampatkan", "Packing"),
    "check": ("Memeriksa cadangan", "Checking the backup"),
    "unpack": ("Membongkar", "Unpacking"),
    "load": ("Memasukkan", "Loading"),
}


@contextmanager
def transfer(terminal: Terminal) -> Iterator[Told]:
    """Give what is told of every piece."""
    if not on_screen():
        yield _Log(terminal).told
        return
    tasks: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True)) as bars:

        def show(step: str, done: int, whole: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(terminal.t(*_STEPS[step]), total=whole)
            bars.update(tasks[step], completed=done, total=whole)

        yield show


class _Log:
    def __init__(self, terminal: Terminal) -> None:
        self._terminal, self._last = terminal, time.monotonic()

    def told(self, step: str, done: int, whole: int | None) -> None:
        if time.monotonic() - self._last < _EVERY:
            return
        self._last = time.monotonic()
        how_far = f"{100 * done // whole} %" if whole else f"{done / 1e6:.0f} MB"
        click.echo(f"{self._terminal.t(*_STEPS[step])}: {how_far}", err=True)
