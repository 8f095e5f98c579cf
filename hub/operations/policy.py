"""What a person may write as the policy of a connection; `hub.sync.policy` reads what has passed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Range

from contracts.content import Field
from contracts.schema import REGION
from contracts.strict import StrictSchema, nearest
from contracts.vocabulary import Classification
from contracts.wire import Flag, Text
from hub.plugins import listed
from hub.sync.pace import FASTEST, SLOWEST
from hub.sync.policy import Otherwise, Side

_RATE = f"Not a number of calls a minute: write a whole one from {SLOWEST} to {FASTEST}, or leave it out; `interval` reads less often."


class _OneOf(fields.String):
    """A word of a closed list; another one is refused with the nearest."""

    def __init__(self, words: Iterable[str], **rest: Any) -> None:
        super().__init__(**rest)
        self.words = tuple(str(word) for word in words)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        word = super()._deserialize(value, attr, data, **rest)
        if word not in self.words:
            raise ValidationError(f"'{word}' is none of the words here. {nearest(str(word), self.words)}")
        return word


class FieldRuleSchema(StrictSchema):
    """An override for one field: ``write`` (null: as the house has it), what happens otherwise, and who decides conflicts."""

    write = Flag(allow_none=True)
    otherwise = _OneOf(word.value for word in Otherwise)
    manual = Flag()


class PolicySchema(StrictSchema):
    """Who may see and write what over one connection; ``interval`` and ``listing`` are seconds, ``rate`` calls a minute."""

    share = fields.List(_OneOf(name.value for name in Field))
    hide = fields.List(_OneOf(name.value for name in Field))
    internal = Flag()
    fields_ = fields.Dict(
        keys=_OneOf(name.value for name in Field), values=fields.Nested(FieldRuleSchema), data_key="fields", attribute="fields"
    )
    prefer = _OneOf(side.value for side in Side)
    regions = fields.List(Text(13, pattern=REGION))
    classes = fields.List(_OneOf(word.value for word in Classification))
    interval = fields.Float(validate=Range(min=1), allow_nan=False)
    listing = fields.Float(validate=Range(min=60), allow_nan=False)
    rate = fields.Integer(strict=True, allow_none=True, validate=Range(SLOWEST, FASTEST, error=_RATE), error_messages={"invalid": _RATE})

    @validates_schema
    def possible(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a field that is both shared and hidden."""
        both = sorted(set(data.get("share", ())) & set(data.get("hide", ())))
        if both:
            raise ValidationError(f"{', '.join(both)}: both shared and hidden; name each once.", "hide")


def policy_problems(given: Any) -> list[tuple[str, str]]:
    """Return all that is wrong with a policy, each with its place below ``policy``."""
    if not isinstance(given, Mapping):
        return [("policy", "is not a section of 'name: value' lines")]
    problems = PolicySchema().validate(dict(given))
    return listed(problems, "policy") if problems else []
