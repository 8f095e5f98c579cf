"""Apps that let us wait, and the others."""

from __future__ import annotations

from hub.work.lane import LONG, Lane


def test_who_lets_us_wait_leaves_places_for_the_others() -> None:
    lane = Lane(2)
    for name in ("a", "b", "c"):
        assert lane.enter(name)  # nobody knows them yet
        lane.leave(name, LONG)
    assert [lane.enter(name) for name in ("a", "b", "c", "d")] == [True, True, False, True]
    lane.leave("a", LONG)
    assert lane.enter("c")


def test_who_was_quick_again_needs_no_place() -> None:
    lane = Lane(1)
    for name in ("a", "b"):
        lane.enter(name)
        lane.leave(name, LONG)
    assert lane.enter("a") and not lane.enter("b")
    lane.leave("a", 0.1)
    assert lane.enter("b") and lane.enter("a")
