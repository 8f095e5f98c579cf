"""Connections as a file says them, and what differs; `hub.operations.applying` carries it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from contracts.errors import ConfigurationProblems
from contracts.strict import StrictSchema
from contracts.wire import Text
from hub.build import Hub
from hub.operations.connections import Checked, Wanted, checked
from hub.operations.sealing import open_secrets, split_secrets
from hub.plugins import listed
from hub.store.rows import ConnectionRow
from hub.words import Phase

MASK = "•••"


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that would become another; secrets are masked."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """What would happen to one connection; ``new`` when it is to be made."""

    asked: Checked
    new: bool
    fields: tuple[Changed, ...]

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.asked.wanted.name


class DeclaredSchema(StrictSchema):
    """One connection in a file."""

    name = Text(50, shortest=1, required=True)
    kind = Text(60, shortest=1, required=True)
    agency = Text(60, allow_none=True)
    settings = fields.Dict(load_default=dict)
    policy = fields.Dict(load_default=dict)


def compare(hub: Hub, content: Any) -> list[Difference]:
    """Return what differs between a file's connections and the hub's; raises ConfigurationProblems with all that is wrong."""
    wanted = _wanted(content)
    problems: list[tuple[str, str]] = []
    differences: list[Difference] = []
    with hub.store.unit() as unit:
        rows = {row.name: row for row in unit.connections() if row.phase is not Phase.REMOVED}
    for each in wanted:
        row = rows.get(each.name)
        if row is not None and row.kind != each.kind:
            problems.append((f"{each.name}.kind", f"is {row.kind} and cannot become {each.kind}; add a connection under another name"))
            continue
        try:
            found = _difference(hub, each, row)
        except ConfigurationProblems as error:
            problems += [(f"{each.name}.{where}", what) for where, what in error.problems]
        else:
            differences += [found] if found.new or found.fields else []
    if problems:
        raise ConfigurationProblems(problems)
    return differences


def _wanted(content: Any) -> list[Wanted]:
    if not isinstance(content, list) or not content:
        raise ConfigurationProblems([("file", "is not a list of connections; begin each with '- name: ...'")])
    problems = DeclaredSchema(many=True).validate(content)
    if problems:
        raise ConfigurationProblems(listed(problems, "connections"))
    loaded = DeclaredSchema(many=True).load(content)
    names = [each["name"] for each in loaded]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationProblems([(name, "stands in the file twice; keep one") for name in twice])
    return [Wanted(each["name"], each["kind"], each["settings"], each.get("agency"), each["policy"]) for each in loaded]


def _difference(hub: Hub, wanted: Wanted, row: ConnectionRow | None) -> Difference:
    if row is None:
        asked = checked(hub, wanted)
        return Difference(asked, True, tuple(_changes({}, {}, asked)))
    kept = open_secrets(hub, row)
    # A file without secrets keeps those that are stored: what `export` writes changes nothing.
    whole = {**{name: value for name, value in kept.items() if name not in wanted.settings}, **wanted.settings}
    asked = checked(hub, Wanted(wanted.name, wanted.kind, whole, wanted.agency, wanted.policy))
    old = {"agency": row.agency, "settings": row.settings, "policy": row.policy}
    return Difference(asked, False, tuple(_changes(old, kept, asked)))


def _changes(old: Mapping[str, Any], kept: Mapping[str, Any], asked: Checked) -> Iterator[Changed]:
    new = {"agency": asked.wanted.agency, "settings": asked.public, "policy": asked.wanted.policy}
    before, after = dict(_flat(old)), dict(_flat(new))
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path):
            yield Changed(path, before.get(path), after.get(path))
    for name in sorted(kept.keys() | asked.secret.keys()):
        if kept.get(name) != asked.secret.get(name):
            yield Changed(f"settings.{name}", MASK if name in kept else None, MASK if name in asked.secret else None)


def _flat(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        where = f"{path}.{name}" if path else str(name)
        if isinstance(inner, Mapping) and inner:
            yield from _flat(inner, where)
        elif inner is not None and inner != {}:
            yield where, inner


def export(hub: Hub) -> list[dict[str, Any]]:
    """Return every connection as `compare` reads it, without secrets."""
    with hub.store.unit() as unit:
        return [_exported(hub, row) for row in unit.connections() if row.phase is not Phase.REMOVED]


def _exported(hub: Hub, row: ConnectionRow) -> dict[str, Any]:
    public = split_secrets(hub.connectors.get(row.kind).settings_schema(), row.settings)[0]
    said = {"name": row.name, "kind": row.kind, "agency": row.agency, "settings": public, "policy": row.policy}
    return {name: value for name, value in said.items() if value not in (None, {})}
