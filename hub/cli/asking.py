"""Asking for what must be seen by nobody: never an argument, for the list of processes shows those."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from hub.cli.terminal import Terminal

F = TypeVar("F", bound=Callable[..., Any])


def from_stdin(function: F) -> F:
    """Add ``--password-stdin``."""
    return click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")(function)


def by_a_person() -> bool:
    """Tell whether somebody can be asked."""
    return sys.stdin.isatty()


def read_password() -> str:
    """Return the first line of stdin."""
    return sys.stdin.readline().rstrip("\r\n")


def new_password(term: Terminal, password_stdin: bool, *, may_be_empty: bool = False) -> str:
    """Ask twice without showing it, or read it from stdin."""
    if password_stdin:
        return read_password()
    first, again = term.t("Kata sandi", "Password"), term.t("Ulangi kata sandi", "Repeat the password")
    default: dict[str, Any] = {"default": "", "show_default": False} if may_be_empty else {}
    return str(click.prompt(first, hide_input=True, confirmation_prompt=again, **default))
