"""The AsyncAPI document says what goes out, and is one: ``asyncapi-3.0.0.schema.json.gz`` is AsyncAPI's own schema (Apache-2.0)."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from contracts.content import Field
from contracts.events import NOWHERE, SCHEMA, Change, Kind, cloud_event, region, routing_key
from hub.events.asyncapi import FILE, document, written

_ASYNCAPI = Path(__file__).with_name("asyncapi-3.0.0.schema.json.gz")
_PLACES = st.none() | st.from_regex(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?", fullmatch=True)

changes = st.builds(
    Change,
    sequence=st.integers(1, 2**63 - 1),
    id=st.text("0123456789abcdef", min_size=64, max_size=64),
    complaint=st.uuids().map(str),
    kind=st.sampled_from(Kind),
    region=_PLACES.map(region),
    connection=st.none() | st.text(min_size=1),
    fields=st.lists(st.sampled_from([str(name) for name in Field])).map(tuple),
    at=st.datetimes(timezones=st.just(UTC)),
)


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    """What a validator has to say."""
    return [error.message for error in Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER).iter_errors(value)]


def test_the_committed_document_is_what_the_code_gives_now() -> None:
    assert FILE.read_text("utf-8") == written(), "stale: run python -m hub.events.asyncapi"


def test_it_is_an_asyncapi_3_document() -> None:
    schema = json.loads(gzip.decompress(_ASYNCAPI.read_bytes()))
    assert problems(schema, document()) == []
    assert problems(schema, document() | {"operations": {"announce": {"action": "shout"}}}) != []


@given(changes)
def test_every_event_is_as_the_document_says(change: Change) -> None:
    event = cloud_event(change)
    assert problems(SCHEMA, json.loads(json.dumps(event))) == []
    assert int(event["sequence"]) == change.sequence
    assert routing_key(change).split(".") == ["complaint", change.region, change.kind.value]


@given(st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_sequences_sort_as_texts(one: int, other: int) -> None:
    def sequence(number: int) -> str:
        made = Change(number, "", "", Kind.FILED, NOWHERE, None, (), datetime(2026, 11, 1, tzinfo=UTC))
        return str(cloud_event(made)["sequence"])

    assert (sequence(one) < sequence(other)) == (one < other)


@pytest.mark.parametrize(("place", "told"), [("35.02.17.2001", "3502"), ("35", "35"), (None, NOWHERE), ("", NOWHERE)])
def test_a_region_is_the_city_or_the_province(place: str | None, told: str) -> None:
    assert region(place) == told
