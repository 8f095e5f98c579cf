"""What a complaint looks like through one app's eyes: privacy first, then what the app can express. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from math import isclose
from typing import Any

from contracts.connector import Capabilities
from contracts.content import IDENTITY_FIELDS, Field
from contracts.vocabulary import Status
from hub.sync.policy import Policy

Content = Mapping[Field, Any]

ERASED = "[dihapus]"
# In the base of an erased complaint: something personal stands there still; what it is nobody keeps.
STANDING = "[…]"
TEXTS = frozenset({Field.TITLE, Field.DESCRIPTION, Field.ADDRESS})
POINTS = frozenset({Field.LATITUDE, Field.LONGITUDE})
REDACTED = TEXTS | POINTS | IDENTITY_FIELDS

_NOTHING: tuple[Any, ...] = (None, "", [])
_STAND_IN = 80
_SINGLE = 1e-7


def same(one: Any, other: Any) -> bool:
    """Compare two values of one field; an empty text or list says as little as an absent one."""
    return bool(one == other) or (one in _NOTHING and other in _NOTHING)


def express(name: Field, value: Any, sheet: Capabilities) -> Any:
    """Say one value as the app would say it; None where the app has no word for it."""
    if value is None:
        return None
    if name is Field.STATUS:
        said = sheet.statuses.get(Status(value))
        return None if said is None else said.value
    kept = sheet.cuts.get(name)
    return value[:kept] if kept is not None and isinstance(value, str) and name not in IDENTITY_FIELDS else value


def expressed(content: Content, sheet: Capabilities) -> dict[Field, Any]:
    """Say every field the app reads or takes as the app would say it, whether or not it may be written there."""
    return {name: express(name, content.get(name), sheet) for name in sorted(sheet.reads | sheet.creates)}


def visible(content: Content, policy: Policy, *, origin: bool) -> dict[Field, Any]:
    """Keep only what the connection may be given; the reporter of an anonymous complaint goes to nobody but its origin."""
    hidden = IDENTITY_FIELDS if content.get(Field.ANONYMOUS) and not origin else frozenset()
    given = policy.allowed - hidden
    return {name: value for name, value in content.items() if name in given}


def overshared(content: Content, base: Content, sheet: Capabilities, policy: Policy, *, origin: bool) -> frozenset[Field]:
    """Name the identity fields that the app's record shows and that its connection may not be given (any more)."""
    if origin:
        return frozenset()
    shown = frozenset(name for name in IDENTITY_FIELDS & sheet.reads if not same(base.get(name), None))
    return shown if content.get(Field.ANONYMOUS) else frozenset(name for name in shown if not policy.allows(name))


def wanted(
    content: Content, base: Content, sheet: Capabilities, policy: Policy, *, origin: bool, given: Collection[Field] = ()
) -> dict[Field, Any]:
    """Return what the app's record should say: the base, with every visible, sayable and writable field moved to the hub's value.

    ``given``: the fields that still say what the hub itself wrote there; only those are ever taken back.
    """
    want = dict(base)
    for name in overshared(content, base, sheet, policy, origin=origin) & sheet.writes:
        if name in given:
            want[name] = None
    for name, value in visible(content, policy, origin=origin).items():
        if name in sheet.writes and name in sheet.reads:
            said = express(name, value, sheet)
            if said is not None:
                want[name] = said
    for name in sheet.writes & sheet.reads:
        if content.get(name) is None and policy.allows(name) and base.get(name) is not None and _may_be_emptied(name):
            want[name] = None
    return want


def unsupported(content: Content, base: Content, sheet: Capabilities, policy: Policy, *, origin: bool) -> list[str]:
    """Name the fields where the hub says something the app shows but cannot be told: shown to people, never faked."""
    told = sheet.reads - sheet.writes
    lacking = {name.value for name in told & REDACTED if base.get(name) == STANDING}
    over = overshared(content, base, sheet, policy, origin=origin) & told
    lacking |= {name.value for name in over if same(base.get(name), content.get(name))}
    for name, value in visible(content, policy, origin=origin).items():
        if name not in sheet.reads or value is None:
            continue
        said = express(name, value, sheet)
        if said is None or (name not in sheet.writes and not same(said, base.get(name))):
            lacking.add(name.value)
    return sorted(lacking)


def payload(content: Content, sheet: Capabilities, policy: Policy, *, origin: bool) -> dict[Field, Any]:
    """Return what a new record is filed with."""
    given = {}
    for name, value in visible(content, policy, origin=origin).items():
        said = express(name, value, sheet)
        if name in sheet.creates and said is not None:
            given[name] = said
    text = given.get(Field.DESCRIPTION)
    if Field.TITLE in sheet.creates and given.get(Field.TITLE) is None and policy.allows(Field.TITLE) and text:
        # Many apps insist on a title and many others have none: the beginning of the text stands in, there only.
        given[Field.TITLE] = express(Field.TITLE, " ".join(text.split())[:_STAND_IN], sheet)
    return given


def final(content: Content, base: Content, sheet: Capabilities, policy: Policy, *, origin: bool) -> dict[Field, Any]:
    """Return the last projection for a connection that is no longer a receiver: its word for returned, with the reason."""
    said = sheet.statuses.get(Status.RETURNED)
    want = dict(base)
    if said is Status.RETURNED and Field.STATUS in sheet.writes & sheet.reads:
        want[Field.STATUS] = said.value
        if Field.REASON in sheet.writes & sheet.reads and policy.allows(Field.REASON) and content.get(Field.REASON):
            want[Field.REASON] = express(Field.REASON, content.get(Field.REASON), sheet)
    return want


def redacted(want: Content, base: Content, sheet: Capabilities) -> dict[Field, Any]:
    """Return what the record of an erased complaint should say: nothing personal, wherever the app can be told so."""
    told = dict(want)
    for name in REDACTED & sheet.reads & sheet.writes:
        empty = same(base.get(name), None) and same(want.get(name), None)
        told[name] = express(name, ERASED, sheet) if name in TEXTS and not empty else None
    return told


def impersonal(value: Any) -> bool:
    """Tell whether a value says nothing of anybody: it is absent, redacted (and perhaps cut), or only known to stand there."""
    return same(value, None) or value == STANDING or (isinstance(value, str) and ERASED.startswith(value))


def degraded(asked: Any, stored: Any) -> bool:
    """Tell whether ``stored`` is what an app may make of ``asked`` by cutting, rounding or folding white space."""
    if isinstance(asked, float) and isinstance(stored, float):
        return _rounded(asked, stored)
    if not isinstance(asked, str) or not isinstance(stored, str) or not stored:
        return False
    one, other = " ".join(asked.split()), " ".join(stored.split())
    return one == other or (len(other) >= 3 and one.startswith(other))


def _rounded(asked: float, stored: float) -> bool:
    # To fewer digits after the point, or to single precision, which shows more of them and means less.
    digits = _digits(stored)
    if isclose(asked, stored, rel_tol=_SINGLE):
        return True
    return 0 < digits < _digits(asked) and stored in (round(asked, digits), int(asked * 10**digits) / 10**digits)


def _digits(value: float) -> int:
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _may_be_emptied(name: Field) -> bool:
    return name is Field.REASON
