"""Where a command is: its hub, its language, who types, and how it says things."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import click
from sqlalchemy import make_url

from contracts.errors import SimpulError
from hub.build import Hub, build
from hub.cli.show import plain, table
from hub.clock import Clock
from hub.config import Settings

Two = tuple[str, str]
_YES = frozenset({"y", "ya", "yes"})


class Terminal:
    """One command's surroundings. The hub is opened when it is first needed; ``environ`` and ``clock`` are given by tests."""

    def __init__(self, environ: Mapping[str, str] | None = None, clock: Clock | None = None) -> None:
        self.environ = os.environ if environ is None else environ
        self.clock = clock
        self.debug = False
        self.asked_language: str | None = None

    @cached_property
    def settings(self) -> Settings:
        """The hub's settings; raises ConfigurationProblems."""
        return Settings.load(self.environ)

    @cached_property
    def hub(self) -> Hub:
        """The wired hub; raises ConfigurationProblems, or Refused for tables of PostgreSQL that are of an older release."""
        return self._open(begin=False)

    def begin(self) -> None:
        """Open the hub and make what a new one lacks: tables where there are none, and keys; raises as `hub` does."""
        if "hub" not in self.__dict__:
            self.hub = self._open(begin=True)

    def _open(self, *, begin: bool) -> Hub:
        # Whoever has SQLite is alone with it. With PostgreSQL others are at work, perhaps of another release.
        alone = make_url(self.settings.database).get_backend_name() == "sqlite"
        return build(self.settings, self.clock, migrate=alone, begin=alone or begin)

    def close(self) -> None:
        """Give back what was opened."""
        if "hub" in self.__dict__:
            self.hub.close()

    @property
    def language(self) -> str:
        """``id`` or ``en``: what was asked for, else the hub's own."""
        if self.asked_language is not None:
            return self.asked_language
        try:
            return self.settings.language
        except SimpulError:
            return "id"

    def t(self, indonesian: str, english: str) -> str:
        """Choose the language."""
        return english if self.language == "en" else indonesian

    def say(self, indonesian: str, english: str) -> None:
        """Print a sentence."""
        click.echo(self.t(indonesian, english))

    def complain(self, error: SimpulError) -> None:
        """Print what went wrong and what to do, to stderr."""
        click.echo(f"{self.t('Galat', 'Error')}: {error}", err=True)

    def json(self, value: Any) -> None:
        """Print a value for programs: codes instead of labels, moments in UTC."""
        click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))

    def table(self, columns: Sequence[Two], rows: Sequence[Sequence[Any]]) -> None:
        """Print rows under headings in both languages, or say that there are none."""
        if not rows:
            self.say("Tidak ada.", "None.")
            return
        heads = [self.t(*names) for names in columns]
        table(heads, rows, self.language)

    def sure(self, indonesian: str, english: str, *, yes: bool) -> bool:
        """Ask, unless ``yes``; whatever is not a yes in either language is no, and so is nobody to answer."""
        if yes:
            return True
        try:
            answer = click.prompt(f"{self.t(indonesian, english)} {self.t('[y/T]', '[y/N]')}", default="", show_default=False)
            if answer.strip().casefold() in _YES:
                return True
        except click.Abort:
            click.echo("")
        self.say("Tidak ada yang diubah.", "Nothing was changed.")
        return False


def os_user() -> str:
    """Name whoever runs this process."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def on_screen() -> bool:
    """Tell whether a person watches stderr."""
    return sys.stderr.isatty()
