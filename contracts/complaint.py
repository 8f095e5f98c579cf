"""What a complaint says, not who it is: identity (ids, tokens, local references) lives in links.

Values are frozen and every field may be absent (``None`` or empty): a local app knows only some of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from contracts.vocabulary import Channel, Classification, Status, Visibility


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happened. ``code`` is a dotted Kemendagri code (``35.02.17``), never BPS or ISO; degrees are WGS 84."""

    code: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who filed it. Personal data (UU 27/2022): sealed in the store, given only to connections whose policy allows it.

    ``phone`` is E.164; ``identity_number`` is the 16-digit NIK and never a key.
    """

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    identity_number: str | None = None

    def __repr__(self) -> str:
        return "Reporter(<sealed>)"


@dataclass(frozen=True, slots=True)
class Holder:
    """The one agency, and where known its unit, responsible now."""

    agency: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a complaint or a response; its bytes travel apart. ``size`` is in bytes."""

    name: str
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """One thing an agency or the reporter wrote on a complaint (tanggapan). ``written_at`` is aware UTC."""

    text: str
    visibility: Visibility = Visibility.PUBLIC
    written_at: datetime | None = None
    author: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Complaint:
    """The canonical complaint. Times are aware UTC; ``extra`` keeps wire fields of a newer minor version."""

    title: str | None = None
    description: str | None = None
    classification: Classification | None = None
    category: str | None = None
    tags: tuple[str, ...] | None = None
    channel: Channel | None = None
    occurred_on: date | None = None
    place: Place | None = None
    reporter: Reporter | None = None
    anonymous: bool | None = None
    confidential: bool | None = None
    status: Status | None = None
    reason: str | None = None
    holder: Holder | None = None
    submitted_at: datetime | None = None
    rating: int | None = None
    responses: tuple[Response, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
