"""The relay wakes who is due, ever more rarely while nobody takes the wake-up, and at once when something is new."""

from __future__ import annotations

import pytest

from hub.build import Hub
from hub.work.relay import Relay
from tests.hub.cli.office import Office


class Rounds:
    """A relay, what it woke, and a clock to be moved."""

    def __init__(self, hub: Hub) -> None:
        self.seconds = 0.0
        self.woken: list[str] = []
        self.relay = Relay(hub.store, self.woken.append, monotonic=lambda: self.seconds)

    def at(self, seconds: float) -> list[str]:
        """Do a round and return whom it woke."""
        self.seconds = seconds
        self.woken.clear()
        self.relay.round()
        return list(self.woken)


@pytest.fixture
def rounds(office: Office, hub: Hub) -> Rounds:
    office.add("kota")
    return Rounds(hub)


def test_a_wake_up_that_waits_in_the_queue_is_repeated_ever_more_rarely(rounds: Rounds) -> None:
    assert [second for second in range(40) if rounds.at(float(second))] == [0, 2, 6, 14, 30]


def test_a_connection_that_was_taken_meanwhile_is_woken_at_once_when_it_is_due_again(office: Office, rounds: Rounds) -> None:
    assert rounds.at(0.0) == ["kota"]
    office.ok("sync", "kota")
    assert rounds.at(1.0) == []
    office.clock.advance(61)
    assert rounds.at(1.5) == ["kota"]


def test_after_an_outage_of_the_broker_everybody_who_is_due_is_woken(rounds: Rounds) -> None:
    assert rounds.at(0.0) == ["kota"]
    rounds.relay.forget()
    assert rounds.at(0.5) == ["kota"]
