"""What an app keeps instead of what it was asked (cut, normalised): remembered, so that it is neither an edit nor a loss.

``link.stored`` holds, per field, [asked, stored]; right after an acknowledged write it holds [asked, before, version]
until the next reading shows what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.content import Field
from hub.store.rows import LinkRow
from hub.sync.marks import value_mark
from hub.sync.project import STANDING, degraded, impersonal, same

_READ_BACK = 3


def expect(link: LinkRow, asked: Mapping[Field, Any], before: Mapping[Field, Any], version: str | None) -> None:
    """Note after an acknowledged write what the next reading should show, and what was there before."""
    link.stored = {**link.stored, **{str(name): [value, before.get(name), version] for name, value in asked.items()}}


def effective(link: LinkRow, local: Mapping[Field, Any], version: str | None) -> dict[Field, Any]:
    """Return what the app says, with what it made of our own values read as those values."""
    said, stored = dict(local), dict(link.stored)
    for name, memo in link.stored.items():
        field = Field(name)
        if field not in local:
            continue
        asked, value = memo[0], local[field]
        if len(memo) == _READ_BACK:
            _first_reading(link, stored, said, field, version)
        elif same(memo[1], value):
            said[field] = asked
        else:
            del stored[name]
    if stored != link.stored:
        link.stored = stored
    return said


def _first_reading(link: LinkRow, stored: dict[str, Any], said: dict[Field, Any], field: Field, version: str | None) -> None:
    asked, before, wrote = stored.pop(field.value)
    value = said[field]
    if same(asked, value):
        return
    # Nothing is kept of what an erased complaint said: whatever nobody else wrote there meanwhile has stood there before.
    stays = before == STANDING and wrote in (None, version) and not degraded(asked, value)
    if stays or (same(before, value) and not degraded(asked, value)):
        # Acknowledged, and not done: the hub's value stands, and a person sees that this app does not keep it.
        link.base = {**(link.base or {}), field.value: STANDING if stays else value}
        link.parked = {**link.parked, field.value: {"error": "the app accepted it and did not keep it", "asked": value_mark(asked)}}
        return
    # At the version our write produced nobody else can have been; without versions only a visible cut is believed.
    if (wrote is not None and wrote == version) or degraded(asked, value):
        if asked and impersonal(asked) and not degraded(asked, value):
            return  # a redaction is never taken for done where something else stands
        stored[field.value] = [asked, value]
        said[field] = asked
