"""What belongs to the request at hand: the hub, who asks, and what an address needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from hub.accounts.roles import Role
from hub.build import Hub
from hub.operations.entering import Entrant

F = TypeVar("F", bound=Callable[..., Any])

API = "/api/"
_PROGRAMS = (API, "/health/", "/hooks/", "/metrics")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY = "simpul"


def give_hub(app: Flask, hub: Hub) -> None:
    """Let the views of an app find their hub."""
    app.extensions[_KEY] = hub


def the_hub() -> Hub:
    """Return the hub that this app answers for."""
    hub: Hub = current_app.extensions[_KEY]
    return hub


def current_account() -> Entrant | None:
    """Return who asks; None only where no login is needed."""
    entrant: Entrant | None = g.get("entrant")
    return entrant


def entrant() -> Entrant:
    """Return who asks, behind the login."""
    found = current_account()
    assert found is not None
    return found


def for_programs() -> bool:
    """Tell whether the request is answered in JSON."""
    return request.path.startswith(_PROGRAMS)


def needs(role: Role) -> Callable[[F], F]:
    """Say which role a view needs. A view that does not say: monitor to read, administrator to change anything."""

    def mark(function: F) -> F:
        function.role = role  # type: ignore[attr-defined]
        return function

    return mark


def needed_role() -> Role:
    """Return which role the address that was asked for needs."""
    view = current_app.view_functions.get(request.endpoint or "")
    role: Role = getattr(view, "role", Role.MONITOR if request.method in SAFE else Role.ADMIN)
    return role
