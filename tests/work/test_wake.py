"""A connection waits in the queue once, and no wake-up is lost on one that is at work."""

from __future__ import annotations

import pytest

from hub.build import Hub
from hub.work.wake import Wakeups
from tests.hub.cli.office import Office


class Queue:
    """What was posted, and a clock to be moved."""

    def __init__(self, hub: Hub) -> None:
        self.posted: list[str] = []
        self.seconds = 0.0
        self.wakeups = Wakeups(hub.store, self.posted.append, lost=100.0, monotonic=lambda: self.seconds)

    def take(self) -> list[str]:
        """Return what was posted since the last time."""
        taken, self.posted[:] = list(self.posted), []
        return taken


@pytest.fixture
def queue(office: Office, hub: Hub) -> Queue:
    office.add("kota")
    office.add("dinas")
    return Queue(hub)


def test_a_connection_that_is_queued_is_not_queued_again_before_it_has_begun(queue: Queue) -> None:
    queue.wakeups.wake("kota")
    queue.wakeups.wake("kota")
    assert queue.take() == ["kota"]
    assert queue.wakeups.begin("kota")
    queue.wakeups.end("kota", tasks=1)
    queue.wakeups.wake("kota")
    assert queue.take() == ["kota"]


def test_a_message_that_was_lost_is_sent_again_after_a_while(queue: Queue) -> None:
    queue.wakeups.wake("kota")
    queue.seconds = 101
    queue.wakeups.wake("kota")
    assert queue.take() == ["kota", "kota"]


def test_a_wake_up_during_a_turn_makes_another_turn_if_anything_is_due(queue: Queue) -> None:
    queue.wakeups.begin("kota")
    queue.wakeups.wake("kota")
    assert queue.take() == []
    queue.wakeups.end("kota", tasks=1)
    assert queue.take() == ["kota"]


def test_a_wake_up_during_a_turn_that_did_all_there_was_makes_no_other(office: Office, queue: Queue) -> None:
    queue.wakeups.begin("kota")
    queue.wakeups.wake("kota")
    office.ok("sync", "kota")
    queue.wakeups.end("kota", tasks=1)
    assert queue.take() == []


def test_a_second_turn_of_a_connection_at_work_does_not_begin(queue: Queue) -> None:
    assert queue.wakeups.begin("kota")
    assert not queue.wakeups.begin("kota")
    assert queue.wakeups.at_work == {"kota"}
    queue.wakeups.end("kota", tasks=1)
    assert queue.take() == ["kota"]


def test_a_turn_that_was_cut_short_is_queued_behind_the_others(queue: Queue) -> None:
    queue.wakeups.begin("kota")
    queue.wakeups.wake("dinas")
    queue.wakeups.end("kota", tasks=5, left=True)
    assert queue.take() == ["dinas", "kota"]


def test_the_schedule_wakes_what_is_due_and_lets_fruitless_ones_rest_longer_each_time(queue: Queue) -> None:
    queue.wakeups.wake_due()
    assert queue.take() == ["kota", "dinas"]
    found = []
    for second in range(16):
        queue.seconds = float(second)
        queue.wakeups.wake_due()
        if "kota" in queue.take() or second == 0:
            found.append(second)
            queue.wakeups.begin("kota")
            queue.wakeups.end("kota", tasks=0)
    assert found == [0, 2, 6, 14]
    queue.wakeups.begin("kota")
    queue.wakeups.end("kota", tasks=1)
    queue.wakeups.wake_due()
    assert "kota" in queue.take()


def test_a_turn_that_broke_off_leaves_the_rest_to_the_schedule(queue: Queue) -> None:
    queue.wakeups.begin("kota")
    queue.wakeups.wake("kota")
    queue.wakeups.end("kota", tasks=None)
    assert queue.take() == []


def test_connections_are_woken_by_the_ids_a_commit_gives_and_unknown_ids_wake_nobody(queue: Queue) -> None:
    queue.wakeups.wake_ids(frozenset({2, 99}))
    queue.wakeups.wake_ids(frozenset({2}))
    assert queue.take() == ["dinas"]


def test_a_broker_that_is_gone_loses_a_wake_up_and_no_commit(queue: Queue, hub: Hub) -> None:
    def gone(name: str) -> None:
        raise ConnectionRefusedError

    wakeups = Wakeups(hub.store, gone)
    hub.store.on_due = wakeups.wake_ids
    with hub.store.unit() as unit:
        unit.due.add(1)
    wakeups.wake_due()
    assert wakeups.waiting == 0


class Two:
    """Whom a process asked for, and whom it asked for soon."""

    def __init__(self, hub: Hub) -> None:
        self.later: list[str] = []
        self.soon: list[str] = []
        self.wakeups = Wakeups(hub.store, self.later.append, soon=self.soon.append)

    def take(self) -> tuple[list[str], list[str]]:
        """Return both, since the last time."""
        taken = list(self.later), list(self.soon)
        self.later.clear()
        self.soon.clear()
        return taken


@pytest.fixture
def two(queue: Queue, hub: Hub) -> Two:
    return Two(hub)


def test_what_a_commit_has_left_to_do_overtakes_what_the_schedule_has_queued_once(two: Two) -> None:
    two.wakeups.wake_due()
    assert two.take() == (["kota", "dinas"], [])
    two.wakeups.wake_ids(frozenset({1}))
    two.wakeups.wake_ids(frozenset({1}))
    two.wakeups.wake_due()
    assert two.take() == ([], ["kota"])


def test_a_webhook_that_comes_at_the_end_of_a_turn_is_served_soon_and_what_a_turn_has_left_stands_behind_the_others(two: Two) -> None:
    two.wakeups.begin("kota")
    two.wakeups.wake_ids(frozenset({1}))
    two.wakeups.wake("kota")
    two.wakeups.end("kota", tasks=1)
    assert two.take() == ([], ["kota"])
    two.wakeups.begin("kota")
    two.wakeups.wake_ids(frozenset({1}))
    two.wakeups.end("kota", tasks=1, left=True)
    assert two.take() == (["kota"], [])
