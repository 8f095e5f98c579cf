"""`simpul scheduler`: wakes who is due and announces what has changed."""

from __future__ import annotations

import click

from hub.build import build
from hub.cli.command import Command, terminal
from hub.cli.terminal import Terminal


@click.command(cls=Command)
@click.option(
    "--every", default=1.0, show_default=True, type=click.FloatRange(0.1, 3600), help="Seconds between two looks for what is due."
)
@click.option("--metrics", metavar="HOST:PORT", help="Show what this process counts, without a login.")
@terminal
def scheduler(term: Terminal, every: float, metrics: str | None) -> None:
    """Wake connections that are due and announce what has changed, until Ctrl-C; a second one stands by."""
    from hub.metrics.exposition import listen
    from hub.work.logs import configure
    from hub.work.roles import schedule

    configure(term.settings.log_level, term.settings.log_format)
    if metrics is not None:
        listen(metrics)
    schedule(lambda: build(term.settings, term.clock, migrate=False), term.settings.needed_broker(), every=every)
