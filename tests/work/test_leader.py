"""One leads; another takes over when it is dead, silent or gives up, and a leader that was away notices."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from hub.build import Hub
from hub.work import leader as leading
from hub.work.leader import TTL, Leader
from tests.hub.cli.office import Office


def test_the_first_leads_and_goes_on_leading(office: Office, hub: Hub) -> None:
    first, second = Leader(hub.store, "events"), Leader(hub.store, "events")
    assert (first.leads(), second.leads()) == (True, False)
    for _ in range(5):
        office.clock.advance(TTL * 0.7)
        assert (first.leads(), second.leads()) == (True, False)
    assert Leader(hub.store, "relay").leads()


def test_one_that_gives_up_is_followed_at_once(hub: Hub) -> None:
    first, second = Leader(hub.store, "events"), Leader(hub.store, "events")
    assert first.leads()
    first.resign()
    assert (second.leads(), first.leads()) == (True, False)


def test_one_that_was_silent_for_long_has_lost_the_lead_and_cannot_move_the_position(office: Office, hub: Hub) -> None:
    first, second = Leader(hub.store, "events"), Leader(hub.store, "events")
    assert first.leads() and first.move(7)
    office.clock.advance(TTL + 1)
    assert second.leads() and second.position() == 7
    assert (first.move(9), first.leads(), second.position()) == (False, False, 7)


@pytest.mark.parametrize(
    ("owner", "follows"),
    [
        # No process has this number: the kernel gives none above 2**22.
        (lambda nonce: f"{socket.gethostname()}/{2**22 + 1}/x/{nonce}", True),
        # The first process of a container that was started again under the same name.
        (lambda nonce: f"{socket.gethostname()}/1/another-start/{nonce}", True),
        (lambda nonce: f"another-machine/1/x/{nonce}", False),
    ],
)
def test_a_dead_leader_is_followed_at_once(hub: Hub, monkeypatch: pytest.MonkeyPatch, owner: Callable[[str], str], follows: bool) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(leading, "this_process", owner)
        assert Leader(hub.store, "events").leads()
    assert Leader(hub.store, "events").leads() is follows
