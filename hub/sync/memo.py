"""What an app keeps instead of what it was asked (cut, normalised): remembered, so that it is neither an edit nor a loss.

``link.stored`` holds, per field, [asked, stored]; right after a write whose record was not returned it holds
[asked, None, version] until the next reading shows what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.content import Field
from hub.store.rows import LinkRow
from hub.sync.project import degraded, same

_READ_BACK = 3


def expect(link: LinkRow, asked: Mapping[Field, Any], version: str | None) -> None:
    """Note after an acknowledged write that the next reading may show these fields otherwise than asked."""
    link.stored = {**link.stored, **{str(name): [value, None, version] for name, value in asked.items()}}


def effective(link: LinkRow, local: Mapping[Field, Any], version: str | None) -> dict[Field, Any]:
    """Return what the app says, with what it made of our own values read as those values."""
    said, stored = dict(local), dict(link.stored)
    for name, memo in link.stored.items():
        field = Field(name)
        if field not in local:
            continue
        asked, value = memo[0], local[field]
        if len(memo) == _READ_BACK:
            _first_reading(stored, said, field, memo, value, version)
        elif same(memo[1], value):
            said[field] = asked
        else:
            del stored[name]
    if stored != link.stored:
        link.stored = stored
    return said


def _first_reading(
    stored: dict[str, Any], said: dict[Field, Any], field: Field, memo: list[Any], value: Any, version: str | None
) -> None:
    asked, _, wrote = memo
    del stored[field.value]
    if same(asked, value):
        return
    # At the version our write produced nobody else can have been; without versions only a visible cut is believed.
    if (wrote is not None and wrote == version) or degraded(asked, value):
        stored[field.value] = [asked, value]
        said[field] = asked
