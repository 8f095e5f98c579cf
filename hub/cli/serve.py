"""`simpul serve`: the hub in one process."""

from __future__ import annotations

import click

from hub.build import build
from hub.cli.command import Command, terminal
from hub.cli.terminal import Terminal


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; 0.0.0.0 is everywhere.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes any that is free.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256), help="Connections at work at once.")
@click.option(
    "--every", default=1.0, show_default=True, type=click.FloatRange(0.1, 3600), help="Seconds between two looks for what is due."
)
@terminal
def serve(term: Terminal, host: str, port: int, threads: int, every: float) -> None:
    """Serve the pages, synchronise every connection when it is due, until Ctrl-C."""
    # Taken in only here: no other command needs them, and they cost half a second.
    from hub.api.app import create_app
    from hub.work.logs import configure
    from hub.work.serving import Serving
    from hub.work.serving import serve as run

    configure(term.settings.log_level, term.settings.log_format)
    run(Serving(host, port, threads, every, broker=term.settings.broker), lambda: build(term.settings, term.clock), create_app)
