"""A complaint as the engine compares it: one flat mapping of field to JSON value, without its responses.

Two apps rarely know the same fields, so comparison, projection and merging go field by field on this form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from operator import attrgetter
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
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat()[:-6]}Z"


def to_content(complaint: Complaint) -> Content:
    """Flatten what is present; absent fields are left out, so that absence is never taken for an empty value."""
    return {name: value for name, say in _SAID.items() if (value := say(complaint)) is not None}


def content_of(complaint: Complaint, names: tuple[Field, ...]) -> Content:
    """Flatten these fields, in this order; an absent one is None."""
    return {name: _SAID[name](complaint) for name in names}


def _word(name: Field) -> Callable[[Complaint], JsonValue]:
    word: Callable[[Complaint], Word | None] = attrgetter(name)

    def said(complaint: Complaint) -> JsonValue:
        found = word(complaint)
        return None if found is None else str(found)

    return said


def _part(whole: str, attribute: str) -> Callable[[Complaint], JsonValue]:
    parts, part = attrgetter(whole), attrgetter(attribute)

    def said(complaint: Complaint) -> JsonValue:
        found = parts(complaint)
        value: JsonValue = None if found is None else part(found)
        return value

    return said


# How each field is said of a complaint: for every record of every page, so without a detour.
_SAID: dict[Field, Callable[[Complaint], JsonValue]] = {
    **{name: attrgetter(name) for name in Field},
    **{name: _word(name) for name in (Field.CLASSIFICATION, Field.CHANNEL, Field.STATUS)},
    **{name: _part("place", attribute) for name, attribute in _PLACE.items()},
    **{name: _part("reporter", attribute) for name, attribute in _REPORTER.items()},
    Field.TAGS: lambda complaint: None if complaint.tags is None else list(complaint.tags),
    Field.OCCURRED_ON: lambda complaint: complaint.occurred_on.isoformat() if complaint.occurred_on else None,
    Field.SUBMITTED_AT: lambda complaint: iso(complaint.submitted_at) if complaint.submitted_at else None,
    Field.HOLDER: lambda complaint: {"agency": complaint.holder.agency, "unit": complaint.holder.unit} if complaint.holder else None,
}


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
