"""A hub on a database made for the benchmark, with the local app connected and approved, as a person would do it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.apps.records import SERVICES
from benchmarks.databases import durability
from benchmarks.running import PAGE, LocalApp
from contracts.gateway import Pull, Pulled
from hub.build import Hub, build
from hub.config import Settings
from hub.operations import agencies, connections, running
from hub.session.ahead import joined
from hub.session.session import Tally
from hub.store import tables

NAME, KIND, AGENCY = "kota", "open311", "32.73"
# What the app's words mean here; a complaint that was only assigned is still open there.
WORDS = {"open": "received", "in_progress": "in_progress", "closed": "answered"}
# Pages that a session takes in together where the app is no slower than the hub.
TOGETHER = 2_000 // PAGE
# Before everything the app has: nothing is historic, so all of it is kept as news is.
LIVE_FROM = datetime(2020, 1, 1, tzinfo=UTC)


def settings_of(app: LocalApp, *, by_request: bool = False) -> dict[str, Any]:
    """How the app is described to its connector; ``by_request``: updates are asked for with each page, else all of a span of time."""
    return {
        "endpoint": f"{app.url}/",
        "format": "json",
        "time_zone": "UTC",
        "feed": "updated",
        "paging": True,
        "page_size": PAGE,
        "overlap": 0,
        "allow_private": True,
        "updates": {"write": True, "by_request": by_request},
        "services": dict(SERVICES),
        "token": "none",
        "extra": {"title": "title", "tags": "tags"},
        "status": {"words": dict(WORDS)},
    }


@contextmanager
def opened(app: LocalApp, url: str, folder: Path, *, by_request: bool = False) -> Iterator[Hub]:
    """Give a hub whose connection is approved and has read nothing yet; ``by_request`` as above."""
    hub = build(Settings(folder, url, folder / "keys.json"))
    try:
        connections.add(hub, NAME, KIND, settings_of(app, by_request=by_request), agency=AGENCY)
        agency = {"code": AGENCY, "name": "Kota Melati", "connection": NAME}
        agencies.carry_out(hub, agencies.compare(hub, [agency]))
        connections.approve(hub, NAME, live_from=LIVE_FROM)
        yield hub
    finally:
        hub.close()


def loaded(hub: Hub) -> tuple[float, Tally]:
    """Run the connection's session to the end: seconds, and what it did."""
    session = hub.session(NAME)
    began = time.perf_counter()
    with closing(session.connector):
        tally = session.run()
        return time.perf_counter() - began, tally


def applied(hub: Hub) -> tuple[float, int]:
    """Fetch and read everything, then take it in as a session does, which alone is timed: seconds and transactions."""
    session = hub.session(NAME)
    gateway = session.gateway
    with closing(session.connector):
        task = next(task for task in gateway.lease(1) if isinstance(task, Pull))
        pages = list(session.connector.changes(task.cursor))
        ready = [joined(pages[start : start + TOGETHER]) for start in range(0, len(pages), TOGETHER)]
        began = time.perf_counter()
        for page in ready:
            gateway.report(task, Pulled(page, last=False))
        seconds = time.perf_counter() - began
        gateway.release()
    return seconds, len(ready)


def synchronised(hub: Hub) -> tuple[float, Tally]:
    """Do what a worker does when a connection's time has come: seconds, and what was done."""
    began = time.perf_counter()
    running.due_now(hub, NAME)
    tally = running.run(hub, NAME)
    return time.perf_counter() - began, tally


def kept(hub: Hub) -> dict[str, int]:
    """Count what a hub keeps: complaints, links with a base, entries of the history, complaints in the rollup."""
    counted = {
        "complaints": select(func.count()).select_from(tables.complaints),
        "links with a base": select(func.count()).select_from(tables.links).where(tables.links.c.base.is_not(None)),
        "history": select(func.count()).select_from(tables.ledger),
        "rollup": select(func.coalesce(func.sum(tables.rollup.c.n), 0)),
        "due": select(func.count()).select_from(tables.links).where(tables.links.c.due_at.is_not(None)),
        "quarantined": select(func.count()).select_from(tables.quarantine),
    }
    with hub.store.reading() as sql:
        return {name: int(sql.execute(query).scalar_one()) for name, query in counted.items()}


def durability_of(hub: Hub) -> str:
    """Say how durable the hub's own connections to its database are."""
    with hub.store.reading() as sql:
        return durability(sql)
