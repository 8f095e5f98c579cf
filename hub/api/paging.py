"""Pages of a list by key, not by number: what is added or goes away meanwhile moves nothing else."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import orjson
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import abort as refuse

from contracts.strict import StrictSchema
from contracts.wire import Text

Item = TypeVar("Item")

USUAL = 50
MOST = 200
_NO_CURSOR = "Not a cursor of this list; take next_cursor of its last page, or leave it out to begin."


def cursor_of(*key: str | int) -> str:
    """Write a place in a list as a text that means something only here."""
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def key_of(cursor: str, *shape: type) -> tuple[Any, ...]:
    """Read a place back; answers 422 for whatever `cursor_of` did not write with this shape."""
    try:
        key = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except ValueError:
        no_cursor()
    if not isinstance(key, list) or [type(part) for part in key] != list(shape):
        no_cursor()
    return tuple(key)


def no_cursor() -> NoReturn:
    """Refuse a cursor."""
    refuse(422, errors={"cursor": [_NO_CURSOR]})
    raise AssertionError("unreachable")


class Limit(fields.Integer):
    """How many at most: 1 to 200."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        text = str(value)
        if not (text.isascii() and text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= MOST):
            raise ValidationError(f"Not a whole number from 1 to {MOST}.")
        return int(text)


class PageQuery(StrictSchema):
    """Where a page begins and how long it is."""

    limit = Limit(load_default=USUAL, metadata={"description": f"At most so many, 1 to {MOST}.", "minimum": 1, "maximum": MOST})
    cursor = Text(400, metadata={"description": "next_cursor of the page before."})


def page_schema(name: str, item: type[Schema]) -> Schema:
    """Return the schema of one page of something."""
    note = "Give it as cursor for the next page; null: this is the last."
    made = {
        "items": fields.List(fields.Nested(item)),
        "next_cursor": fields.String(allow_none=True, metadata={"description": note}),
    }
    return Schema.from_dict(made, name=name)()  # type: ignore[arg-type]


def one_page(found: Sequence[Item], key: Callable[[Item], tuple[Any, ...]], limit: int) -> dict[str, Any]:
    """Make a page of one item more than fits: that one tells only that there is a next page."""
    items = found[:limit]
    return {"items": items, "next_cursor": cursor_of(*key(items[-1])) if len(found) > limit else None}
