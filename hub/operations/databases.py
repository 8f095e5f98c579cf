"""Looking at an app's database before there is a connection, through whichever installed connector offers it."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from contracts.errors import NotFound
from hub.plugins import Connectors


def inspect(connectors: Connectors, url: str, password: str | None = None, *, kind: str = "database") -> str:
    """Return proposed settings with notes, as YAML for a person; raises NotFound, Stop or NotDone.

    A connector's package offers this by a module ``inspect`` with ``inspect(url, password)`` and ``render(proposal)``.
    """
    module = _inspector(connectors, kind)
    return str(module.render(module.inspect(url, password)))


def _inspector(connectors: Connectors, kind: str) -> ModuleType:
    package = connectors.get(kind).__module__.rpartition(".")[0]
    name = f"{package}.inspect"
    if not package or importlib.util.find_spec(name) is None:
        raise NotFound(
            f"The connector '{kind}' cannot look at a database.", "Write its settings by hand; `simpul connectors` says what it is."
        )
    return importlib.import_module(name)
