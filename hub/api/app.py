"""The composition root of the web side: a hub in, a Flask app out."""

from __future__ import annotations

from importlib.metadata import version

from flask import Flask

from hub import dashboard
from hub.api import complaints, connections, waiting
from hub.api.blueprint import ADDRESS
from hub.api.guard import stand_guard
from hub.api.headers import protect
from hub.api.here import current_account, give_hub
from hub.api.hooks import hooks
from hub.api.login import login
from hub.api.metrics import metrics
from hub.api.probes import probes
from hub.api.problems import SimpulApi, Web, answer_errors
from hub.api.requests import tell_of_requests
from hub.api.sessions import csrf_token, keep_sessions
from hub.build import Hub

_TITLE = "Simpul"
_PARTS = (
    complaints.complaints,
    connections.connections,
    waiting.deliveries,
    waiting.conflicts,
    waiting.quarantine,
    connections.health,
)


def create_app(hub: Hub) -> Flask:
    """Return the pages and the API of a hub, all of it behind the login but what `hub.api.guard` names."""
    app = Web(__name__, static_folder=None)
    # What does not exist is told in the form that was asked for, not by a redirection to something else that does not exist.
    app.url_map.merge_slashes = False
    give_hub(app, hub)
    tell_of_requests(app)
    keep_sessions(app, hub)
    stand_guard(app)
    protect(app, tls=hub.settings.tls)
    answer_errors(app)
    app.context_processor(lambda: {"account": current_account(), "csrf_token": csrf_token})
    _api(app)
    for part in (login, probes, hooks, metrics, dashboard.blueprint(hub)):
        app.register_blueprint(part)
    return app


def _api(app: Flask) -> None:
    app.config.update(
        API_TITLE=_TITLE,
        API_VERSION=version("simpul"),
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX=ADDRESS,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = SimpulApi(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]})
    api.spec.options["security"] = [{"token": []}, {"session": []}]
    for part in _PARTS:
        api.register_blueprint(part)
