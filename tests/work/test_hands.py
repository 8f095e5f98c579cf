"""Real tasks over a real worker in threads of this process, on a broker in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from hub.build import Hub
from hub.work.app import celery_app
from hub.work.hands import Hands
from hub.work.tasks import RELAY, SYNC
from hub.work.turns import Turns
from tests.hub.cli.office import Office

pytestmark = pytest.mark.long


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something to become true; raises AssertionError when it does not."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen"
        time.sleep(0.01)


@contextmanager
def working(hub: Hub, *, every: float, threads: int = 2) -> Iterator[Turns]:
    """A worker and beat at work, and that they end when they are told to."""
    enough = Event()
    app, turns = celery_app(hub, wanted=lambda: not enough.is_set(), every=every)
    hands = Hands(app, threads=threads)
    assert hands.ready(10.0)
    try:
        yield turns
    finally:
        enough.set()
        hands.stop()
        for thread in hands.threads:
            thread.join(5.0)
        assert not any(thread.is_alive() for thread in hands.threads)


def test_what_is_due_is_done_by_the_schedule_alone(office: Office, hub: Hub) -> None:
    kota, dinas = office.live("kota", "dinas")
    office.ok("complaints", "assign", office.filed(kota), "--agency", "DINAS", "--as", "ani")
    with working(hub, every=0.1):
        until(lambda: dinas.creates == 1)


def test_a_commit_that_leaves_a_connection_something_to_do_wakes_it_without_waiting_for_the_schedule(office: Office, hub: Hub) -> None:
    kota, dinas = office.live("kota", "dinas")
    tracking = office.filed(kota)
    office.ok("sync", "--all")
    with working(hub, every=3600.0) as turns:
        until(lambda: turns.done()["sessions"] == 0 and not turns.wakeups.at_work)
        office.ok("complaints", "assign", tracking, "--agency", "DINAS", "--as", "ani")
        until(lambda: dinas.creates == 1)


def test_an_app_that_hangs_keeps_one_thread_and_no_other_connection(office: Office, hub: Hub) -> None:
    kota, dinas, sick = office.live("kota", "dinas", "sick")
    tracking = office.filed(kota)
    answer = Event()
    sick.faults = lambda operation: None if answer.wait(30.0) else None
    office.clock.advance(61)
    with working(hub, every=0.1) as turns:
        until(lambda: "sick" in turns.wakeups.at_work)
        office.ok("complaints", "assign", tracking, "--agency", "DINAS", "--as", "ani")
        until(lambda: dinas.creates == 1)
        assert turns.wakeups.at_work >= {"sick"}
        answer.set()


def test_what_a_commit_has_left_to_do_overtakes_a_round_of_polls(hub: Hub) -> None:
    """What the pool has taken already comes first, as many as there are threads; of the others none."""
    with working(hub, every=3600.0, threads=2) as turns:
        taken, free = taking_turns(turns)
        for number in range(60):
            turns.wakeups.wake(f"poll-{number}")
        until(lambda: len(taken) == 2)
        turns.wakeups.wake("hooked", soon=True)
        free.set()
        until(lambda: len(taken) == 61)
    assert taken.index("hooked") <= 2 + 2 + 2


def taking_turns(turns: Turns) -> tuple[list[str], Event]:
    """Let turns do nothing but wait for an event, and note whose turn it was."""
    taken, free = list[str](), Event()

    def take(name: str) -> None:
        taken.append(name)
        free.wait(30.0)

    turns.take = take  # type: ignore[method-assign]
    return taken, free


def test_the_tasks_are_for_a_connection_or_for_the_schedule(hub: Hub) -> None:
    app, _ = celery_app(hub, wanted=lambda: True)
    app.finalize()
    assert {name for name in app.tasks if not name.startswith("celery.")} == {SYNC, RELAY}
    assert [entry["task"] for entry in app.conf.beat_schedule.values()] == [RELAY]


def test_another_broker_is_taken_as_it_is_given_and_nothing_is_opened(hub: Hub) -> None:
    app, _ = celery_app(hub, wanted=lambda: True, broker="amqp://127.0.0.1:1//")
    assert (app.conf.broker_url, app.conf.task_default_queue) == ("amqp://127.0.0.1:1//", "celery")


@pytest.mark.long
def test_ten_thousand_wake_ups_of_busy_connections_leave_an_empty_queue(office: Office, hub: Hub) -> None:
    office.live("kota", "dinas")
    with working(hub, every=3600.0) as turns:
        for _ in range(5_000):
            turns.wakeups.wake_ids(frozenset({1, 2}))
        until(lambda: not turns.wakeups.at_work and turns.wakeups.waiting == 0, 60.0)
        assert turns.done()["sessions"] < 2_000
