"""`simpul database`: look at an app's database before there is a connection."""

from __future__ import annotations

import click

from contracts.errors import ConfigurationProblems
from hub.cli.command import Command, Group, terminal
from hub.cli.terminal import Terminal


@click.group(cls=Group)
def database() -> None:
    """Look at an app's database."""


@database.command(cls=Command)
@click.argument("url")
@click.option("--kind", default="database", show_default=True, help="The connector that looks.")
@click.option("--password", "ask", is_flag=True, help="Ask for the password.")
@click.option("--password-env", "variable", metavar="VARIABLE", help="Take the password from the environment.")
@terminal
def inspect(term: Terminal, url: str, kind: str, ask: bool, variable: str | None) -> None:
    """Propose settings for the database at URL; only its catalog and the words of the status column are read."""
    from hub.operations.databases import inspect as look
    from hub.plugins import Connectors

    password = click.prompt(term.t("Kata sandi", "Password"), hide_input=True) if ask else None
    if variable is not None:
        password = term.environ.get(variable)
        if password is None:
            raise ConfigurationProblems([(variable, "is not set in the environment; set it, or use --password to be asked")])
    click.echo(look(Connectors.installed(), url, password, kind=kind), nl=False)
