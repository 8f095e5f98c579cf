"""The capability sheet survives being stored."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.memory.behaviour import Behaviour
from contracts.connector import Capabilities, Feed, Part, ResponseAbility
from contracts.content import Field
from contracts.sheet import capabilities_from_json, capabilities_to_json
from contracts.vocabulary import Status, Visibility

field_sets = st.frozensets(st.sampled_from(Field))
statuses = st.sampled_from(Status)
sheets = st.builds(
    Capabilities,
    feed=st.sampled_from(Feed),
    reads=field_sets,
    creates=field_sets,
    writes=field_sets,
    cuts=st.dictionaries(st.sampled_from(Field), st.integers(1, 999)),
    statuses=st.dictionaries(statuses, statuses),
    reopens=st.frozensets(statuses),
    transitions=st.none() | st.dictionaries(statuses, st.frozensets(statuses)),
    combines=st.frozensets(st.frozensets(st.sampled_from(Part))),
    together=st.frozensets(st.sampled_from(Part)),
    responses=st.builds(
        ResponseAbility, reads=st.booleans(), writes=st.frozensets(st.sampled_from(Visibility)), cut=st.none() | st.integers(1, 99)
    ),
    can_create=st.booleans(),
    settle=st.floats(0, 1e6),
    page_cap=st.none() | st.integers(1, 1000),
)


@given(sheets)
def test_a_sheet_comes_back_from_json(sheet: Capabilities) -> None:
    assert capabilities_from_json(json.loads(json.dumps(capabilities_to_json(sheet)))) == sheet


@given(sheets)
def test_equal_sheets_are_equal_texts(sheet: Capabilities) -> None:
    backwards = replace(sheet, reads=frozenset(sorted(sheet.reads, reverse=True)), cuts=dict(reversed(list(sheet.cuts.items()))))
    assert json.dumps(capabilities_to_json(backwards)) == json.dumps(capabilities_to_json(sheet))


def test_a_sheet_of_a_newer_version_is_read_without_what_we_do_not_know() -> None:
    stored = {**capabilities_to_json(Behaviour().capabilities), "reads_minds": True}
    assert capabilities_from_json(stored) == Behaviour().capabilities


def test_a_sheet_of_an_older_version_gets_the_defaults() -> None:
    assert capabilities_from_json({"feed": "poll", "reads": ["title"]}) == Capabilities(Feed.POLL, frozenset({Field.TITLE}))


def test_a_word_that_is_not_known_fails_loudly() -> None:
    with pytest.raises(ValueError, match="telepathy"):
        capabilities_from_json({"feed": "telepathy", "reads": []})
