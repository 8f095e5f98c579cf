"""Webhooks of local apps: verified, written down and answered at once; what they are about is read in the app, as a poll does."""

from __future__ import annotations

import math

from flask import Blueprint, abort, current_app, request
from werkzeug.exceptions import HTTPException, TooManyRequests

from contracts.errors import ConfigurationProblems
from hub.api.here import the_hub
from hub.api.rates import Rates
from hub.build import Hub
from hub.metrics import counters
from hub.operations.receiving import SIGNED, NotTheirs, Sender, TooMany, keep, verified

LARGEST_HINT = 64 * 1024

# Of each connection, in each process of the web: as many at once as a busy day brings, then so many a second.
BURST, PER_SECOND = 200, 20.0

_RATES = "simpul.rates"

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")


@hooks.post("/<connection>")
def take(connection: str) -> tuple[dict[str, str], int]:
    """Take a webhook: 202 as soon as it is written down, and for every repeat."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        body = _body(signed=SIGNED[-1] in headers)
        sender = verified(the_hub(), connection, headers, body)
    except HTTPException:
        counters.HOOKS.labels(counters.NOBODY, "malformed").inc()
        raise
    except NotTheirs as error:
        counters.HOOKS.labels(counters.NOBODY, "forged").inc()
        abort(401, error.problem)
    _keep(sender, headers, body)
    return {"status": "accepted"}, 202


def _body(*, signed: bool) -> bytes:
    """Read the body as far as is taken; in the hub's own form it must be what it says, whoever it is for."""
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        # Not every server gives us a body whose length it was not told.
        abort(411, "Say how long the body is (Content-Length); it is not taken in chunks.")
    request.max_content_length = LARGEST_HINT
    body = request.get_data(cache=False)
    if signed:
        if request.mimetype != "application/json" or request.content_encoding:
            abort(415, "The body is not JSON as it is; send it as application/json, and do not compress it.")
        if (request.mimetype_params.get("charset") or "utf-8").lower().replace("_", "-") not in ("utf-8", "utf8"):
            abort(415, "JSON is UTF-8 (RFC 8259); send it in no other charset.")
        try:
            body.decode()
        except UnicodeDecodeError:
            abort(400, "The body is not UTF-8, whatever it says it is.")
    return body


def _keep(sender: Sender, headers: dict[str, str], body: bytes) -> None:
    hub, outcome = the_hub(), "failed"
    try:
        seconds = _rates(hub).wait(sender.id)
        if seconds:
            raise TooMany("More webhooks came than are taken.", "Name what changed meanwhile in one of them.", math.ceil(seconds))
        outcome = "accepted" if keep(hub, sender, headers, body) else "repeated"
    except TooMany as error:
        outcome = "limited"
        raise TooManyRequests(str(error), retry_after=error.retry_after) from None
    except ConfigurationProblems:
        outcome = "refused"
        raise
    finally:
        counters.HOOKS.labels(sender.name, outcome).inc()


def _rates(hub: Hub) -> Rates:
    kept: tuple[Hub, Rates] | None = current_app.extensions.get(_RATES)
    if kept is None or kept[0] is not hub:
        kept = current_app.extensions[_RATES] = (hub, Rates(BURST, PER_SECOND, hub.engine.monotonic))
    return kept[1]
