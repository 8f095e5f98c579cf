"""The lens laws of word maps, and what a map refuses to say."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.mapping import MapProblem, StatusMap, StatusMapSchema, UnmappedWord, WordMap, status_map
from contracts.vocabulary import Classification, Status

S = Status
USUAL = StatusMap({"0": S.RECEIVED, "proses": S.IN_PROGRESS, "selesai": S.ANSWERED}, reopen=frozenset({"proses"}))
OPEN = [status for status in Status if status is not S.CLOSED]


@st.composite
def maps(draw: st.DrawFn) -> StatusMap:
    words = draw(st.dictionaries(st.text(max_size=6), st.sampled_from(OPEN), max_size=6))
    write = draw(st.dictionaries(st.sampled_from(list(Status)), st.sampled_from(sorted(words)), max_size=4)) if words else {}
    ignore = draw(st.frozensets(st.text(max_size=3), max_size=2))
    try:
        return StatusMap(words, write, ignore=ignore)
    except MapProblem:
        assume(False)
        raise


@given(maps(), st.sampled_from(list(Status)))
def test_what_is_written_reads_back_as_what_was_promised(mapping: StatusMap, status: Status) -> None:
    word = mapping.put(status)
    assert mapping.project(status) == (None if word is None else mapping.get(word))
    assert mapping.statuses.get(status) == mapping.project(status)


@given(maps(), st.sampled_from(list(Status)))
def test_projecting_twice_is_projecting_once(mapping: StatusMap, status: Status) -> None:
    seen = mapping.project(status)
    if seen is not None:
        assert mapping.project(seen) == seen


@given(maps())
def test_a_word_that_was_read_can_be_said_unless_something_else_is_written_for_it(mapping: StatusMap) -> None:
    for word in mapping.words:
        meaning = mapping.get(word)
        assert meaning is not None
        assert mapping.project(meaning) is not None


def test_the_usual_app_says_the_nearest_earlier_word() -> None:
    assert USUAL.statuses == {
        S.RECEIVED: S.RECEIVED,
        S.VERIFIED: S.RECEIVED,
        S.ASSIGNED: S.RECEIVED,
        S.IN_PROGRESS: S.IN_PROGRESS,
        S.ANSWERED: S.ANSWERED,
        S.REPORTER_REPLIED: S.ANSWERED,
        S.CLOSED: S.ANSWERED,
    }
    assert USUAL.reopens == frozenset({S.IN_PROGRESS})


@pytest.mark.parametrize("status", [S.RETURNED, S.ARCHIVED, S.POSTPONED])
def test_a_status_that_changes_who_acts_is_never_guessed(status: Status) -> None:
    assert USUAL.put(status) is None
    assert StatusMap({**USUAL.words, "ditolak": status}).put(status) == "ditolak"


def test_case_and_spaces_do_not_count() -> None:
    assert USUAL.get("  PROSES ") == S.IN_PROGRESS


def test_an_app_that_only_knows_assigned_says_assigned_for_received() -> None:
    assert StatusMap({"disposisi": S.ASSIGNED, "selesai": S.ANSWERED}).project(S.RECEIVED) == S.ASSIGNED


def test_an_ignored_word_carries_no_status_and_an_unknown_one_is_an_error() -> None:
    mapping = StatusMap({"baru": S.RECEIVED}, ignore=frozenset({""}))
    assert mapping.get("  ") is None
    with pytest.raises(UnmappedWord):
        mapping.get("entah")


@pytest.mark.parametrize(
    ("words", "write", "reopen", "ignore"),
    [
        ({"selesai": S.CLOSED}, {}, (), ()),
        ({"a": S.RECEIVED, "A ": S.ANSWERED}, {}, (), ()),
        ({"a": S.RECEIVED}, {}, (), ("A",)),
        ({"a": S.RECEIVED}, {S.ANSWERED: "b"}, (), ()),
        ({"a": S.RECEIVED}, {}, ("b",), ()),
        ({"a": S.IN_PROGRESS, "b": S.ANSWERED}, {S.IN_PROGRESS: "b", S.ANSWERED: "a"}, (), ()),
        ({"a": S.IN_PROGRESS, "b": S.IN_PROGRESS}, {}, ("a",), ()),
    ],
    ids=[
        "done is not closed",
        "one word twice",
        "mapped and ignored",
        "written unread",
        "reopen unread",
        "not idempotent",
        "half a reopening",
    ],
)
def test_a_map_that_contradicts_itself_is_refused(
    words: dict[str, Status], write: dict[Status, str], reopen: tuple[str, ...], ignore: tuple[str, ...]
) -> None:
    with pytest.raises(MapProblem):
        StatusMap(words, write, frozenset(reopen), frozenset(ignore))


def test_the_national_counterpart_may_close() -> None:
    assert StatusMap({"Selesai": S.CLOSED}, may_close=True).get("selesai") == S.CLOSED


def test_the_settings_build_the_map_and_report_contradictions() -> None:
    loaded = StatusMapSchema().load({"words": {"0": "received", "proses": "in_progress"}, "reopen": ["proses"]})
    assert status_map(loaded).reopens == frozenset({S.IN_PROGRESS})
    assert "words" in StatusMapSchema().validate({"words": {"selesai": "closed"}})


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5).map(str.strip), max_size=5), st.text(max_size=5).map(str.strip))
def test_a_category_that_can_be_written_reads_back(words: dict[str, str], category: str) -> None:
    try:
        mapping: WordMap[str] = WordMap(words, keep=True)
    except MapProblem:
        assume(False)
        raise
    word = mapping.put(category)
    if word is not None:
        assert mapping.get(word) == category


def test_an_unmapped_class_is_an_error_and_an_unmapped_category_stands_for_itself() -> None:
    with pytest.raises(UnmappedWord):
        WordMap({"aduan": Classification.COMPLAINT}).get("lain")
    assert WordMap[str]({}, keep=True).get(" Jalan ") == "Jalan"
    with pytest.raises(MapProblem):
        WordMap({"a": "b"}, write={"c": "a"})
