"""The national flow: every step of it and no other."""

from __future__ import annotations

from itertools import product

import pytest

from contracts.lifecycle import FOLLOWS, HELD, NEEDS_REASON, may_follow, path, rank, steps_back
from contracts.vocabulary import Channel, Classification, Status, Visibility, Word

# Written down a second time, from the regulation's flow as the domain describes it, not from the code.
ALLOWED = {
    "received": "postponed verified assigned archived",
    "postponed": "received verified archived",
    "verified": "assigned postponed archived",
    "assigned": "in_progress answered returned postponed archived",
    "returned": "assigned archived",
    "in_progress": "answered returned postponed archived",
    "answered": "reporter_replied in_progress closed",
    "reporter_replied": "answered in_progress closed",
    "closed": "in_progress",
    "archived": "received",
}
EVERY_PAIR = list(product(Status, Status))


@pytest.mark.parametrize(("current", "wanted"), EVERY_PAIR, ids=[f"{one}-{other}" for one, other in EVERY_PAIR])
def test_a_step_is_allowed_exactly_where_the_national_flow_has_it(current: Status, wanted: Status) -> None:
    assert may_follow(current, wanted) is (wanted.value in ALLOWED[current.value].split())


def test_postponed_archived_and_returned_need_a_reason() -> None:
    assert {Status.POSTPONED, Status.ARCHIVED, Status.RETURNED} == NEEDS_REASON


def test_a_complaint_has_a_holder_from_verified_until_closed_or_archived() -> None:
    assert set(Status) - HELD == {Status.RECEIVED, Status.POSTPONED, Status.CLOSED, Status.ARCHIVED}


@pytest.mark.parametrize(("current", "wanted"), EVERY_PAIR, ids=[f"{one}-{other}" for one, other in EVERY_PAIR])
def test_a_way_is_made_of_allowed_steps_and_undoes_nothing_on_the_way(current: Status, wanted: Status) -> None:
    way = path(current, wanted)
    if way is None:
        return
    walked = [current, *way]
    assert walked[-1] is wanted
    assert all(may_follow(one, following) for one, following in zip(walked, walked[1:], strict=False))
    assert not any(steps_back(one, following) for one, following in zip(walked, walked[1:-1], strict=False))


def test_a_way_that_exists_in_one_step_is_one_step() -> None:
    assert all(path(current, wanted) == [wanted] for current in Status for wanted in FOLLOWS[current])
    assert all(path(status, status) == [] for status in Status)


def test_a_local_app_s_own_steps_replace_the_national_ones() -> None:
    steps = {Status.RECEIVED: frozenset({Status.IN_PROGRESS}), Status.IN_PROGRESS: frozenset({Status.ANSWERED})}
    assert path(Status.RECEIVED, Status.ANSWERED, steps) == [Status.IN_PROGRESS, Status.ANSWERED]
    assert path(Status.ANSWERED, Status.RECEIVED, steps) is None


def test_a_reopening_is_a_step_back() -> None:
    assert steps_back(Status.CLOSED, Status.IN_PROGRESS)
    assert rank(Status.ANSWERED) == rank(Status.REPORTER_REPLIED)


@pytest.mark.parametrize("words", [Status, Classification, Channel, Visibility])
def test_every_word_has_a_label_in_both_languages(words: type[Word]) -> None:
    assert all(word.label() and word.label("en") for word in words)
    assert all(words(word.value) is word and str(word) == word.value for word in words)
