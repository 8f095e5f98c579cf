"""Hypothesis strategies for canonical values, within the limits of the wire."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from contracts.complaint import Attachment, Complaint, Holder, Place, Reporter, Response
from contracts.vocabulary import Channel, Classification, Status, Visibility

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)
moments = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
digits = st.text(string.digits, min_size=16, max_size=16)
codes = st.from_regex(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?", fullmatch=True)
places = st.builds(
    Place,
    code=st.none() | codes,
    address=st.none() | texts,
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
)
reporters = st.builds(
    Reporter,
    name=st.none() | texts,
    phone=st.none() | st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
    email=st.none() | st.just("pelapor@example.org"),
    identity_number=st.none() | digits,
)
holders = st.builds(Holder, agency=names, unit=st.none() | texts)
attachments = st.builds(
    Attachment,
    name=names,
    media_type=st.none() | st.just("image/jpeg"),
    size=st.none() | st.integers(0, 10 * 2**30),
    sha256=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
    url=st.none() | st.just("https://example.org/foto%201.jpg"),
)
responses = st.builds(
    Response,
    text=texts,
    visibility=st.sampled_from(Visibility),
    written_at=st.none() | moments,
    author=st.none() | texts,
    attachments=st.lists(attachments, max_size=2).map(tuple),
)


def complaints(extra: st.SearchStrategy[dict[str, Any]] | None = None) -> st.SearchStrategy[Complaint]:
    """Complaints of every shape; ``extra`` only if a strategy for it is given."""
    return st.builds(
        Complaint,
        title=st.none() | texts,
        description=st.none() | texts,
        classification=st.none() | st.sampled_from(Classification),
        category=st.none() | texts,
        tags=st.none() | st.lists(names, max_size=3).map(tuple),
        channel=st.none() | st.sampled_from(Channel),
        occurred_on=st.none() | st.dates(),
        place=st.none() | places,
        reporter=st.none() | reporters,
        anonymous=st.none() | st.booleans(),
        confidential=st.none() | st.booleans(),
        status=st.none() | st.sampled_from(Status),
        reason=st.none() | texts,
        holder=st.none() | holders,
        submitted_at=st.none() | moments,
        rating=st.none() | st.integers(1, 5),
        responses=st.lists(responses, max_size=2).map(tuple),
        attachments=st.lists(attachments, max_size=2).map(tuple),
        extra=st.just({}) if extra is None else extra,
    )
