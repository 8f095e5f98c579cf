"""A city's answer, JSON or XML, as rows of plain values: lenient, because no two cities write alike.

What is sniffed is the body, not its declared type: cities send JSON as text/html and XML as text/plain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

Row = Mapping[str, Any]

# A JSON string, or a number with leading zeros, which the standard's own examples show.
_ZEROS = re.compile(r'"(?:\\.|[^"\\])*"|(?<![\w.+-])0\d+(?![\w.])')
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_ERROR = frozenset({"code", "description"})
_OTHER = "is something else than was asked for"
_KEYS = {"request": "service_request_id", "request_update": "service_request_id", "service": "service_code"}


class Unreadable(Exception):
    """An answer that is no data; the sentence says what it is instead, without quoting it."""


def rows(body: bytes, kind: str) -> list[Any]:
    """Return the rows of an answer; ``kind`` is the name of one: request, request_update or service. Raises Unreadable."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise Unreadable("is empty")
    if start[:1] in b"{[":
        return _list(_json(start), kind)
    root = _xml(start)
    found = [each for child in root for each in _children(child, kind)]
    if not found and _name(root) not in _WRAPPERS[kind]:
        raise Unreadable(_OTHER)
    return found


def errors(found: list[Any]) -> list[Row]:
    """Return the rows if they are errors and not data; cities send these with 200 too."""
    return found if found and all(map(_is_error, found)) else []


def _is_error(row: Any) -> bool:
    return isinstance(row, dict) and "service_request_id" not in row and "service_code" not in row and row.keys() >= _ERROR


def _json(start: bytes) -> Any:
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError:
        text = start.decode("latin-1")
    try:
        return json.loads(text, parse_constant=_no_number)
    except ValueError:
        quoted = _ZEROS.sub(lambda match: match[0] if match[0][0] == '"' else f'"{match[0]}"', text)
    except RecursionError:
        raise Unreadable("is nested too deep") from None
    try:
        return json.loads(quoted, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Unreadable("is no JSON, or was cut off") from None


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _list(value: Any, kind: str) -> list[Any]:
    """Unwrap what cities put around the list the standard asks for."""
    if isinstance(value, Mapping):
        if kind in value and len(value) == 1:
            return _list(value[kind], kind)
        wrapped = next((each for name, each in value.items() if name in _WRAPPERS[kind] and isinstance(each, list | dict)), None)
        if wrapped is not None:
            return _list(wrapped, kind)
        if not (_KEYS[kind] in value or "token" in value or "update_id" in value or set(value) >= _ERROR):
            raise Unreadable(_OTHER)
        return [value]
    if not isinstance(value, list):
        raise Unreadable(_OTHER)
    return [each[kind] if isinstance(each, dict) and len(each) == 1 and kind in each else each for each in value]


_WRAPPERS: Mapping[str, frozenset[str]] = {
    "request": frozenset({"service_requests", "requests", "errors"}),
    "request_update": frozenset({"service_request_updates", "request_updates", "servicerequestupdates", "updates", "errors"}),
    "service": frozenset({"services", "errors"}),
}


def _xml(start: bytes) -> Element:
    if start[:5].upper() == b"HTTP/":
        start = start[max(start.find(b"<"), 0) :]
    head = start[:200].lower()
    if b"<html" in head or b"<!doctype html" in head:
        raise Unreadable("is a web page")
    try:
        root: Element = fromstring(start, forbid_dtd=True)
    except DefusedXmlException:
        raise Unreadable("is XML with definitions of its own, which are not read") from None
    except (ParseError, ValueError, LookupError):
        raise Unreadable("is neither JSON nor XML, or was cut off") from None
    return root


def _children(child: Element, kind: str) -> list[Any]:
    """Read one child of the root; a list in the list (services/services) is opened."""
    inner = [each for each in child if _name(each) == kind]
    return [_value(each) for each in inner] if inner else [_value(child)]


def _value(element: Element) -> Any:
    if not len(element):
        return None if element.get(_NIL) == "true" else element.text
    names = [_name(each) for each in element]
    if len(names) > 1 and len(set(names)) == 1:
        return [_value(each) for each in element]
    return {name: _value(each) for name, each in zip(names, element, strict=True)}


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
