"""Canonical values to JSON and back: the only definition of the wire form; ``contracts/jsonschema`` is made from it.

``ComplaintSchema`` is the wire between parts of one network: it keeps the fields of a newer minor version in
``Complaint.extra``, so that an older part hands them on. Only at the top: inside a reporter an unknown field could be
personal data that no allow-list knows, so nested ones are dropped. ``ComplaintInput`` is what callers of the API send:
it refuses what it does not know. Absent and null mean the same, and null is never written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, INCLUDE, RAISE, fields, post_dump, post_load
from marshmallow.validate import Length

from contracts.complaint import Attachment, Complaint, Holder, Place, Reporter, Response
from contracts.strict import StrictSchema
from contracts.vocabulary import Channel, Classification, Status, Visibility, Word
from contracts.wire import Day, Degrees, Fits, Flag, Moment, Text, WholeNumber

REGION = Fits(r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$", "Not a Kemendagri code, like 35.02.17 (dotted, neither BPS nor ISO).")
PHONE = Fits(r"^\+[1-9]\d{6,14}$", "Not an E.164 number, like +628123456789.")
NIK = Fits(r"^\d{16}$", "Not a NIK: 16 digits.")
EMAIL = Fits(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "Not an e-mail address.")
SHA256 = Fits(r"^[0-9a-f]{64}$", "Not a SHA-256 in 64 lower-case hexadecimal digits.")
MEDIA_TYPE = Fits(r"^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$", "Not a media type in lower case, like image/jpeg.")
URL = Fits(r"^https?://[^\s]+$", "Not an http or https address.")

LONG_TEXT = 20_000
NAME = 200
MOST_RESPONSES = 2_000
MOST_ATTACHMENTS = 100
LARGEST_FILE = 10 * 2**30


def _word(kind: type[Word]) -> fields.Enum[Word]:
    return fields.Enum(kind, by_value=True, allow_none=True)


class ValueSchema(StrictSchema):
    """The base of the wire's schemas: builds the frozen value, and writes only what is present."""

    value: ClassVar[type]

    class Meta(StrictSchema.Meta):
        unknown = EXCLUDE

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        """Make the value; with ``partial=True`` too, as every field but the required ones may be absent."""
        return self.value(**{name: tuple(item) if isinstance(item, list) else item for name, item in data.items() if item is not None})

    @post_dump(pass_original=True)
    def leave_out_the_absent(self, data: dict[str, Any], original: Any, **_: Any) -> dict[str, Any]:
        """Drop nulls and empty lists of files and responses; empty ``tags`` are a value."""
        return {name: item for name, item in data.items() if item is not None and (item != [] or name == "tags")}


class PlaceSchema(ValueSchema):
    """Where it happened."""

    value = Place
    code = Text(13, pattern=REGION, allow_none=True)
    address = Text(500, allow_none=True)
    latitude = Degrees(90, allow_none=True)
    longitude = Degrees(180, allow_none=True)


class ReporterSchema(ValueSchema):
    """Who filed it: personal data."""

    value = Reporter
    name = Text(NAME, allow_none=True)
    phone = Text(16, pattern=PHONE, allow_none=True)
    email = Text(254, pattern=EMAIL, allow_none=True)
    identity_number = Text(16, pattern=NIK, allow_none=True)


class HolderSchema(ValueSchema):
    """Who is responsible now."""

    value = Holder
    agency = Text(NAME, shortest=1, required=True)
    unit = Text(NAME, allow_none=True)


class AttachmentSchema(ValueSchema):
    """A file; its bytes travel apart."""

    value = Attachment
    name = Text(255, shortest=1, required=True)
    media_type = Text(127, pattern=MEDIA_TYPE, allow_none=True)
    size = WholeNumber(0, LARGEST_FILE, allow_none=True)
    sha256 = Text(64, pattern=SHA256, allow_none=True)
    url = Text(2_000, pattern=URL, allow_none=True)


