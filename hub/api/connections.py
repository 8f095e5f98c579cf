"""Connections: how they stand, stopping them and letting them go on; and how the whole network is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.accounts.roles import Role
from hub.api.blueprint import ADDRESS, ApiBlueprint
from hub.api.here import entrant, needs, the_hub
from hub.api.paging import PageQuery, key_of, one_page, page_schema
from hub.api.schemas import DirectionsBody, PauseBody
from hub.api.standing import ConnectionOut, DetailOut, HealthOut
from hub.operations import pausing
from hub.operations.brief import Brief, brief
from hub.operations.detail import Detail, detail
from hub.operations.standing import Standing, overview, standing_of

connections = ApiBlueprint("connections", __name__, url_prefix=f"{ADDRESS}/connections", description="Connections to local apps")
health = ApiBlueprint("health", __name__, url_prefix=f"{ADDRESS}/health", description="How the network is")


@connections.route("")
@connections.arguments(PageQuery, location="query")
@connections.response(200, page_schema("ConnectionPage", ConnectionOut))
def list_connections(query: Mapping[str, Any]) -> dict[str, Any]:
    """List connections by name."""
    (after,) = key_of(query["cursor"], str) if "cursor" in query else (None,)
    return one_page(overview(the_hub(), after=after, most=query["limit"] + 1), lambda one: (one.name,), query["limit"])


@connections.route("/<name>")
@connections.response(200, DetailOut)
def show_connection(name: str) -> Detail:
    """Return one connection with its policy and what its app can do."""
    return detail(the_hub(), name)


@connections.route("/<name>/pause", methods=["POST"])
@needs(Role.ADMIN)
@connections.arguments(PauseBody)
@connections.response(200, ConnectionOut)
def pause(body: Mapping[str, Any], name: str) -> Standing:
    """Stop reading, writing or both; everybody sees by whom and why."""
    pausing.pause(the_hub(), name, entrant().name, body["reason"], frozenset(body["directions"]))
    return standing_of(the_hub(), name)


@connections.route("/<name>/resume", methods=["POST"])
@needs(Role.ADMIN)
@connections.arguments(DirectionsBody)
@connections.response(200, ConnectionOut)
def resume(body: Mapping[str, Any], name: str) -> Standing:
    """Let it go on at once, whatever stopped it."""
    pausing.resume(the_hub(), name, frozenset(body["directions"]))
    return standing_of(the_hub(), name)


@health.route("")
@health.response(200, HealthOut)
def show_health() -> Brief:
    """Say how the network is, as `simpul status` does."""
    return brief(the_hub())
