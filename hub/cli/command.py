"""The shapes all commands share: their common options, and names that are loaded when they are used."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, TypeVar

import click

from contracts.strict import nearest
from hub.cli.terminal import Terminal, os_user

F = TypeVar("F", bound=Callable[..., Any])

terminal = click.make_pass_decorator(Terminal, ensure=True)


def _language(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Terminal).asked_language = value


def _debug(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Terminal).debug = True


def common() -> list[click.Parameter]:
    """Return the options that every command and group takes."""
    languages = click.Choice(["id", "en"])
    return [
        click.Option(["--lang"], type=languages, expose_value=False, callback=_language, is_eager=True, help="Language of the output."),
        click.Option(["--debug"], is_flag=True, expose_value=False, callback=_debug, is_eager=True, help="Show tracebacks."),
    ]


class Command(click.Command):
    """A command with the common options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += common()


class Group(click.Group):
    """A group whose commands have the common options; an unknown name is answered with the nearest."""

    command_class = Command
    group_class = type

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; raises UsageError."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(f"There is no command '{args[0]}'. {nearest(args[0], self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(Group):
    """A group that imports a command when it is used. ``lazy``: name to ``module:attribute``."""

    def __init__(self, *args: Any, lazy: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy
        self.params += common()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of commands whose module is there."""
        return sorted({*super().list_commands(ctx), *(name for name, place in self.lazy.items() if _is_there(place))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        place = self.lazy.get(cmd_name)
        if place is None or not _is_there(place):
            return super().get_command(ctx, cmd_name)
        module, _, attribute = place.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


def _is_there(place: str) -> bool:
    return importlib.util.find_spec(place.partition(":")[0]) is not None


def as_json(function: F) -> F:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def acting(function: F) -> F:
    """Add ``--as``: in whose name it is done."""
    return click.option("--as", "actor", default=os_user, show_default="the user", help="In whose name.")(function)


def certain(function: F) -> F:
    """Add ``--yes``."""
    return click.option("--yes", is_flag=True, help="Do not ask.")(function)
