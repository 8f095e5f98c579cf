"""Split what an app should be told into the calls it takes, in an order people can follow. Pure.

Responses go before the status they explain; a status walks the steps the app insists on. Only the first edit is ever
carried out: after its result everything is decided again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.connector import Capabilities, Part
from contracts.content import FIELDS, Field
from contracts.lifecycle import path
from contracts.vocabulary import Status, Visibility
from hub.sync.project import same


@dataclass(frozen=True, slots=True)
class Saying:
    """One response to write: its id in the hub (None: a notice that only explains a status) and what it says."""

    id: str | None
    text: str
    visibility: Visibility


@dataclass(frozen=True, slots=True)
class Planned:
    """One call: flat fields (status and holder among them) and at most one response."""

    fields: Mapping[Field, Any] = field(default_factory=dict)
    saying: Saying | None = None

    @property
    def parts(self) -> frozenset[Part]:
        """The parts this call uses."""
        return frozenset({part_of(name, value) for name, value in self.fields.items()} | ({Part.RESPONSE} if self.saying else set()))


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls in order, and the fields that cannot be brought there at all."""

    edits: tuple[Planned, ...] = ()
    unreachable: tuple[Field, ...] = ()


def part_of(name: Field, value: Any) -> Part:
    """Tell in which part of an edit a field travels; a reason goes with its status, but is cleared like any other field."""
    if name is Field.STATUS or (name is Field.REASON and value is not None):
        return Part.STATUS
    return Part.HOLDER if name is Field.HOLDER else Part.FIELDS


def differences(want: Mapping[Field, Any], base: Mapping[Field, Any]) -> dict[Field, Any]:
    """Return the fields to write: only those where the record must change, never the whole record."""
    return {FIELDS[name]: value for name, value in want.items() if not same(value, base.get(name))}


def plan(
    want: Mapping[Field, Any],
    base: Mapping[Field, Any],
    sayings: Sequence[Saying],
    sheet: Capabilities,
    held: Collection[Field] = (),
) -> Plan:
    """Return the calls that lead from ``base`` to ``want`` and say what has not been said."""
    moves = {name: value for name, value in differences(want, base).items() if name not in held}
    fields = {name: value for name, value in moves.items() if part_of(name, value) is Part.FIELDS}
    holder = {name: value for name, value in moves.items() if part_of(name, value) is Part.HOLDER}
    status = {name: value for name, value in moves.items() if part_of(name, value) is Part.STATUS}
    unreachable: tuple[Field, ...] = ()
    if Field.STATUS in status:
        step = _step(base.get(Field.STATUS), status[Field.STATUS], sheet)
        if step is None:
            unreachable, status = (Field.STATUS,), {}
        else:
            status = {**status, Field.STATUS: step}
    return Plan(_arrange(fields, holder, status, sayings, sheet, base), unreachable)


def _step(current: Any, wanted: Any, sheet: Capabilities) -> Any:
    if sheet.transitions is None or current is None:
        return wanted
    way = path(Status(current), Status(wanted), dict(sheet.transitions))
    return way[0].value if way else None


def _arrange(
    fields: dict[Field, Any],
    holder: dict[Field, Any],
    status: dict[Field, Any],
    sayings: Sequence[Saying],
    sheet: Capabilities,
    base: Mapping[Field, Any],
) -> tuple[Planned, ...]:
    edits: list[Planned] = []
    leading = [*sayings]
    last = leading.pop() if leading and status and _together(sheet, Part.STATUS, Part.RESPONSE) else None
    if _needs(sheet, Part.STATUS, Part.RESPONSE):
        edits += [Planned({Field.STATUS: base.get(Field.STATUS)}, saying) for saying in leading]
        if status and last is None:
            last = notice(status.get(Field.STATUS, base.get(Field.STATUS)))
        if status and Field.STATUS not in status:
            status = {**status, Field.STATUS: base.get(Field.STATUS)}
        if status:
            edits.append(Planned(status, last))
    else:
        edits += [Planned({}, saying) for saying in leading]
        if status or last:
            edits.append(Planned(status, last))
    changes = [Planned(part) for part in (fields, holder) if part]
    return _joined([*changes, *edits], sheet)


def _joined(edits: list[Planned], sheet: Capabilities) -> tuple[Planned, ...]:
    # Fields and holder ride along with the first other call where the app takes them together.
    joined: list[Planned] = []
    for edit in edits:
        if joined and not (joined[-1].saying and edit.saying) and not set(joined[-1].fields) & set(edit.fields):
            both = joined[-1].parts | edit.parts
            if len(both) > 1 and any(both <= taken for taken in sheet.combines):
                joined[-1] = Planned({**joined[-1].fields, **edit.fields}, edit.saying or joined[-1].saying)
                continue
        joined.append(edit)
    return tuple(joined)


def _together(sheet: Capabilities, *parts: Part) -> bool:
    return _needs(sheet, *parts) or any(set(parts) <= taken for taken in sheet.combines)


def _needs(sheet: Capabilities, *parts: Part) -> bool:
    return set(parts) <= sheet.together


def notice(status: Any) -> Saying:
    """Return the text for an app that takes no status without one: the status in the reporter's language, nothing more."""
    return Saying(None, f"Status: {Status(status).label('id')}.", Visibility.PUBLIC)
