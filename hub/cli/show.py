"""Values on a screen and in JSON. What an app said is text, never markup and never a control character."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.content import iso
from contracts.vocabulary import Word

_WIDE = 2_000


def plain(value: Any) -> Any:
    """Turn a value into what JSON has: dataclasses to objects, words to codes, moments to UTC text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else value


def shown(value: Any, language: str) -> str:
    """Write one value for a person: words by their label, moments in this machine's zone, nothing as a dash."""
    if value is None or value == "" or value == {} or value == []:
        return "-"
    if isinstance(value, Word):
        return value.label(language)
    if isinstance(value, bool):
        yes, no = ("yes", "no") if language == "en" else ("ya", "tidak")
        return yes if value else no
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M %Z")
    if isinstance(value, Mapping):
        return "; ".join(f"{name}={shown(inner, language)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(shown(inner, language) for inner in value)
    return clean(str(value))


def clean(text: str) -> str:
    """Take out of a foreign text what could steer a terminal; line ends become spaces."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], language: str) -> None:
    """Print a table; in a pipe nothing is cut, folded or drawn."""
    screen = sys.stdout.isatty()
    grid = Table(*heads, box=box.SIMPLE_HEAD if screen else None, pad_edge=False, header_style="bold" if screen else "")
    for column in grid.columns:
        column.overflow = "fold"
    for row in rows:
        grid.add_row(*(Text(shown(value, language)) for value in row))
    if screen:
        Console().print(grid)
        return
    out = io.StringIO()
    Console(file=out, width=_WIDE, color_system=None).print(grid)
    click.echo("\n".join(line.rstrip() for line in out.getvalue().splitlines()))


def compact(value: Any) -> str:
    """Write a nested value on one line."""
    return value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False, sort_keys=True)
