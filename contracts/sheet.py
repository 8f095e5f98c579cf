"""The capability sheet as JSON, as the hub stores it and shows it; sets are sorted lists, so that equal sheets are equal texts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from contracts.connector import Capabilities, Feed, Part, ResponseAbility
from contracts.content import Field
from contracts.vocabulary import Status, Visibility


def capabilities_to_json(sheet: Capabilities) -> dict[str, Any]:
    """Write every capability, those at their default too."""
    return {each.name: _plain(getattr(sheet, each.name)) for each in dataclasses.fields(sheet)}


def capabilities_from_json(stored: Mapping[str, Any]) -> Capabilities:
    """Read a sheet; what it does not mention has its default, what this version does not know is left out.

    Raises ValueError for a word that this version does not know, KeyError without feed or reads.
    """
    known = {each.name for each in dataclasses.fields(Capabilities)}
    values = {name: value for name, value in stored.items() if name in known}
    values["feed"] = Feed(stored["feed"])
    values["reads"] = _fields(stored["reads"])
    for name, read in _READERS.items():
        if values.get(name) is not None:
            values[name] = read(values[name])
    return Capabilities(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset | set):
        return sorted((_plain(item) for item in value), key=lambda item: (isinstance(item, list), item))
    if isinstance(value, Mapping):
        return {_plain(name): _plain(item) for name, item in sorted(value.items())}
    if isinstance(value, ResponseAbility):
        return {"reads": value.reads, "writes": _plain(value.writes), "cut": value.cut}
    return value


def _fields(names: Iterable[str]) -> frozenset[Field]:
    return frozenset(Field(name) for name in names)


def _parts(names: Iterable[str]) -> frozenset[Part]:
    return frozenset(Part(name) for name in names)


def _statuses(names: Iterable[str]) -> frozenset[Status]:
    return frozenset(Status(name) for name in names)


def _responses(stored: Mapping[str, Any]) -> ResponseAbility:
    writes = frozenset(Visibility(name) for name in stored.get("writes", ()))
    return ResponseAbility(stored.get("reads", False), writes, stored.get("cut"))


_READERS: dict[str, Any] = {
    "creates": _fields,
    "writes": _fields,
    "cuts": lambda stored: {Field(name): length for name, length in stored.items()},
    "statuses": lambda stored: {Status(name): Status(reported) for name, reported in stored.items()},
    "reopens": _statuses,
    "transitions": lambda stored: {Status(name): _statuses(following) for name, following in stored.items()},
    "combines": lambda stored: frozenset(_parts(parts) for parts in stored),
    "together": _parts,
    "responses": _responses,
}
