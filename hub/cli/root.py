"""The command `simpul` itself: every error that leaves a command becomes one sentence and an exit code here."""

from __future__ import annotations

import traceback
from typing import Any

import click

from contracts.errors import SimpulError
from hub.cli.command import LazyGroup
from hub.cli.exits import Exit, exit_of
from hub.cli.terminal import Terminal

_COMMANDS = {
    "init": "hub.cli.init:init",
    "status": "hub.cli.status:status",
    "accounts": "hub.cli.accounts:accounts",
    "tokens": "hub.cli.tokens:tokens",
    "connectors": "hub.cli.connectors:connectors",
    "connections": "hub.cli.connections:connections",
    "sync": "hub.cli.sync:sync",
    "serve": "hub.cli.serve:serve",
    "web": "hub.cli.web:web",
    "worker": "hub.cli.worker:worker",
    "scheduler": "hub.cli.scheduler:scheduler",
    "migrate": "hub.cli.migrate:migrate",
    "events": "hub.cli.events:events",
    "agencies": "hub.cli.agencies:agencies",
    "complaints": "hub.cli.complaints:complaints",
    "conflicts": "hub.cli.conflicts:conflicts",
    "deliveries": "hub.cli.deliveries:deliveries",
    "quarantine": "hub.cli.quarantine:quarantine",
    "reconcile": "hub.cli.reconcile:reconcile",
    "recover": "hub.cli.recover:recover",
    "checkpoint": "hub.cli.checkpoint:checkpoint",
    "links": "hub.cli.links:links",
    "database": "hub.cli.database:database",
    "health": "hub.cli.health:health",
    "backup": "hub.cli.backup:backup",
    "restore": "hub.cli.restore:restore",
    "demo": "hub.demo.command:demo",
}


class Root(LazyGroup):
    """The outermost group."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; raises click's Exit with a code of `Exit`."""
        terminal = ctx.ensure_object(Terminal)
        ctx.call_on_close(terminal.close)
        try:
            return super().invoke(ctx)
        except SimpulError as error:
            _trace(terminal)
            terminal.complain(error)
            ctx.exit(exit_of(error))
        except KeyboardInterrupt:
            click.echo(terminal.t("\nDihentikan; jalankan lagi untuk melanjutkan.", "\nStopped; run it again to go on."), err=True)
            ctx.exit(Exit.INTERRUPTED)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            _trace(terminal)
            ctx.exit(_unforeseen(terminal, error))


def _trace(terminal: Terminal) -> None:
    if terminal.debug:
        click.echo(traceback.format_exc(), err=True)


def _unforeseen(terminal: Terminal, error: Exception) -> Exit:
    """Say what can be said without repeating the error's text, which may hold data or an address with a password."""
    kind = type(error)
    if kind.__module__.startswith("sqlalchemy") and kind.__name__ in ("OperationalError", "InterfaceError"):
        terminal.complain(SimpulError("The hub's own database cannot be reached or is busy.", "Check SIMPUL_DATABASE, then try again."))
        return Exit.UNREACHABLE
    if isinstance(error, ModuleNotFoundError):
        advice = "Install the hub from its checkout with `pip install '.[hub]'`, and the driver of your database."
        terminal.complain(SimpulError(f"The package '{error.name}' is missing.", advice))
        return Exit.CONFIGURATION
    terminal.complain(
        SimpulError(f"This is a mistake in the program ({kind.__name__}).", "Run it again with --debug and report what it shows.")
    )
    return Exit.BUG


@click.command(cls=Root, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="simpul", message="%(version)s")
def root() -> None:
    """Keep complaints the same in the national system and in every local app."""
