"""An app that takes only so many calls a minute never sees more of them, and still hears everything."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from connectors.memory.faults import Fault, FaultKind
from contracts.connector import Feed
from hub.session.session import Session
from hub.sync.pace import FASTEST, FOLLOWING, SLOWEST, Pace
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import assign, complaints, connection, rows
from tests.sync.profiles import HOME_MADE, RICH
from tests.sync.world import START, Watched, World

MINUTE = timedelta(minutes=1)
SLOW = {"b": {"rate": 12}}


def busiest(moments: list[datetime]) -> int:
    """The most calls in any minute."""
    window, most = deque[datetime](), 0
    for moment in sorted(moments):
        window.append(moment)
        while window[0] <= moment - MINUTE:
            window.popleft()
        most = max(most, len(window))
    return most


class Meter:
    """When an app was called; every call takes a moment."""

    def __init__(self, world: World, name: str, seconds: float = 0.2) -> None:
        self.moments: list[datetime] = []
        self._world, self._seconds = world, seconds
        world.apps[name].faults = self._called

    def before(self, faults: Callable[[str], Fault | None]) -> Callable[[str], Fault | None]:
        """Count a call, and let it meet its fault."""
        return lambda operation: self._called(operation) or faults(operation)

    def _called(self, operation: str) -> Fault | None:
        self.moments.append(self._world.clock.now())
        self._world.advance(self._seconds)
        return None


def turn(world: World, name: str = "b", *, ahead: bool = False) -> Session:
    """A session that waits by the world's clock."""
    session = Session(world.gateway(name), Watched(world, name), ahead=ahead, rest=world.advance)
    session.run()
    return session


def turns(world: World, seconds: float, *, every: float = 1.0) -> None:
    """Let the schedule give b its turns for so long."""
    until = world.clock.now() + timedelta(seconds=seconds)
    while world.clock.now() < until:
        turn(world)
        world.advance(every)


def several(world: World, number: int) -> list[str]:
    """So many complaints of app a that b is to get; returns their ids."""
    for index in range(number):
        world.apps["a"].file("Judul", f"Nomor {index} rusak")
    world.sync("a")
    keys = [row.id for row in complaints(world)]
    for key in keys:
        assign(world, key, "B")
    return keys


# -- the rule itself


@examples(
    rate=st.integers(SLOWEST, 400),
    turns=st.lists(st.tuples(st.floats(0, 40), st.lists(st.tuples(st.booleans(), st.floats(0, 5)), max_size=60)), max_size=25),
)
def test_no_minute_ever_sees_more_calls_than_the_rate(rate: int, turns: list[tuple[float, list[tuple[bool, float]]]]) -> None:
    """Turns of calls that take their time, each followed by others as often as the rule lets it."""
    pace, now, calls_from, made = Pace(rate), START, None, list[datetime]()
    for rest, calls in turns:
        now += timedelta(seconds=rest)
        handed = pace.left(calls_from, now)
        for follows, seconds in calls:
            if not handed:
                break
            made.append(now)
            now += timedelta(seconds=seconds)
            handed -= 1
            calls_from = pace.spent(calls_from, now, 1)
            handed += follows and pace.follows(calls_from, now, handed)
    assert busiest(made) <= rate


@pytest.mark.parametrize("rate", [SLOWEST, 30, 60, 600, FASTEST])
def test_in_the_long_run_most_of_the_rate_is_used(rate: int) -> None:
    per_minute = MINUTE / Pace(rate).apart
    assert per_minute > 0.85 * rate or rate - per_minute <= FOLLOWING + 0.001
    assert Pace(rate).apart <= timedelta(seconds=15), "a listing keeps its lease while it waits"


def test_a_moment_that_the_app_itself_has_named_is_kept() -> None:
    later = START + timedelta(hours=1)
    assert Pace(60).spent(later, START, 5) == later and Pace(60).left(later, START) == 0


# -- the engine


@pytest.mark.parametrize("behaviour", [RICH, HOME_MADE], ids=["rich", "home-made"])
def test_an_app_with_a_rate_hears_everything_and_no_minute_sees_more_calls(make: Make, behaviour: object) -> None:
    world = make(policies=SLOW, a=RICH, b=behaviour)
    several(world, 20)
    meter = Meter(world, "b")
    turns(world, 600)
    assert len(rows(world, "b")) == 20
    assert 6 < busiest(meter.moments) <= 12
    world.settle()
    checks.all_of(world, set())


def test_a_turn_ends_when_the_calls_are_used_up_and_the_connection_is_asked_again_later(make: Make) -> None:
    world = make(policies=SLOW, a=RICH, b=RICH)
    several(world, 9)
    before = world.clock.now()
    session = turn(world)
    assert world.clock.now() == before, "it does not wait in its thread"
    assert not session.tally.left and 0 < session.tally.tasks <= 4
    waits = connection(world, "b").calls_from
    assert waits is not None and before < waits <= before + timedelta(seconds=30)
    assert turn(world).tally.tasks == 0
    world.advance(30)
    assert turn(world).tally.tasks > 0


