"""`simpul worker`: sessions with the apps, as the broker wakes them."""

from __future__ import annotations

from functools import partial

import click

from hub.build import build
from hub.cli.command import Command, terminal
from hub.cli.terminal import Terminal

# Sessions mostly wait for their apps: so many of them at once need the database.
_AT_ONCE = 8


@click.command(cls=Command)
@click.option("--threads", default=64, show_default=True, type=click.IntRange(1, 256), help="Connections at work at once.")
@click.option("--metrics", metavar="HOST:PORT", help="Show what this process counts, without a login.")
@terminal
def worker(term: Terminal, threads: int, metrics: str | None) -> None:
    """Synchronise connections as they are woken, until Ctrl-C; start as many of these as you need."""
    from hub.metrics.exposition import listen
    from hub.work.logs import configure
    from hub.work.roles import work

    configure(term.settings.log_level, term.settings.log_format)
    if metrics is not None:
        listen(metrics)
    opened = partial(build, term.settings, term.clock, migrate=False, threads=min(threads, _AT_ONCE))
    work(opened, term.settings.needed_broker(), threads=threads)