class ResponseSchema(ValueSchema):
    """What somebody wrote on a complaint."""

    value = Response
    text = Text(LONG_TEXT, required=True)
    visibility = fields.Enum(Visibility, by_value=True)
    written_at = Moment(allow_none=True)
    author = Text(NAME, allow_none=True)
    attachments = fields.List(fields.Nested(AttachmentSchema), allow_none=True, validate=Length(max=MOST_ATTACHMENTS))


class ComplaintSchema(ValueSchema):
    """A complaint on the network's own wire."""

    value = Complaint

    class Meta(ValueSchema.Meta):
        unknown = INCLUDE

    title = Text(255, allow_none=True)
    description = Text(LONG_TEXT, allow_none=True)
    classification = _word(Classification)
    category = Text(NAME, allow_none=True)
    tags = fields.List(Text(100, shortest=1), allow_none=True, validate=Length(max=50))
    channel = _word(Channel)
    occurred_on = Day(allow_none=True)
    place = fields.Nested(PlaceSchema, allow_none=True)
    reporter = fields.Nested(ReporterSchema, allow_none=True)
    anonymous = Flag(allow_none=True)
    confidential = Flag(allow_none=True)
    status = _word(Status)
    reason = Text(2_000, allow_none=True)
    holder = fields.Nested(HolderSchema, allow_none=True)
    submitted_at = Moment(allow_none=True)
    rating = WholeNumber(1, 5, allow_none=True)
    responses = fields.List(fields.Nested(ResponseSchema), allow_none=True, validate=Length(max=MOST_RESPONSES))
    attachments = fields.List(fields.Nested(AttachmentSchema), allow_none=True, validate=Length(max=MOST_ATTACHMENTS))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Complaint:
        """Make the complaint; what no field takes goes into ``extra`` as it came."""
        known = {name: item for name, item in data.items() if name in self.load_fields}
        extra = {name: item for name, item in data.items() if name not in self.load_fields}
        complaint: Complaint = super().build({**known, "extra": extra} if extra else known)
        return complaint

    @post_dump(pass_original=True)
    def leave_out_the_absent(self, data: dict[str, Any], original: Any, **_: Any) -> dict[str, Any]:
        """Hand on, besides, what came with a newer minor version as it came, unless a field of ours has that name by now."""
        extra: Mapping[str, Any] = getattr(original, "extra", {})
        newer = {name: item for name, item in extra.items() if name not in self.dump_fields}
        return {**newer, **super().leave_out_the_absent(data, original)}


class PlaceInput(PlaceSchema):
    """Where it happened, from a caller."""

    class Meta(PlaceSchema.Meta):
        unknown = RAISE


class ReporterInput(ReporterSchema):
    """Who filed it, from a caller."""

    class Meta(ReporterSchema.Meta):
        unknown = RAISE


class HolderInput(HolderSchema):
    """Who is responsible, from a caller."""

    class Meta(HolderSchema.Meta):
        unknown = RAISE


class AttachmentInput(AttachmentSchema):
    """A file, from a caller."""

    class Meta(AttachmentSchema.Meta):
        unknown = RAISE


class ResponseInput(ResponseSchema):
    """A response, from a caller."""

    class Meta(ResponseSchema.Meta):
        unknown = RAISE

    attachments = fields.List(fields.Nested(AttachmentInput), allow_none=True, validate=Length(max=MOST_ATTACHMENTS))


class ComplaintInput(ComplaintSchema):
    """A complaint from a caller of the API; load with ``partial=True`` for a change to one."""

    class Meta(ComplaintSchema.Meta):
        unknown = RAISE

    description = Text(LONG_TEXT, shortest=1, required=True)
    place = fields.Nested(PlaceInput, allow_none=True)
    reporter = fields.Nested(ReporterInput, allow_none=True)
    holder = fields.Nested(HolderInput, allow_none=True)
    responses = fields.List(fields.Nested(ResponseInput), allow_none=True, validate=Length(max=MOST_RESPONSES))
    attachments = fields.List(fields.Nested(AttachmentInput), allow_none=True, validate=Length(max=MOST_ATTACHMENTS))