def test_what_a_session_that_died_has_called_is_not_taken_for_nothing(make: Make) -> None:
    world = make(policies=SLOW, a=RICH, b=RICH)
    several(world, 30)
    meter = Meter(world, "b", 0.0)
    for _ in range(40):
        world.plan("b", "create", FaultKind.CRASH_AFTER)
        world.apps["b"].faults = meter.before(world.apps["b"].faults)
        world.sync("b")
        world.advance(0.5)
    assert 1 < busiest(meter.moments) <= 12


def test_a_long_feed_is_left_where_the_calls_end_and_gone_on_with(make: Make) -> None:
    world = make(policies=SLOW, b=replace(RICH, page_size=1))
    for index in range(10):
        world.apps["b"].file("Judul", f"Nomor {index} rusak")
    meter, before = Meter(world, "b", 0.0), world.clock.now()
    turn(world, ahead=True)
    assert len(meter.moments) == len(complaints(world)) == 1 + FOLLOWING and world.clock.now() == before
    turns(world, 120)
    assert len(complaints(world)) == 10 and busiest(meter.moments) <= 12


@pytest.mark.parametrize("ahead", [False, True])
def test_a_listing_that_cannot_be_left_waits_between_its_pages(make: Make, ahead: bool) -> None:
    world = make(policies=SLOW, b=replace(RICH, page_size=1, feed=Feed.SNAPSHOT))
    for index in range(10):
        world.apps["b"].file("Judul", f"Nomor {index} rusak")
    meter = Meter(world, "b", 0.0)
    turn(world, ahead=ahead)
    assert len(complaints(world)) == len(meter.moments) == 10 and connection(world, "b").listed_at is not None
    assert 6 < busiest(meter.moments) <= 12


@pytest.mark.parametrize("rate", [SLOWEST, 12, 60])
def test_a_comparison_that_is_due_comes_about_although_the_feed_is_read_before_it(make: Make, rate: int) -> None:
    world = make(policies={"b": {"rate": rate}}, b=replace(RICH, page_size=3))
    for index in range(10):
        world.apps["b"].file("Judul", f"Nomor {index} rusak")
    turns(world, 300, every=5.0)
    assert len(complaints(world)) == 10
    due = world.clock.now()
    with world.store.unit() as unit:
        unit.connection("b", lock=True).listing_due_at = due
    meter = Meter(world, "b", 0.0)
    turns(world, 300, every=5.0)
    listed = connection(world, "b").listed_at
    assert listed is not None and listed >= due and busiest(meter.moments) <= rate


def test_a_session_that_is_to_end_does_not_wait_for_the_next_page(make: Make) -> None:
    world = make(policies=SLOW, b=replace(RICH, page_size=1, feed=Feed.SNAPSHOT))
    for index in range(10):
        world.apps["b"].file("Judul", f"Nomor {index} rusak")
    meter, stays = Meter(world, "b", 0.0), [True]

    def rest(seconds: float) -> None:
        world.advance(seconds)
        stays[0] = False

    session = Session(world.gateway("b"), Watched(world, "b"), ahead=True, rest=rest)
    assert session.run(wanted=lambda: stays[0]).left and len(meter.moments) == 1 + FOLLOWING


def test_a_person_who_tries_out_what_would_be_done_sees_all_of_it(make: Make) -> None:
    world = make(policies=SLOW, b=replace(RICH, page_size=1))
    for index in range(10):
        world.apps["b"].file("Judul", f"Nomor {index} rusak")
    with world.store.dry():
        session = Session(world.engine.gateway("b", pushes=False), Watched(world, "b"), ahead=False)
        assert session.run().records == 10


# -- an app that says so itself


@pytest.mark.parametrize("operation", ["page", "read", "create", "apply"])
def test_an_app_that_says_when_to_come_again_is_not_called_at_all_before(make: Make, operation: str) -> None:
    world = make(a=RICH, b=RICH)
    keys = several(world, 3)
    if operation in ("read", "apply"):
        world.sync("b")
        for key in keys:
            assign(world, key, "A")
        with world.store.unit() as unit:
            unit.connection("b", lock=True).pull_due_at = world.clock.now() + timedelta(hours=1)
    if operation == "read":
        with world.engine.working("b") as desk:
            desk.read_again("1", "stale")
    refuses = Fault(FaultKind.REFUSE, retry_after=600)
    world.apps["b"].faults = lambda asked: refuses if asked == operation else None
    world.sync("b")
    asked = world.apps["b"].journal.calls.total()
    world.apps["b"].faults = lambda asked: None
    world.advance(590)
    world.sync("b")
    assert world.apps["b"].journal.calls.total() == asked
    world.advance(20)
    world.sync("b")
    assert world.apps["b"].journal.calls.total() > asked
    world.settle()
    checks.all_of(world, set())
