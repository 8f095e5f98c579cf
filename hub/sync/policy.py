"""Who may see and write which field over one connection: the defaults of the house, and what a connection overrides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contracts.content import IDENTITY_FIELDS, Field


class Otherwise(StrEnum):
    """What happens to a local change that its app had no right to make."""

    PUT_BACK = "put_back"
    TOLERATE = "tolerate"
    PROPOSE = "propose"


class Side(StrEnum):
    """Who wins where nothing else decides."""

    HUB = "hub"
    LOCAL = "local"


_INTERVAL = 60.0


@dataclass(frozen=True, slots=True)
class FieldRule:
    """An override for one field: may the app write it (None: the default), else what, and does a person decide conflicts."""

    write: bool | None = None
    otherwise: Otherwise = Otherwise.PROPOSE
    manual: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What one connection may see and write. ``share`` adds to the default allow-list, which has no reporter field.

    ``regions`` and ``classes`` subscribe to complaints elsewhere; ``interval`` and ``listing`` are seconds between pulls
    and between full comparisons; ``rate`` is how many calls a minute its app takes, None: as many as there are.
    """

    share: frozenset[Field] = frozenset()
    hide: frozenset[Field] = frozenset()
    internal: bool = False
    fields: Mapping[Field, FieldRule] = field(default_factory=dict)
    prefer: Side = Side.HUB
    regions: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    interval: float = _INTERVAL
    listing: float = 86_400.0
    rate: int | None = None
    allowed: frozenset[Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out the allow-list once."""
        object.__setattr__(self, "allowed", (frozenset(Field) - IDENTITY_FIELDS | self.share) - self.hide)

    def allows(self, name: Field) -> bool:
        """Tell whether the connection may be given this field at all (allow-list)."""
        return name in self.allowed

    def rule(self, name: Field) -> FieldRule:
        """Return the override for a field, or the default rule."""
        return self.fields.get(name, _DEFAULT)


_DEFAULT = FieldRule()


def interval_of(given: Mapping[str, Any]) -> float:
    """Return the seconds between pulls, from what was validated and stored, where nothing else of it is wanted."""
    interval: float = given.get("interval", _INTERVAL)
    return interval


def policy_from_json(given: Mapping[str, Any]) -> Policy:
    """Build a policy from what `hub.operations` validated and stored."""
    rules = {
        Field(name): FieldRule(rule.get("write"), Otherwise(rule.get("otherwise", "propose")), rule.get("manual", False))
        for name, rule in given.get("fields", {}).items()
    }
    return Policy(
        share=frozenset(Field(name) for name in given.get("share", ())),
        hide=frozenset(Field(name) for name in given.get("hide", ())),
        internal=given.get("internal", False),
        fields=rules,
        prefer=Side(given.get("prefer", "hub")),
        regions=tuple(given.get("regions", ())),
        classes=tuple(given.get("classes", ())),
        interval=interval_of(given),
        listing=given.get("listing", 86_400.0),
        rate=given.get("rate"),
    )
