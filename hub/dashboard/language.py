"""Which language a page is in, and its texts: Indonesian as they stand in the templates, English from `hub.dashboard.english`."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Response, current_app, g, request
from flask.sansio.app import App

from hub.config import LANGUAGES
from hub.dashboard.english import ENGLISH

COOKIE = "simpul_language"
_DEFAULT = "SIMPUL_LANGUAGE"
_A_YEAR = 365 * 24 * 3600


def language() -> str:
    """Return ``id`` or ``en``: what the address asks for, else what was chosen before, else what the hub is set to."""
    if "simpul_language" not in g:
        wishes = (request.args.get("lang"), request.cookies.get(COOKIE))
        g.simpul_language = next((wish for wish in wishes if wish in LANGUAGES), current_app.config.get(_DEFAULT, LANGUAGES[0]))
    return str(g.simpul_language)


def t(text: str, **values: object) -> str:
    """Return a text in the page's language, with values in its {places}; one that has no English stays as it is."""
    said = ENGLISH.get(text, text) if language() == "en" else text
    return said.format(**values) if values else said


def in_language(other: str) -> str:
    """Return the address of this page in another language, with its filters as they are."""
    given = {name: values for name, values in request.args.lists() if name != "lang"}
    return f"{request.script_root}{quote(request.path)}?{urlencode(given | {'lang': [other]}, doseq=True)}"


def set_default(app: App, wanted: str) -> None:
    """Say which language the pages of an app have for those who chose none."""
    app.config.setdefault(_DEFAULT, wanted)


def remember(response: Response) -> Response:
    """Keep in a cookie the language that the address asked for."""
    if request.args.get("lang") in LANGUAGES:
        path = request.script_root or "/"
        response.set_cookie(COOKIE, request.args["lang"], _A_YEAR, path=path, samesite="Lax", httponly=True, secure=request.is_secure)
    return response
