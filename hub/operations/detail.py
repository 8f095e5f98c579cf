"""Everything about one connection that may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.build import Hub
from hub.operations.sealing import open_secrets
from hub.operations.standing import Standing, standing_of


@dataclass(frozen=True, slots=True)
class Detail:
    """How a connection stands and how it is set up; of secrets only the names."""

    standing: Standing
    settings: Mapping[str, Any]
    secrets: list[str]
    policy: Mapping[str, Any]
    sheet: Mapping[str, Any]
    cursor: str | None


def detail(hub: Hub, name: str) -> Detail:
    """Return what a person may see of one connection; raises NotFound."""
    standing = standing_of(hub, name)
    with hub.store.unit() as unit:
        row = unit.connection(name)
        return Detail(standing, row.settings, sorted(open_secrets(hub, row)), row.policy, row.sheet, row.cursor)
