"""`simpul health`: what a supervisor asks a process of ours, without any other program to ask with."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

import click

from hub.cli.command import Command, terminal
from hub.cli.exits import Exit
from hub.cli.terminal import Terminal

_PATIENCE = 5.0
_WORDS = 200


@click.command(cls=Command)
@click.argument("url")
@terminal
def health(term: Terminal, url: str) -> None:
    """Ask a running process whether it is well: web at /health/ready, worker and scheduler at the address of their --metrics."""
    if not url.startswith("http://"):
        raise click.UsageError("Name an address like http://127.0.0.1:8080/health/ready.")
    # No proxy: the process is on this machine.
    asking = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with asking.open(url, timeout=_PATIENCE) as answer:
            answer.read(_WORDS)
            return
    except urllib.error.HTTPError as error:
        with error:
            why = error.read(_WORDS).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        why = getattr(getattr(error, "reason", error), "strerror", None) or type(error).__name__
    term.say(f"Tidak sehat: {why}", f"Not well: {why}")
    click.get_current_context().exit(Exit.WAITS)
