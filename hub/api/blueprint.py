"""A part of the API: flask-smorest's blueprint, stricter about what comes in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from flask import Request
from flask_smorest import Blueprint
from marshmallow import missing
from webargs.flaskparser import FlaskParser, abort

F = TypeVar("F", bound=Callable[..., Any])

ADDRESS = "/api/v1"


class StrictParser(FlaskParser):
    """Refuses unknown names in the address too, and JSON that is none (NaN, numbers without end, towers of brackets)."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": None}

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return missing
        try:
            return orjson.loads(body)
        except ValueError:
            # Not "from error": it may quote the body.
            abort(400, message="The body is not JSON (RFC 8259) in UTF-8.")


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """One part of the API; the methods below only tell what type flask-smorest's own have."""

    ARGUMENTS_PARSER = StrictParser()

    def route(self, rule: str, **options: Any) -> Callable[[F], F]:
        """Put a view at an address below the blueprint's."""
        decorate: Callable[[F], F] = super().route(rule, **options)
        return decorate

    def arguments(self, schema: Any, **options: Any) -> Callable[[F], F]:
        """Check what comes in and give it to the view first."""
        decorate: Callable[[F], F] = super().arguments(schema, **options)
        return decorate

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Callable[[F], F]:
        """Write what the view returns as its schema says."""
        decorate: Callable[[F], F] = super().response(status_code, schema, **options)
        return decorate
