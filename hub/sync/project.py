"""What a complaint looks like through one app's eyes: privacy first, then what the app can express. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.connector import Capabilities
from contracts.content import IDENTITY_FIELDS, Field
from contracts.vocabulary import Status
from hub.sync.policy import Policy

Content = Mapping[Field, Any]

_STAND_IN = 80


def same(one: Any, other: Any) -> bool:
    """Compare two values of one field; an empty text or list says as little as an absent one."""
    return bool(_something(one) == _something(other))


def _something(value: Any) -> Any:
    return None if value == "" or value == [] else value


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
    return {name: value for name, value in content.items() if policy.allows(name) and name not in hidden}


def wanted(content: Content, base: Content, sheet: Capabilities, policy: Policy, *, origin: bool) -> dict[Field, Any]:
    """Return what the app's record should say: the base, with every visible, sayable and writable field moved to the hub's value."""
    want = dict(base)
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
    lacking = []
    for name, value in visible(content, policy, origin=origin).items():
        if name not in sheet.reads or value is None:
            continue
        said = express(name, value, sheet)
        if said is None or (name not in sheet.writes and not same(said, base.get(name))):
            lacking.append(name.value)
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


def degraded(asked: Any, stored: Any) -> bool:
    """Tell whether ``stored`` is what an app may make of ``asked`` by cutting or folding white space."""
    if not isinstance(asked, str) or not isinstance(stored, str) or not stored:
        return False
    one, other = " ".join(asked.split()), " ".join(stored.split())
    return one == other or (len(other) >= 3 and one.startswith(other))


def _may_be_emptied(name: Field) -> bool:
    return name is Field.REASON
