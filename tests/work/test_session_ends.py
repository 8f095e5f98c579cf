"""A session ends where the next one goes on: between tasks, between pages, never between writing down and writing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour
from contracts.connector import Feed
from hub.build import Hub
from hub.session.session import Tally
from hub.store import tables
from tests.hub.cli.office import Office


@pytest.fixture(autouse=True)
def page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no two pages be taken together, as if each came late."""
    monkeypatch.setattr("hub.session.ahead._TOGETHER", 2)


def after(times: int) -> Callable[[], bool]:
    """Answer yes so many times, then no."""
    left = iter([True] * times)
    return lambda: next(left, False)


def run(hub: Hub, name: str, *, wanted: Callable[[], bool] | None = None, in_time: Callable[[], bool] | None = None) -> Tally:
    """Run one session as a turn does."""
    return hub.session(name).run(wanted=wanted, in_time=in_time)


def full(office: Office, behaviour: Behaviour) -> MemoryApp:
    """Add an app with ten records, two a page."""
    app = office.add("kota", behaviour)
    for number in range(10):
        office.clock.advance(1)
        app.file(f"Lampu {number}", f"Lampu jalan nomor {number} mati")
    return app


def known(hub: Hub) -> int:
    """How many complaints the hub knows."""
    with hub.store.reading() as sql:
        return int(sql.execute(select(func.count()).select_from(tables.complaints)).scalar_one())


def leases(hub: Hub) -> list[str | None]:
    """Who holds the leases."""
    with hub.store.reading() as sql:
        return list(sql.execute(select(tables.connections.c.lease_owner)).scalars())


def test_a_session_that_is_not_wanted_any_more_ends_after_the_page_and_the_next_goes_on_from_there(office: Office, hub: Hub) -> None:
    full(office, Behaviour(page_size=2, can_list=False))
    tally = run(hub, "kota", wanted=after(1))
    assert (tally.left, tally.pages, known(hub), leases(hub)) == (True, 1, 2, [None])
    assert (run(hub, "kota").left, known(hub)) == (False, 10)


def test_a_session_whose_time_is_over_ends_after_a_page_that_moved_the_checkpoint(office: Office, hub: Hub) -> None:
    full(office, Behaviour(page_size=2, can_list=False))
    assert run(hub, "kota", in_time=after(1)).records == 2
    assert run(hub, "kota", in_time=after(2)).records == 4
    assert (run(hub, "kota").left, known(hub)) == (False, 10)


def test_a_listing_is_not_cut_because_its_time_is_over_as_it_would_begin_again(office: Office, hub: Hub) -> None:
    full(office, Behaviour(page_size=2, feed=Feed.SNAPSHOT))
    assert run(hub, "kota", in_time=after(1)).records == 10


def test_a_session_with_nothing_to_do_is_not_said_to_have_left_anything(office: Office, hub: Hub) -> None:
    office.live("kota")
    run(hub, "kota")
    tally = run(hub, "kota")
    assert (tally.tasks, tally.left) == (0, False)


def test_what_was_written_ahead_is_carried_out_before_the_session_ends(office: Office, hub: Hub) -> None:
    kota, dinas = office.live("kota", "dinas")
    for title in ("Lampu", "Jalan"):
        office.ok("complaints", "assign", office.filed(kota, title), "--agency", "DINAS", "--as", "ani")
    while run(hub, "dinas", wanted=after(2)).left:
        with hub.store.reading() as sql:
            assert not sql.execute(select(tables.attempts).where(tables.attempts.c.outcome.not_in(["acknowledged"]))).all()
    assert (dinas.creates, leases(hub)) == (2, [None, None])


def test_a_session_is_opened_while_another_transaction_writes(office: Office, hub: Hub) -> None:
    # It only looks: on SQLite whoever would write waits half a minute here, and then fails.
    office.add("kota", Behaviour())
    with hub.store.writing():
        session = hub.session("kota")
    assert session.run().failures == 0
