"""One line in the log and one count in the metrics for every request: which address, never what was said."""

from __future__ import annotations

import re
import time

import structlog
from flask import Flask, Response, g, request

from hub import correlation
from hub.metrics import counters

# Of what an address names, only what is there is repeated, and looks like a name or an id: anybody can ask for anything.
_IS_THERE = frozenset({409, 429})
_NAMED = ("complaint", "connection", "name", "conflict", "delivery")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_QUIET = frozenset({"probes.live", "probes.ready", "metrics.scrape"})

_log = structlog.get_logger("simpul.web")


def tell_of_requests(app: Flask) -> None:
    """Log and count the requests of an app under an id, which the caller may bring and is told."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.request_id = correlation.begin(correlation.given({name.lower(): value for name, value in request.headers.items()}))

    @app.after_request
    def tell(response: Response) -> Response:
        if "began" in g:
            response.headers["X-Request-ID"] = g.request_id
            _tell(response.status_code, time.perf_counter() - g.began)
        return response

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        correlation.end()


def _tell(code: int, seconds: float) -> None:
    endpoint = request.endpoint or "none"
    counters.REQUESTS.labels(endpoint, request.method if request.url_rule else "any", str(code)).inc()
    counters.REQUEST_SECONDS.labels(endpoint).observe(seconds)
    quiet = code < 400 and (endpoint in _QUIET or endpoint.endswith("static"))
    tell = _log.debug if quiet else _log.info
    account = g.get("entrant")
    tell(
        "request",
        method=request.method if request.url_rule else "any",
        endpoint=endpoint,
        code=code,
        seconds=round(seconds, 4),
        address=request.remote_addr,
        account=account.name if account else None,
        **(_named() if code < 400 or code in _IS_THERE else {}),
    )


def _named() -> dict[str, str]:
    given = {name: str(value) for name, value in (request.view_args or {}).items() if name in _NAMED}
    return {name: value for name, value in given.items() if _PLAIN.fullmatch(value)}
