"""What a supervisor or a load balancer asks, without a login: one word each, and nothing that helps a stranger."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from contracts.errors import Refused
from hub.api.here import the_hub
from hub.build import Hub
from hub.metrics import broker

probes = Blueprint("probes", __name__, url_prefix="/health")

Answer = tuple[dict[str, str], int]


@probes.get("/live")
def live() -> Answer:
    """Say that the process answers."""
    return {"status": "live"}, 200


@probes.get("/ready")
def ready() -> Answer:
    """Say whether the hub can work: its database answers with tables that this release knows, and its keys open what is sealed there.

    The broker is told of, where there is one, and not waited for: without it everything is accepted, and the schedule finds it.
    """
    reason = _missing(the_hub())
    if reason:
        return {"status": "not ready", "reason": reason}, 503
    return {"status": "ready", **({"broker": found} if (found := broker.state()) else {})}, 200


def _missing(hub: Hub) -> str | None:
    try:
        hub.store.check()
        sealed = hub.store.any_sealed()
    except SQLAlchemyError:
        return "database"
    except Refused:
        return "migration"
    return "keys" if sealed is not None and not hub.keys.knows(sealed) else None
