"""The committed JSON Schema files say what the marshmallow schema says."""

from __future__ import annotations

import json

from contracts.jsonschema import FOLDER, documents
from contracts.vocabulary import Status


def test_the_committed_files_are_what_the_schema_gives_now() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert committed == documents(), "stale: run python -m contracts.jsonschema"


def test_every_reference_in_a_file_has_its_definition() -> None:
    for name, text in documents().items():
        known = json.loads(text)["$defs"]
        referred = [part.split('"')[0] for part in text.split('"#/$defs/')[1:]]
        assert set(referred) == set(known), name


def test_a_caller_s_schema_refuses_unknown_fields_and_the_wire_s_does_not() -> None:
    made = {name: json.loads(text) for name, text in documents().items()}
    assert made["complaint-input.json"]["additionalProperties"] is False
    assert all(each["additionalProperties"] is False for each in made["complaint-input.json"]["$defs"].values())
    assert made["complaint.json"]["additionalProperties"] is True


def test_the_words_stand_in_the_schema() -> None:
    words = json.loads(documents()["complaint.json"])["properties"]["status"]["enum"]
    assert set(words) - {None} == {status.value for status in Status}
