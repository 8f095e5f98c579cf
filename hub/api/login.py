"""Logging in and out, on a page."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.accounts.roles import Role
from hub.api.here import needs, the_hub
from hub.api.sessions import begin, by_cookie, end, must_be_meant
from hub.dashboard.language import language
from hub.operations.entering import by_password

login = Blueprint("login", __name__, template_folder="templates")

_log = structlog.get_logger("simpul.web")


@login.app_context_processor
def _words() -> dict[str, object]:
    return {"two": lambda indonesian, english: english if language() == "en" else indonesian}


@login.get("/login")
def form() -> Response:
    """Show the form, or go on where somebody is logged in already."""
    wanted = local(request.args.get("next"))
    return redirect(wanted, 303) if by_cookie() else _page(wanted)


@login.post("/login")
def enter() -> Response:
    """Let somebody in, or say no in the same words whatever the reason."""
    must_be_meant()
    wanted = local(request.form.get("next"))
    entrant = by_password(the_hub(), request.form.get("name", ""), request.form.get("password", ""))
    if entrant is None:
        # Not the name either: people type their password there.
        _log.warning("login refused", address=request.remote_addr)
        return _page(wanted, refused=True)
    begin(entrant)
    _log.info("login", account=entrant.name)
    return redirect(wanted, 303)


@login.post("/logout")
@needs(Role.MONITOR)
def leave() -> Response:
    """End the session in this browser."""
    end()
    return redirect(url_for("login.form"), 303)


def local(wanted: str | None) -> str:
    """Return an address on this site: what was wanted, or the first page for one that leads anywhere else."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted or not wanted.isprintable():
        return "/"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else wanted


def _page(wanted: str, *, refused: bool = False) -> Response:
    return make_response(render_template("login.html", next=wanted, refused=refused), 401 if refused else 200)
