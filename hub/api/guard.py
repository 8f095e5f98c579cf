"""In front of every address: who asks, may they, and did they mean it. What is open without a login is listed here."""

from __future__ import annotations

from flask import Flask, abort, g, redirect, request, url_for
from webargs.flaskparser import abort as refuse
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from hub.accounts.roles import Scope
from hub.api.here import API, SAFE, for_programs, needed_role, the_hub
from hub.api.sessions import by_cookie, must_be_meant
from hub.operations.entering import Entrant, by_token

# The login itself, two questions of a supervisor, and webhooks, which are signed. Static files besides.
OPEN = frozenset({"login.form", "login.enter", "probes.live", "probes.ready", "hooks.take"})

_NO_LOGIN = "This needs a login: a token in 'Authorization: Bearer ...', or the cookie of a session."
_NO_TOKEN = "This token is unknown, expired or revoked, or its account is closed."


def stand_guard(app: Flask) -> None:
    """Put every address of an app behind the login, those that do not exist too."""
    app.before_request(_check)


def _check() -> Response | None:
    if "\x00" in request.path:
        abort(404)
    if is_open():
        return None
    shown = request.headers.get("Authorization")
    g.entrant = by_cookie() if shown is None else _by_token(shown)
    if g.entrant is None:
        return _ask_in(_NO_LOGIN if shown is None else _NO_TOKEN)
    _may(g.entrant, by_cookie=shown is None)
    if request.path.startswith(API):
        _well_formed()
    return None


def is_open() -> bool:
    """Tell whether the address needs no login."""
    endpoint = request.endpoint or ""
    return endpoint in OPEN or endpoint == "static" or endpoint.endswith(".static")


def _by_token(shown: str) -> Entrant | None:
    # A header that a browser adds by itself, or a token on a page, opens nothing; nor does the cookie beside it.
    kind, _, token = shown.partition(" ")
    if kind.lower() != "bearer" or not for_programs():
        return None
    return by_token(the_hub(), token.strip())


def _ask_in(why: str) -> Response | None:
    if for_programs():
        raise Unauthorized(why, www_authenticate=WWWAuthenticate("bearer", {"realm": "simpul"}))
    wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("login.form", next=wanted), 303)


def _may(entrant: Entrant, *, by_cookie: bool) -> None:
    if request.method not in SAFE:
        if entrant.scope is not Scope.WRITE:
            abort(403, "This token may only read. Make one with `simpul tokens add --scope write`.")
        if by_cookie:
            must_be_meant()
    if not entrant.role.may(needed_role()):
        abort(403, f"This needs the role {needed_role().value}; {entrant.name} is {entrant.role.value}.")


def _well_formed() -> None:
    twice = sorted(name for name, values in request.args.lists() if len(values) > 1)
    if twice:
        refuse(422, errors={name: ["Stands in the address twice; give it once."] for name in twice})
    if request.method not in SAFE and request.content_length and not request.is_json:
        abort(415, "The body is not JSON; send it as application/json.")
