"""`simpul web`: the pages and the API, in processes of their own."""

from __future__ import annotations

import click

from hub.build import build
from hub.cli.command import Command, terminal
from hub.cli.terminal import Terminal


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; 0.0.0.0 is everywhere.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes any that is free.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256), help="Requests at once in each of them.")
@terminal
def web(term: Terminal, host: str, port: int, workers: int, threads: int) -> None:
    """Answer people and programs, until Ctrl-C; `simpul worker` and `simpul scheduler` do the rest."""
    from hub.metrics.shared import share

    # Before anything counts: whoever counts first decides where.
    share()
    from hub.api.app import create_app
    from hub.work.logs import configure
    from hub.work.web import Answering, answer

    configure(term.settings.log_level, term.settings.log_format)
    how = Answering(host, port, workers, threads)
    answer(how, lambda: build(term.settings, term.clock, migrate=False, threads=threads), create_app, term.settings.broker)
