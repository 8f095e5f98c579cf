"""The kinds of value on the wire, stricter than marshmallow's own: a number is no text, a moment has a zone, a pattern fits whole."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Range, Regexp

from contracts.content import iso

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Fits(Regexp):
    """A pattern that the whole text must fit, in ASCII digits; marshmallow's own lets a final newline pass."""

    def __init__(self, pattern: str, problem: str) -> None:
        super().__init__(pattern, flags=re.ASCII, error=problem)

    def __call__(self, value: Any) -> Any:
        """Return the value if it fits; raises ValidationError."""
        if not self.regex.fullmatch(value):
            raise ValidationError(self._format_error(value))
        return value


class Text(fields.String):
    """A text of at most ``longest`` characters that every database can keep: no NUL, no half of a surrogate pair."""

    def __init__(self, longest: int, *, shortest: int | None = None, pattern: Fits | None = None, **rest: Any) -> None:
        checks: list[Any] = [Length(min=shortest, max=longest)]
        super().__init__(validate=[*checks, pattern] if pattern else checks, **rest)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if _UNSTORABLE.search(value):
            raise ValidationError("Holds characters that cannot be stored (NUL or half a surrogate pair); remove them.")
        return super()._deserialize(value, attr, data, **rest)


class Moment(fields.AwareDateTime):
    """An aware moment; any offset comes in, UTC goes out. More than six digits of a second are refused, not rounded."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **rest: Any) -> Any:
        return None if value is None else iso(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **rest: Any) -> datetime:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise ValidationError("Not a moment with its offset, like 2026-03-02T08:15:00+07:00 (at most 6 digits after the second).")
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError("There is no such moment.") from error


class Day(fields.Date):
    """A calendar day, written in full."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **rest: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValidationError("Not a day, like 2026-03-02.")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("There is no such day.") from error


class Flag(fields.Boolean):
    """True or false; neither 1 nor "yes"."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **rest: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class WholeNumber(fields.Integer):
    """A whole number between two bounds, as a number."""

    def __init__(self, low: int, high: int, **rest: Any) -> None:
        super().__init__(strict=True, validate=Range(low, high), **rest)

    def _deserialize(self, value: Any, attr: Any, data: Any, **rest: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return value


class Degrees(fields.Float):
    """Degrees of WGS 84 between plus and minus ``limit``, as a number."""

    def __init__(self, limit: float, **rest: Any) -> None:
        super().__init__(validate=Range(-limit, limit), **rest)

    def _deserialize(self, value: Any, attr: Any, data: Any, **rest: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.make_error("invalid", input=value)
        return float(value)
