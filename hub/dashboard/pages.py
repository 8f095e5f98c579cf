"""The addresses of the monitor's pages. Who may open them is decided by the app that they are registered in."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.errors import NotFound, Refused
from contracts.vocabulary import Status
from hub.build import Hub
from hub.dashboard import language, writing
from hub.dashboard.home import home
from hub.dashboard.listing import listing
from hub.dashboard.provinces import PROVINCES, UNKNOWN
from hub.dashboard.story import story
from hub.operations.finding import complaint_id

# So many connections on the first page unless all are asked for: those that need somebody come first.
_FIRST = 60


def blueprint(hub: Hub) -> Blueprint:
    """Return the pages of one hub, to be registered at ``/``."""
    pages = Blueprint("dashboard", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")
    pages.record_once(lambda state: language.set_default(state.app, hub.settings.language))
    pages.app_context_processor(_for_templates)
    pages.after_app_request(language.remember)

    @pages.get("/")
    def first() -> str:
        shown = home(hub, request.args.get("province") or None)
        return render_template("home.html", home=shown, most=None if request.args.get("all") else _FIRST)

    @pages.get("/complaints")
    def complaints() -> str | Response:
        wanted = request.args.get("q", "").strip()
        found = _found(hub, wanted)
        if found:
            return redirect(url_for("dashboard.complaint", given=found))
        return render_template("complaints.html", missed=wanted, **listing(hub, request.args))

    @pages.get("/complaints/<given>")
    def complaint(given: str) -> str:
        return render_template("complaint.html", story=story(hub, given))

    return pages


def _found(hub: Hub, number: str) -> str | None:
    with hub.store.reading() as sql, suppress(NotFound, Refused):
        return complaint_id(sql, number) if number else None
    return None


def _for_templates() -> dict[str, Any]:
    helpers: dict[str, Any] = {each.__name__: each for each in (writing.number, writing.day, writing.moment, writing.age)}
    helpers |= {"t": language.t, "language": language.language(), "in_language": language.in_language}
    return helpers | {"Status": Status, "PROVINCES": PROVINCES, "UNKNOWN": UNKNOWN}
