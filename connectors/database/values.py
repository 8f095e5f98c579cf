"""Single values, from what a driver hands over to canonical ones and back. Pure.

Home-made apps keep naive local time, phone numbers as typed, and flags in many spellings; everything that knows about
that is here. Each reader raises `Nonsense` for a value that cannot be meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

NIK_DIGITS = 16
_YES = frozenset({"1", "y", "ya", "yes", "true", "t", "on"})
_NO = frozenset({"0", "n", "tidak", "no", "false", "f", "off", ""})


class Nonsense(ValueError):
    """A value that cannot be meant; the sentence does not repeat the value."""


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Bytes that are not text in any encoding we were told of, or a value the driver cannot represent."""

    data: bytes

    def __str__(self) -> str:
        return self.data.decode("utf-8", "backslashreplace")


def decoded(data: bytes) -> str | Undecodable:
    """Turn bytes into text, or keep them visibly apart."""
    try:
        return bytes(data).decode("utf-8")
    except UnicodeDecodeError:
        return Undecodable(bytes(data))


def text(value: object) -> str | None:
    """Read text; None for NULL. Raises Nonsense for bytes that are not UTF-8."""
    if value is None or type(value) is str:  # nearly always, and this is asked for every field of every row
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        value = decoded(bytes(value))
    if isinstance(value, Undecodable):
        raise Nonsense("the text is not valid in the encoding of its column")
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    return str(value)


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """Read a point in time as aware UTC; None for NULL or empty text.

    A naive value is in the app's ``zone``; a date without time is 00:00 there; a number is seconds since 1970.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _epoch(float(value))
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, clock_time())
    if not isinstance(value, datetime):
        value = _parsed(value)
    try:
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise Nonsense("the date is out of range") from error


def _epoch(seconds: float) -> datetime:
    try:
        if seconds <= 0:
            raise ValueError
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Nonsense("the number is not a time in seconds since 1970") from error


def _parsed(value: object) -> datetime:
    try:
        return datetime.fromisoformat((text(value) or "").strip())
    except ValueError as error:
        raise Nonsense("the date cannot be read (0000-00-00, or not year-month-day)") from error


def day(value: object) -> date | None:
    """Read a calendar day as the app has it, untouched by any zone; None for NULL or empty text."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return _parsed(value).date()


def flag(value: object) -> bool | None:
    """Read yes or no in the spellings of the country; None for NULL."""
    if value is None:
        return None
    if isinstance(value, bytes) and value in (b"\x00", b"\x01"):
        return value == b"\x01"
    word = (text(value) or "").strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Nonsense("the flag is neither yes nor no")


def phone(value: object) -> str | None:
    """Read a phone number as E.164 (``08…``, ``62…``, ``+62…``, and foreign ones with ``+``); None if it is none."""
    written = re.sub(r"[\s().\-/]", "", text(value) or "")
    if written.startswith("00"):
        written = "+" + written[2:]
    if written.startswith("0"):
        written = "+62" + written[1:]
    elif written.startswith("62"):
        written = "+" + written
    elif written.startswith("8"):
        written = "+62" + written
    return written if re.fullmatch(r"\+[1-9]\d{7,14}", written) else None


def identity_number(value: object) -> str | None:
    """Read a NIK of 16 digits, giving back leading zeros a number column lost; None if it is none."""
    written = re.sub(r"[\s.\-]", "", text(value) or "")
    if not re.fullmatch(r"\d{1,16}", written) or not written.strip("0"):
        return None
    return written.zfill(NIK_DIGITS)


def number(value: object) -> float | None:
    """Read a coordinate in degrees; None for NULL or empty text."""
    written = (text(value) or "").strip().replace(",", ".")
    if not written:
        return None
    try:
        return float(written)
    except ValueError as error:
        raise Nonsense("the number cannot be read") from error


def earlier(stamp: object, seconds: int) -> Any:
    """Return the app's own time value moved back, in a form that compares with the app's values."""
    if isinstance(stamp, datetime):
        return stamp - timedelta(seconds=seconds)
    if isinstance(stamp, date):
        return stamp - timedelta(seconds=seconds)  # whole days only; a date is its own midnight anyway
    if isinstance(stamp, int | float | Decimal):
        return stamp - seconds
    # A space sorts before "T", so this is a lower bound whichever of the two the app writes.
    return (_parsed(stamp).replace(tzinfo=None) - timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


def midnight(stamp: object) -> Any:
    """Return the beginning of a time value's day: where it may be compared with a column that holds only dates."""
    if isinstance(stamp, datetime):
        return stamp.replace(hour=0, minute=0, second=0, microsecond=0)
    if isinstance(stamp, str):
        return stamp[:10]
    if isinstance(stamp, int | float | Decimal) and not isinstance(stamp, bool):
        return stamp - 86_400
    return stamp


def storable(value: object) -> str | int | float | None:
    """Return a driver's value as JSON can keep it."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    try:
        return text(value)
    except Nonsense:
        shown = value if isinstance(value, Undecodable) else decoded(bytes(value))  # type: ignore[call-overload]
        return str(shown)


def packed(stamp: object) -> list[str | int | float | None]:
    """Return an app's time value for a cursor, with its type, so that it compares with the column again."""
    kind = "datetime" if isinstance(stamp, datetime) else "date" if isinstance(stamp, date) else "plain"
    return [kind, storable(stamp)]


def unpacked(pair: list[Any]) -> Any:
    """Return the time value that `packed` kept. Raises ValueError for anything else."""
    kind, value = pair
    if kind == "plain":
        return value
    return datetime.fromisoformat(value) if kind == "datetime" else date.fromisoformat(value)
