"""Whatever goes wrong, said in the form of whoever asked: problem+json (RFC 9457) to programs, a page to people."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from http import HTTPStatus
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, current_app, make_response, render_template, request
from flask_smorest import Api
from marshmallow import Schema, fields
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as AnyResponse

from contracts.errors import ConfigurationProblems, LeaseLost, NotDone, NotFound, Refused, SimpulError, Unknown
from contracts.wire import Text
from hub.api.here import for_programs

_LOCATIONS = frozenset({"json", "query", "headers", "path"})
_CODES: tuple[tuple[type[SimpulError], int], ...] = (
    (NotFound, 404),
    (Refused, 409),
    (LeaseLost, 409),
    (ConfigurationProblems, 422),
    (NotDone, 503),
    (Unknown, 503),
)
_SENTENCES = {
    400: "The request cannot be read.",
    413: "The request is larger than the hub takes.",
    422: "Something in the request is not as it must be; errors names each field.",
    500: "This is a mistake in the program. Nothing of the request was carried out; the log says where it happened.",
}
_BUSY = "The hub's database cannot be reached or is busy."

_log = structlog.get_logger("simpul.web")


class ProblemSchema(Schema):
    """What every error looks like."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String(metadata={"description": "What happened, in one sentence."})
    advice = fields.String(metadata={"description": "What can be done about it."})
    errors = fields.Dict(keys=Text(200), values=fields.List(fields.String()), metadata={"description": "Problems by field."})


class SimpulApi(Api):  # type: ignore[misc]
    """flask-smorest, with our form of errors; unlike its own, a 405 says what is allowed."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> AnyResponse:
        """Answer an error of the web."""
        return web_problem(error)


class Web(Flask):
    """Flask, whose log says where a mistake in the program is, and nothing of the data that brought it up."""

    def log_exception(self, exc_info: Any) -> None:
        """Log the kind and the place of an error."""
        kind, _, trace = exc_info
        _log.error("mistake in the program", kind=kind.__name__, at=_place(trace), endpoint=request.endpoint)


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-4:]))


def answer_errors(app: Flask) -> None:
    """Have our own errors, and those of the database, answered too."""
    app.register_error_handler(HTTPException, web_problem)
    app.register_error_handler(SimpulError, our_problem)
    app.register_error_handler(OperationalError, _unreachable)
    app.register_error_handler(InterfaceError, _unreachable)


def our_problem(error: SimpulError) -> AnyResponse:
    """Answer what the hub refuses or does not find."""
    code = next((code for kind, code in _CODES if isinstance(error, kind)), 422)
    if isinstance(error, ConfigurationProblems):
        return problem(code, _SENTENCES[422], errors={where: [what] for where, what in error.problems})
    errors = {error.field: [error.problem]} if error.field else None
    return problem(code, error.problem, advice=error.advice, errors=errors)


def _unreachable(_: Exception) -> AnyResponse:
    return problem(503, _BUSY, advice="Try again in a minute.", headers={"Retry-After": "60"})


def web_problem(error: HTTPException) -> AnyResponse:
    """Answer an error of the web, with the headers that belong to it (Allow, Retry-After, WWW-Authenticate)."""
    code = error.code or 500
    if error.code is not None and code < 400:  # a redirect
        return error.get_response()
    data: dict[str, Any] = getattr(error, "data", None) or {}
    errors = data.get("messages") or data.get("errors")
    detail = data.get("message") or _SENTENCES.get(code) or error.description or error.name
    headers = {name: value for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")}
    return problem(code, detail, errors=_by_field(errors), headers={**headers, **(data.get("headers") or {})})


def _by_field(messages: Any) -> dict[str, list[str]] | None:
    """Flatten marshmallow's messages to one list a field; without the part of the request they are in."""
    if not isinstance(messages, dict):
        return None
    found: dict[str, list[str]] = {}
    for name, below in messages.items():
        for where, what in _flat(below, "") if name in _LOCATIONS else _flat(below, str(name)):
            found.setdefault(where or "body", []).append(what)
    return found


def _flat(messages: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for name, below in messages.items():
            yield from _flat(below, where if name == "_schema" else f"{where}.{name}".lstrip("."))
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield where, str(message)


def problem(
    code: int, detail: str, *, advice: str = "", errors: dict[str, list[str]] | None = None, headers: dict[str, str] | None = None
) -> AnyResponse:
    """Make the answer."""
    if for_programs():
        content: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(code).phrase, "status": code, "detail": detail}
        content |= {name: value for name, value in (("advice", advice), ("errors", errors)) if value}
        response: AnyResponse = current_app.json.response(content)
        response.mimetype = "application/problem+json"
    else:
        response = make_response(render_template("error.html", code=code, detail=detail, advice=advice))
    response.status_code = code
    response.headers.update(headers or {})
    return response
