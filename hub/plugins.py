"""Finds connectors by the name of their entry point; the only module that touches pluggy's manager.

A plugin of an outside author that does not load is listed with its error and stops none of the others.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy
from marshmallow import Schema, ValidationError

from contracts import hookspecs
from contracts.connector import Connector
from contracts.errors import ConfigurationProblems, NotFound
from contracts.strict import nearest

_OURS = "simpul"


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that could not be used: the name of its entry point, the package that brought it, and why."""

    name: str
    package: str
    problem: str


class Connectors:
    """The kinds of app this installation can speak to, by name; `installed` fills it, `register` adds one by hand."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._kinds: dict[str, type[Connector]] = {}
        self._broken: list[Broken] = []
        self._schemas: dict[str, Schema] = {}

    @classmethod
    def installed(cls, points: Iterable[EntryPoint] | None = None) -> Connectors:
        """Load the group ``simpul.connectors`` (or the points given); of two with one name ours stays, else the first package's."""
        connectors = cls()
        found = entry_points(group=hookspecs.ENTRY_POINT_GROUP) if points is None else points
        for point in sorted(found, key=lambda point: (_package(point) != _OURS, _package(point), point.name)):
            try:
                connectors.register(point.load(), point.name)
            except ConfigurationProblems as error:
                connectors._broken.append(Broken(point.name, _package(point), error.problems[0][1]))
            except (Exception, SystemExit) as error:  # an outside author's module may raise anything when it is imported
                connectors._broken.append(Broken(point.name, _package(point), _told(error)))
        return connectors

    @property
    def broken(self) -> tuple[Broken, ...]:
        """The plugins that were found but could not be used."""
        return tuple(self._broken)

    def names(self) -> list[str]:
        """Return the names that `get` knows, sorted."""
        return sorted(self._kinds)

    def get(self, name: str) -> type[Connector]:
        """Return a kind of connector; raises NotFound with the nearest name, or with why its plugin is broken."""
        if name in self._kinds:
            return self._kinds[name]
        for broken in self._broken:
            if broken.name == name:
                advice = f"It comes with the package {broken.package}: repair or remove that."
                raise NotFound(f"The connector '{name}' cannot be used: {broken.problem}.", advice)
        raise NotFound(f"There is no connector '{name}' here.", nearest(name, self._kinds))

    def load(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check the settings of one connection against its connector's schema; raises ConfigurationProblems with all that is wrong."""
        schema = self._schemas.get(name)
        if schema is None:
            # Made once: that takes longer than checking with it, and every session checks.
            schema = self._schemas[name] = self.get(name).settings_schema()
        try:
            loaded: dict[str, Any] = schema.load(given)
        except ValidationError as error:
            raise ConfigurationProblems(listed(error.messages)) from None
        return loaded

    def register(self, module: Any, name: str | None = None) -> type[Connector]:
        """Add a module's connector and return it; ``name`` is what its entry point says.

        Raises ConfigurationProblems if a hook is misspelt, the connector is incomplete, or its name is another or taken.
        """
        label = name or str(getattr(module, "__name__", module))
        if self._manager.is_registered(module):
            raise ConfigurationProblems([(f"connector {label}", "is registered already; register it once")])
        try:
            kind = self._ask(module)
            self._accept(kind, name)
        except (Exception, SystemExit) as error:  # the hook is an outside author's code
            if self._manager.is_registered(module):
                self._manager.unregister(module)
            raise ConfigurationProblems([(f"connector {label}", _told(error))]) from error
        self._kinds[kind.name] = kind
        return kind

    def _ask(self, module: Any) -> type[Connector]:
        """Call the hook of this one plugin, so that another's failure does not end the call."""
        others = self._manager.get_plugins()
        self._manager.register(module, name=str(id(module)))  # its own name may be another's too
        self._manager.check_pending()
        answers = self._manager.subset_hook_caller("register_connector", others)()
        if len(answers) != 1:
            raise _NotOurs("it has no register_connector hook; mark one with contracts.hookspecs.hookimpl")
        kind = answers[0]
        if not (inspect.isclass(kind) and issubclass(kind, Connector)):
            raise _NotOurs("its register_connector does not return a class derived from contracts.connector.Connector")
        return kind

    def _accept(self, kind: type[Connector], name: str | None) -> None:
        absent = sorted({*kind.__abstractmethods__, *(word for word in ("name", "summary", "settings_schema") if not hasattr(kind, word))})
        if absent:
            raise _NotOurs(f"its class {kind.__name__} lacks {', '.join(absent)}")
        if name is not None and kind.name != name:
            raise _NotOurs(f"its entry point is called '{name}' but its connector '{kind.name}'; give both one name")
        if kind.name in self._kinds:
            raise _NotOurs(f"another plugin already brings a connector called '{kind.name}'; remove one of the two")


class _NotOurs(Exception):
    """A promise of the seam that a plugin breaks, as a sentence."""


def _told(error: BaseException) -> str:
    text = str(error).strip()
    return text if isinstance(error, _NotOurs) else f"{type(error).__name__}: {text}" if text else type(error).__name__


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "(unknown)"


def listed(messages: Any, where: str = "") -> list[tuple[str, str]]:
    """Flatten marshmallow's messages into (where, problem), the form of ConfigurationProblems."""
    if isinstance(messages, dict):
        return [
            problem
            for name, below in messages.items()
            for problem in listed(below, where if name in ("_schema", "key", "value") else f"{where}.{name}".lstrip("."))
        ]
    return (
        [(where or "settings", " ".join(str(message) for message in messages))] if isinstance(messages, list) else [(where, str(messages))]
    )
