"""The settings of a memory connection: the app's name, and its behaviour where it is made by them."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from connectors.memory.behaviour import Versions
from contracts.connector import Feed, Part, ResponseAbility
from contracts.content import Field
from contracts.strict import StrictSchema
from contracts.vocabulary import Status, Visibility


class _FrozenSet(fields.List[Any]):
    """A JSON list that is loaded as a frozenset."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return frozenset(super()._deserialize(value, *args, **kwargs))


def _status() -> fields.Enum[Status]:
    return fields.Enum(Status, by_value=True)


def _lengths() -> fields.Dict:
    return fields.Dict(keys=fields.Enum(Field, by_value=True), values=fields.Integer(strict=True, validate=Range(min=1)))


def _field_set() -> _FrozenSet:
    return _FrozenSet(fields.Enum(Field, by_value=True))


def _parts() -> _FrozenSet:
    return _FrozenSet(fields.Enum(Part, by_value=True))


class ResponseAbilitySettings(StrictSchema):
    """What the app does with responses; ``cut`` in characters."""

    reads = fields.Boolean()
    writes = _FrozenSet(fields.Enum(Visibility, by_value=True))
    cut = fields.Integer(allow_none=True, strict=True, validate=Range(min=1))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ResponseAbility:
        """Make the value that the capability sheet carries."""
        return ResponseAbility(**data)


class MemorySettings(StrictSchema):
    """``app`` names the app; the webhook's secret is between it and the hub.

    Everything else is a knob of `Behaviour`, and counts only if that app does not exist yet.
    """

    app = fields.String(required=True, metadata={"description": "Name of the app in this process"})
    webhook_secret = fields.String(validate=Length(min=8), metadata={"description": "What the app signs its webhooks with", "secret": True})
    feed = fields.Enum(Feed, by_value=True, validate=OneOf([Feed.POLL, Feed.SNAPSHOT]))
    words = fields.Dict(keys=fields.String(), values=_status())
    write_words = fields.Dict(keys=_status(), values=fields.String(), allow_none=True)
    reopens = _FrozenSet(_status())
    reads = _field_set()
    creates = _field_set()
    writes = _field_set()
    cuts = _lengths()
    undeclared_cuts = _lengths()
    versions = fields.Enum(Versions, by_value=True)
    conditional_write = fields.Boolean()
    carries_token = fields.Boolean()
    can_find = fields.Boolean()
    idempotent_create = fields.Boolean()
    can_list = fields.Boolean()
    can_create = fields.Boolean()
    can_fetch = fields.Boolean()
    combines = _FrozenSet(_parts())
    together = _parts()
    transitions = fields.Dict(keys=_status(), values=_FrozenSet(_status()), allow_none=True)
    responses = fields.Nested(ResponseAbilitySettings)
    returns_record = fields.Boolean()
    reply_moves_to = fields.String(allow_none=True)
    signals_deletion = fields.Boolean()
    has_epoch = fields.Boolean()
    page_size = fields.Integer(strict=True, validate=Range(min=1))
    settle = fields.Float(validate=Range(min=0))

    @validates_schema
    def possible(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse knobs that no app could have at once."""
        if data.get("versions") is Versions.NONE and data.get("conditional_write", True):
            raise ValidationError("An app without versions has no conditional write; set conditional_write: false.", "conditional_write")
        if data.get("carries_token") is False and data.get("can_find", True):
            raise ValidationError("A token that is not carried cannot be found; set can_find: false.", "can_find")
        if Field.DESCRIPTION in data.get("writes", ()):
            raise ValidationError("The description is the citizen's original text and never changes; leave it out.", "writes")
