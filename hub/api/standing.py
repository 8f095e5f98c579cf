"""What the API gives of the network itself: connections, deliveries, conflicts, quarantine, health."""

from __future__ import annotations

from marshmallow import Schema, fields

from contracts.wire import Moment


class ConnectionOut(Schema):
    """How a connection stands. ``lag`` is seconds since the last complete pull; its app is not asked before ``calls_from``."""

    name = fields.String()
    kind = fields.String()
    agency = fields.String(allow_none=True)
    state = fields.String()
    detail = fields.String(allow_none=True)
    live = fields.Boolean()
    lag = fields.Float(allow_none=True)
    pulled_at = Moment(allow_none=True)
    verified_at = Moment(allow_none=True)
    live_from = Moment(allow_none=True)
    linked = fields.Integer()
    due = fields.Integer()
    parked = fields.Integer()
    quarantined = fields.Integer()
    conflicts = fields.Integer()
    calls_from = Moment(allow_none=True)
    errors = fields.Dict(keys=fields.String(), values=fields.String())


class DetailOut(Schema):
    """One connection with its policy and what its app can do. Its settings are for the command line only."""

    standing = fields.Nested(ConnectionOut)
    policy = fields.Dict()
    sheet = fields.Dict()


class DeliveryOut(Schema):
    """One link that is not at rest."""

    id = fields.String()
    connection = fields.String()
    complaint = fields.String()
    tracking_id = fields.String()
    ref = fields.String(allow_none=True)
    state = fields.String()
    reason = fields.String(allow_none=True)
    due_at = Moment(allow_none=True)
    attempts = fields.Integer()


class ResentOut(Schema):
    """The deliveries that are due again."""

    resent = fields.List(fields.String())


class ConflictOut(Schema):
    """One thing that waits for a decision, or was decided; identity values are masked."""

    id = fields.Integer()
    kind = fields.String()
    state = fields.String()
    complaint = fields.String(allow_none=True)
    tracking_id = fields.String(allow_none=True)
    connection = fields.String(allow_none=True)
    field = fields.String(allow_none=True)
    hub_value = fields.Raw(allow_none=True)
    local_value = fields.Raw(allow_none=True)
    kept = fields.String(allow_none=True)
    rule = fields.String()
    note = fields.String(allow_none=True)
    created_at = Moment()
    decided_by = fields.String(allow_none=True)


class QuarantinedOut(Schema):
    """One record that was not understood, without its content, which may be personal."""

    id = fields.Integer()
    connection = fields.String()
    ref = fields.String()
    problem = fields.String()
    field = fields.String(allow_none=True)
    first_at = Moment()
    last_at = Moment()


class AilingOut(Schema):
    """A connection that brings nothing, and why."""

    name = fields.String()
    trouble = fields.String()
    reason = fields.String(allow_none=True)
    waits = fields.Boolean(metadata={"description": "Nothing goes on before a person acts; else it is tried again by itself."})


class HealthOut(Schema):
    """The network at one moment; the same as `simpul status`."""

    well = fields.Boolean()
    waits = fields.Boolean(metadata={"description": "Something waits for a person."})
    release = fields.String()
    database = fields.String()
    schema = fields.String()
    at = Moment()
    complaints = fields.Dict(keys=fields.String(), values=fields.Integer())
    today = fields.Integer()
    week = fields.Integer()
    connections = fields.Integer()
    live = fields.Integer()
    ailing = fields.List(fields.Nested(AilingOut))
    waiting = fields.Integer()
    oldest_due = Moment(allow_none=True)
    parked = fields.Integer()
    conflicts = fields.Integer()
    quarantined = fields.Integer()
    verified_at = Moment(allow_none=True)
    never_verified = fields.List(fields.String())
