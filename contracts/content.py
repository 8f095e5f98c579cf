"""A complaint as the engine compares it: one flat mapping of field to JSON value, without its responses.

Two apps rarely know the same fields, so comparison, projection and merging go field by field on this form.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from contracts.complaint import Complaint, Holder, Place, Reporter
from contracts.vocabulary import Channel, Classification, Status, Word

JsonValue = str | int | float | bool | None | list[str] | dict[str, str | None]
Content = dict["Field", JsonValue]


class Field(StrEnum):
    """Every field that can be compared and pushed on its own."""

    TITLE = "title"
    DESCRIPTION = "description"
    CLASSIFICATION = "classification"
    CATEGORY = "category"
    TAGS = "tags"
    CHANNEL = "channel"
    OCCURRED_ON = "occurred_on"
    PLACE_CODE = "place_code"
    ADDRESS = "address"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    REPORTER_NAME = "reporter_name"
    REPORTER_PHONE = "reporter_phone"
    REPORTER_EMAIL = "reporter_email"
    REPORTER_IDENTITY = "reporter_identity"
    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"
    STATUS = "status"
    REASON = "reason"
    HOLDER = "holder"
    SUBMITTED_AT = "submitted_at"
    RATING = "rating"


# By its code, much faster than asking the enum: rows and pages are full of them.
FIELDS: Mapping[str, Field] = {name.value: name for name in Field}

IDENTITY_FIELDS = frozenset({Field.REPORTER_NAME, Field.REPORTER_PHONE, Field.REPORTER_EMAIL, Field.REPORTER_IDENTITY})

_PLACE = {Field.PLACE_CODE: "code", Field.ADDRESS: "address", Field.LATITUDE: "latitude", Field.LONGITUDE: "longitude"}
_REPORTER = {
    Field.REPORTER_NAME: "name",
    Field.REPORTER_PHONE: "phone",
    Field.REPORTER_EMAIL: "email",
    Field.REPORTER_IDENTITY: "identity_number",
}


def iso(moment: datetime) -> str:
    """Write an aware moment as UTC with a trailing ``Z``; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be compared")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def to_content(complaint: Complaint) -> Content:
    """Flatten what is present; absent fields are left out, so that absence is never taken for an empty value."""
    # Written out, since this is done for every record of every page.
    flat: Content = {
        Field.TITLE: complaint.title,
        Field.DESCRIPTION: complaint.description,
        Field.CLASSIFICATION: _word(complaint.classification),
        Field.CATEGORY: complaint.category,
        Field.TAGS: None if complaint.tags is None else list(complaint.tags),
        Field.CHANNEL: _word(complaint.channel),
        Field.OCCURRED_ON: complaint.occurred_on.isoformat() if complaint.occurred_on else None,
        Field.ANONYMOUS: complaint.anonymous,
        Field.CONFIDENTIAL: complaint.confidential,
        Field.STATUS: _word(complaint.status),
        Field.REASON: complaint.reason,
        Field.SUBMITTED_AT: iso(complaint.submitted_at) if complaint.submitted_at else None,
        Field.RATING: complaint.rating,
    }
    if place := complaint.place:
        flat[Field.PLACE_CODE], flat[Field.ADDRESS] = place.code, place.address
        flat[Field.LATITUDE], flat[Field.LONGITUDE] = place.latitude, place.longitude
    if reporter := complaint.reporter:
        flat[Field.REPORTER_NAME], flat[Field.REPORTER_PHONE] = reporter.name, reporter.phone
        flat[Field.REPORTER_EMAIL], flat[Field.REPORTER_IDENTITY] = reporter.email, reporter.identity_number
    if complaint.holder:
        flat[Field.HOLDER] = {"agency": complaint.holder.agency, "unit": complaint.holder.unit}
    return {name: value for name, value in flat.items() if value is not None}


def _word(word: Word | None) -> str | None:
    return None if word is None else str(word)


def from_content(content: Mapping[Field, JsonValue]) -> Complaint:
    """Build the typed complaint (without responses) from its flat form; the inverse of `to_content`."""
    get: Any = content.get
    place = {attribute: get(name) for name, attribute in _PLACE.items()}
    reporter = {attribute: get(name) for name, attribute in _REPORTER.items()}
    tags, holder = get(Field.TAGS), get(Field.HOLDER)
    occurred, submitted = get(Field.OCCURRED_ON), get(Field.SUBMITTED_AT)
    return Complaint(
        title=get(Field.TITLE),
        description=get(Field.DESCRIPTION),
        classification=Classification(get(Field.CLASSIFICATION)) if get(Field.CLASSIFICATION) else None,
        category=get(Field.CATEGORY),
        tags=None if tags is None else tuple(tags),
        channel=Channel(get(Field.CHANNEL)) if get(Field.CHANNEL) else None,
        occurred_on=date.fromisoformat(occurred) if occurred else None,
        place=Place(**place) if any(value is not None for value in place.values()) else None,
        reporter=Reporter(**reporter) if any(value is not None for value in reporter.values()) else None,
        anonymous=get(Field.ANONYMOUS),
        confidential=get(Field.CONFIDENTIAL),
        status=Status(get(Field.STATUS)) if get(Field.STATUS) else None,
        reason=get(Field.REASON),
        holder=Holder(holder["agency"], holder.get("unit")) if holder else None,
        submitted_at=datetime.fromisoformat(submitted) if submitted else None,
        rating=get(Field.RATING),
    )
