"""How GeoReport answers look: the same content as JSON or XML, and errors as a list of code and description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

# What one entry of each list is called in XML.
_ENTRY = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
}


def answer(name: str, content: Any, code: int = 200) -> Response:
    """Give a list (or one object) in the form that the address asks for; XML has ``name`` at its root."""
    if request.path.endswith(".xml"):
        body = ElementTree.tostring(_element(name, content), encoding="utf-8", xml_declaration=True)
        return Response(body, code, content_type="text/xml; charset=utf-8")
    told = jsonify(content)
    told.status_code = code
    return told


def refuse(error: HTTPException) -> Response:
    """Say what is wrong with a request, in its own form."""
    code = error.code or 500
    return answer("errors", [{"code": code, "description": error.description}], code)


def _element(name: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(content, Mapping):
        element.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, Sequence) and not isinstance(content, str):
        element.extend(_element(_ENTRY[name], each) for each in content)
    else:
        element.text = _text(content)
    return element


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
