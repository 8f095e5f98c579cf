"""`simpul connections`: the connections, from their making to their end."""

from __future__ import annotations

import click

from hub.cli.command import Group
from hub.cli.connections.add import add
from hub.cli.connections.approve import approve
from hub.cli.connections.declared import apply, export
from hub.cli.connections.life import pause, remove, reset, resume
from hub.cli.connections.look import check, list_, probe, show
from hub.cli.connections.webhook import hints, webhook


@click.group(cls=Group)
def connections() -> None:
    """Make, look at, stop and change connections to local apps."""


for _command in (add, list_, show, check, probe, pause, resume, reset, remove, apply, export, approve, webhook, hints):
    connections.add_command(_command)
