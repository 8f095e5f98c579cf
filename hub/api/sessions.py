"""The cookie of a person who logged in, and the mark that a change was asked for on our own pages."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from flask import Flask, abort, request, session

from hub.accounts.cookie import cookie_key
from hub.api.here import API, the_hub
from hub.build import Hub
from hub.operations.entering import Entrant, by_session

LIFETIME = timedelta(hours=12)
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
# Another process of this hub may have a clock that is a little ahead.
_SKEW = 60.0


def keep_sessions(app: Flask, hub: Hub) -> None:
    """Have an app sign its cookies with a key of the hub's own, and send them over nothing but https where there is https."""
    app.secret_key = cookie_key(hub.keys)
    app.config.update(
        SESSION_COOKIE_NAME="simpul_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=hub.settings.tls,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LIFETIME,
    )


def begin(entrant: Entrant) -> None:
    """Begin a session; nothing of one before it stays, so that nobody can be given a session to log in with."""
    session.clear()
    session.permanent = True
    session.update(account=entrant.name, stamp=entrant.stamp, at=the_hub().store.now().timestamp())
    csrf_token()


def end() -> None:
    """End the session in this browser."""
    session.clear()


def by_cookie() -> Entrant | None:
    """Return whose session it is; None if it has ended, its account is closed, or the password was changed since."""
    name, stamp, began = session.get("account"), session.get("stamp"), session.get("at")
    if not (isinstance(name, str) and isinstance(stamp, str) and isinstance(began, int | float)):
        return None
    age = the_hub().store.now().timestamp() - began
    if not -_SKEW <= age < LIFETIME.total_seconds():
        return None
    return by_session(the_hub(), name, stamp)


def csrf_token() -> str:
    """Return what a form (or a script, as a header) has to send back; another site cannot read it."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def must_be_meant() -> None:
    """Refuse (403) a change that does not come from our own pages."""
    given = request.headers.get(CSRF_HEADER)
    if given is None and not request.path.startswith(API):
        given = request.form.get(CSRF_FIELD)
    known = session.get("csrf")
    if not isinstance(known, str) or given is None or not hmac.compare_digest(given.encode(), known.encode()):
        abort(403, f"The {CSRF_HEADER} header (in forms: {CSRF_FIELD}) is missing or of another session. Load the page again.")
