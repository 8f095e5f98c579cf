"""The metrics, for a Prometheus that shows the token of an account: they tell how much there is, and of whom it is late."""

from __future__ import annotations

from flask import Blueprint, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from hub.accounts.roles import Role
from hub.api.here import needs, the_hub
from hub.metrics.exposition import AWAY, CONTENT_TYPE, Exposition

metrics = Blueprint("metrics", __name__)

_KEY = "simpul.metrics"


@metrics.get("/metrics")
@needs(Role.MONITOR)
def scrape() -> Response:
    """Write them as Prometheus reads them."""
    owner, shown = current_app.extensions.get(_KEY, (None, None))
    hub = the_hub()
    if owner is not hub:
        shown = Exposition(hub)
        current_app.extensions[_KEY] = (hub, shown)
    return Response(shown.text(), content_type=CONTENT_TYPE)


@metrics.errorhandler(SQLAlchemyError)
def _away(error: SQLAlchemyError) -> Response:
    # Nobody can tell whose token it is then. That the database is away, `/health/ready` tells everybody.
    return Response(AWAY, content_type=CONTENT_TYPE)
