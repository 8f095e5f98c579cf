"""The flat form says the same as the typed one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from contracts.complaint import Complaint, Place, Reporter
from contracts.content import Field, from_content, iso, to_content
from tests.contracts.strategies import complaints


@given(complaints())
def test_a_complaint_comes_back_from_its_flat_form(complaint: Complaint) -> None:
    flat = to_content(complaint)
    bare = replace(complaint, responses=(), attachments=())
    # a place or reporter of which nothing is known is no place and no reporter
    bare = replace(bare, place=None if bare.place == Place() else bare.place)
    bare = replace(bare, reporter=None if bare.reporter == Reporter() else bare.reporter)
    assert from_content(flat) == bare


@given(complaints())
def test_flat_values_survive_json_unchanged(complaint: Complaint) -> None:
    flat = to_content(complaint)
    assert json.loads(json.dumps(flat)) == flat
    assert to_content(from_content(flat)) == flat


def test_what_is_absent_is_left_out() -> None:
    assert to_content(Complaint(title="Lampu mati")) == {Field.TITLE: "Lampu mati"}


def test_false_and_empty_are_values_and_stay() -> None:
    assert to_content(Complaint(title="", anonymous=False, tags=())) == {Field.TITLE: "", Field.ANONYMOUS: False, Field.TAGS: []}


def test_a_moment_is_written_in_utc_whatever_its_zone() -> None:
    assert iso(datetime(2026, 3, 2, 7, tzinfo=timezone(timedelta(hours=7)))) == "2026-03-02T00:00:00Z"
    assert iso(datetime(2026, 3, 2, 7, 0, 0, 5, tzinfo=UTC)) == "2026-03-02T07:00:00.000005Z"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        iso(datetime(2026, 3, 2))  # noqa: DTZ001 - the point of the test


def test_a_reporter_is_sealed_in_messages_and_logs() -> None:
    assert "Siti" not in repr(Complaint(reporter=Reporter(name="Siti")))
