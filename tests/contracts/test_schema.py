"""The wire form: what goes out comes back, what is wrong is refused with words that help."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.complaint import Complaint, Place, Response
from contracts.schema import ComplaintInput, ComplaintSchema, ResponseSchema
from contracts.vocabulary import Status, Visibility
from tests.contracts.strategies import complaints

WIRE, INPUT = ComplaintSchema(), ComplaintInput()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=2), max_leaves=4
)
extras = st.dictionaries(st.text(string.ascii_lowercase, min_size=1, max_size=8).map("new_{}".format), json_values, max_size=2)
MINIMAL: dict[str, Any] = {"description": "Lampu mati"}


def problems(schema: ComplaintSchema, document: Any) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        schema.load(document)
    return caught.value.messages_dict


@given(complaints(extras))
def test_a_complaint_survives_the_wire_with_the_fields_of_a_newer_version(complaint: Complaint) -> None:
    sent = json.dumps(WIRE.dump(complaint))
    assert WIRE.load(json.loads(sent)) == complaint


@given(complaints())
def test_what_the_wire_writes_the_api_accepts(complaint: Complaint) -> None:
    complaint = replace(complaint, description=complaint.description or "ada")
    assert INPUT.load(WIRE.dump(complaint)) == complaint


@given(st.recursive(json_values, lambda inner: st.dictionaries(st.sampled_from(sorted(WIRE.fields)), inner, max_size=6), max_leaves=10))
def test_any_json_is_either_taken_or_refused_by_name(document: Any) -> None:
    try:
        complaint = WIRE.load(document)
    except ValidationError as error:
        assert error.messages
    else:
        assert WIRE.load(WIRE.dump(complaint)) == complaint


def test_nothing_absent_is_written() -> None:
    assert WIRE.dump(Complaint(title="Lampu")) == {"title": "Lampu"}
    assert WIRE.dump(Complaint(tags=())) == {"tags": []}


def test_null_means_absent() -> None:
    assert WIRE.load({"title": None, "responses": None, "place": None}) == Complaint()


def test_a_field_of_a_newer_version_never_overwrites_one_of_ours() -> None:
    assert WIRE.dump(Complaint(title="ours", extra={"title": "theirs", "mood": "grim"})) == {"title": "ours", "mood": "grim"}
    assert "status" not in WIRE.dump(Complaint(extra={"status": "closed"}))


def test_unknown_fields_inside_a_reporter_are_not_kept() -> None:
    complaint = WIRE.load({"reporter": {"name": "Contoh", "mother": "rahasia"}})
    assert "rahasia" not in json.dumps(WIRE.dump(complaint))


@pytest.mark.parametrize(
    ("document", "where", "hint"),
    [
        ({"titel": "x"}, ("titel",), "title"),
        ({"place": {"lattitude": 1.0}}, ("place", "lattitude"), "latitude"),
        ({"reporter": {"nama": "x"}}, ("reporter", "nama"), "name"),
        ({"responses": [{"text": "x", "visible": "public"}]}, ("responses", 0, "visible"), "visibility"),
        ({"responses": [{"text": "x", "attachments": [{"name": "a", "sise": 1}]}]}, ("responses", 0, "attachments", 0, "sise"), "size"),
    ],
)
def test_an_unknown_field_from_a_caller_is_refused_with_the_nearest_name(
    document: dict[str, Any], where: tuple[Any, ...], hint: str
) -> None:
    found: Any = problems(INPUT, {**MINIMAL, **document})
    for step in where:
        found = found[step]
    assert found == [f"There is no such name here. Did you mean {hint}?"]


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-02T08:15:00",
        "2026-03-02T08:15:00.1234567Z",
        "2026-03-02 08:15:00Z",
        "2026-02-30T08:15:00Z",
        "2026-03-02T24:15:00Z",
        "2026-03-02T08:15Z",
        "0001-01-01T00:00:00+07:00",
        "２026-03-02T08:15:00Z",
        "2026-03-02",
        1772439300,
        "",
    ],
)
def test_a_moment_that_is_not_exact_and_zoned_is_refused(moment: object) -> None:
    assert "submitted_at" in problems(WIRE, {"submitted_at": moment})


def test_a_moment_of_any_zone_comes_in_as_utc_and_goes_out_with_z() -> None:
    complaint = WIRE.load({"submitted_at": "2026-03-02T08:15:00.5+07:00"})
    assert complaint.submitted_at == datetime(2026, 3, 2, 1, 15, 0, 500000, UTC)
    assert complaint.submitted_at.tzinfo is UTC
    assert WIRE.dump(complaint) == {"submitted_at": "2026-03-02T01:15:00.500000Z"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 256),
        ("title", "a\x00b"),
        ("title", "\ud800"),
        ("title", 5),
        ("description", "x" * 20_001),
        ("status", "open"),
        ("status", ["received"]),
        ("classification", "Complaint"),
        ("anonymous", "true"),
        ("anonymous", 1),
        ("rating", 0),
        ("rating", 6),
        ("rating", 4.0),
        ("rating", "4"),
        ("rating", True),
        ("tags", "SDG 9"),
        ("tags", [""]),
        ("tags", ["x"] * 51),
        ("occurred_on", "2026-3-2"),
        ("occurred_on", "20260302"),
        ("occurred_on", "2026-02-29"),
        ("holder", {"unit": "pu"}),
        ("holder", "ponorogo"),
        ("place", {"code": "3502"}),
        ("place", {"code": "35.2"}),
        ("place", {"code": "35.02.17.1005.1"}),
        ("place", {"code": "35.02\n"}),
        ("place", {"code": "३५"}),
        ("place", {"latitude": 90.1}),
        ("place", {"latitude": "7.8"}),
        ("place", {"longitude": float("nan")}),
        ("reporter", {"phone": "08123456789"}),
        ("reporter", {"phone": "+62812"}),
        ("reporter", {"identity_number": "12345"}),
        ("reporter", {"email": "siti"}),
        ("attachments", [{"name": ""}]),
        ("attachments", [{"name": "a", "size": -1}]),
        ("attachments", [{"name": "a", "sha256": "A" * 64}]),
        ("attachments", [{"name": "a", "url": "file:///etc/passwd"}]),
        ("attachments", [{"name": "a"}] * 101),
        ("responses", [{"visibility": "public"}]),
        ("responses", [{"text": "x", "visibility": "secret"}]),
    ],
)
def test_what_breaks_a_rule_is_refused_at_its_name(field: str, value: object) -> None:
    assert list(problems(WIRE, {field: value})) == [field]


@pytest.mark.parametrize("code", ["35", "35.02", "35.02.17", "35.02.17.1005", "96"])
def test_region_codes_of_every_level_are_taken(code: str) -> None:
    assert WIRE.load({"place": {"code": code}}).place == Place(code=code)


def test_a_caller_must_say_what_the_complaint_is_about_unless_it_changes_one() -> None:
    assert "description" in problems(INPUT, {"title": "x"})
    assert "description" in problems(INPUT, {"description": ""})
    assert INPUT.load({"status": "verified"}, partial=True) == Complaint(status=Status.VERIFIED)


def test_many_complaints_are_refused_each_with_its_own_hint() -> None:
    with pytest.raises(ValidationError) as caught:
        INPUT.load([MINIMAL, {**MINIMAL, "titel": "x"}], many=True)
    messages: dict[Any, Any] = caught.value.messages_dict
    assert messages[1]["titel"] == ["There is no such name here. Did you mean title?"]


def test_a_response_is_public_unless_it_says_otherwise() -> None:
    assert ResponseSchema().load({"text": "Sudah."}) == Response("Sudah.", Visibility.PUBLIC)
