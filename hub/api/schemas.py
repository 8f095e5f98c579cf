"""What the API takes and gives, beside the complaint itself, whose form is `contracts.schema`."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Regexp

from contracts.schema import LONG_TEXT, NAME, ComplaintSchema
from contracts.strict import StrictSchema
from contracts.vocabulary import Status
from contracts.wire import Fits, Flag, Moment, Text
from hub.api.paging import PageQuery

STATUSES = [word.value for word in Status]
REASON = 2_000


class ComplaintQuery(PageQuery):
    """Which complaints."""

    status = fields.String(validate=OneOf(STATUSES, error="Not one of: {choices}."))
    province = Text(2, pattern=Fits(r"^\d{2}$", "Not the two digits of a province, like 35."))
    origin = Text(60, metadata={"description": "The connection that it came in from."})
    holder = Text(60, metadata={"description": "Code of the agency that holds it."})
    q = Text(20, pattern=Fits(r"^[A-Za-z2-7-]+$", "Not a tracking id or the beginning of one."), metadata={"description": "Tracking id."})
    words = Text(
        200,
        pattern=Fits(r"^[\s\S]*\w[\s\S]*$", "Holds no word."),
        metadata={"description": "Words that are all in the title or the description."},
    )
    updated_since = Moment(metadata={"description": "Only what changed at this moment or later."})
    order = fields.String(
        load_default="oldest",
        validate=OneOf(["oldest", "newest"], error="Not one of: {choices}."),
        metadata={"description": "By last change. With oldest, what changes meanwhile comes again at the end; nothing is missed."},
    )


class OfConnection(PageQuery):
    """Those of one connection."""

    connection = Text(60, metadata={"description": "Only of this one."})


class ConflictQuery(PageQuery):
    """Which conflicts."""

    state = fields.String(load_default="open", validate=OneOf(["open", "all"], error="Not one of: {choices}."))


class AssignBody(StrictSchema):
    """To whom."""

    agency = Text(60, shortest=1, required=True)
    unit = Text(NAME, shortest=1)


class ReturnBody(StrictSchema):
    """Why it is not theirs."""

    reason = Text(REASON, required=True, pattern=Fits(r"^[\s\S]*\S[\s\S]*$", "Says nothing; give a reason."))


class AnswerBody(StrictSchema):
    """What is answered; ``status`` moves the complaint too."""

    text = Text(LONG_TEXT, required=True, pattern=Fits(r"^[\s\S]*\S[\s\S]*$", "Says nothing; write the answer."))
    internal = Flag(load_default=False)
    status = fields.String(validate=OneOf([Status.IN_PROGRESS.value, Status.ANSWERED.value], error="Not one of: {choices}."))


class CloseBody(StrictSchema):
    """Why, if there is something to say."""

    reason = Text(REASON, shortest=1)


class DirectionsBody(StrictSchema):
    """Which way; without any: both."""

    directions = fields.List(
        fields.String(validate=OneOf(["pull", "push"], error="Not one of: {choices}.")),
        load_default=lambda: ["pull", "push"],
        validate=Length(min=1, max=2),
    )


class PauseBody(DirectionsBody):
    """Which way and why; everybody sees it."""

    reason = Text(REASON, required=True, pattern=Fits(r"^.*\S.*$", "Says nothing, or more than one line; give a reason."))


class ResendBody(StrictSchema):
    """Whether to send all that got stuck for the same reason."""

    all_alike = Flag(load_default=False)


class ResolveBody(StrictSchema):
    """Whose side stands; ``value`` replaces it, or is the record's ref where the conflict asks for one."""

    keep = fields.String(required=True, validate=OneOf(["hub", "local"], error="Not one of: {choices}."))
    value = Text(LONG_TEXT)


class LineOut(Schema):
    """One complaint in a list."""

    id = fields.String()
    tracking_id = fields.String()
    title = fields.String(allow_none=True)
    status = fields.String(validate=OneOf(STATUSES))
    classification = fields.String(allow_none=True)
    province = fields.String(allow_none=True, validate=Regexp(r"^\d{2}$"))
    holder = fields.String(allow_none=True)
    origin = fields.String(allow_none=True)
    confidential = fields.Boolean()
    created_at = Moment()
    updated_at = Moment()


class RecordOut(Schema):
    """A record in a local app that is this complaint."""

    connection = fields.String()
    state = fields.String()
    ref = fields.String(allow_none=True)
    due_at = Moment(allow_none=True)


class WholeOut(Schema):
    """One complaint in the wire form, with what the hub knows around it. Who filed it is not in it."""

    id = fields.String()
    tracking_id = fields.String()
    version = fields.Integer()
    origin = fields.String(allow_none=True)
    verified = fields.Boolean()
    historic = fields.Boolean()
    erased = fields.Boolean()
    held = fields.Dict(keys=fields.String(), values=fields.String())
    created_at = Moment()
    updated_at = Moment()
    complaint = fields.Nested(ComplaintSchema(exclude=("reporter",)))
    records = fields.List(fields.Nested(RecordOut))


class EventOut(Schema):
    """One entry of a complaint's story; identity values are masked."""

    kind = fields.String()
    field = fields.String(allow_none=True)
    old = fields.Raw(allow_none=True)
    new = fields.Raw(allow_none=True)
    connection = fields.String(allow_none=True)
    actor = fields.String(allow_none=True)
    rule = fields.String()
    happened_at = Moment(allow_none=True)
    learned_at = Moment()


class TimelineOut(Schema):
    """The story of one complaint, oldest first."""

    id = fields.String(attribute="summary.id")
    tracking_id = fields.String(attribute="summary.tracking_id")
    events = fields.List(fields.Nested(EventOut))
