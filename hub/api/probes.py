"""What a supervisor or a load balancer asks, without a login: one word each."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from hub.api.here import the_hub
from hub.store.store import Store

probes = Blueprint("probes", __name__, url_prefix="/health")

Answer = tuple[dict[str, str], int]


@probes.get("/live")
def live() -> Answer:
    """Say that the process answers."""
    return {"status": "live"}, 200


@probes.get("/ready")
def ready() -> Answer:
    """Say whether the hub can work: its database answers."""
    return ({"status": "ready"}, 200) if _answers(the_hub().store) else ({"status": "not ready"}, 503)


def _answers(store: Store) -> bool:
    try:
        with store.reading() as sql:
            return sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() is not None
    except SQLAlchemyError:
        return False
