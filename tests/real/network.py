"""A hub of two home-made apps that each get what is filed in the other, and a look at how far it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select

from hub.build import Hub, build
from hub.clock import Clock, ManualClock
from hub.config import Settings
from hub.operations.connections import add, approve
from hub.store import tables
from hub.sync.engine import network_changed
from tests.real.homemade import HomemadeApp

# Both databases are on this machine: what has not taken effect after this many seconds never will.
SETTLE = 0.5


def join(home: Path, database: str, apps: tuple[HomemadeApp, ...], *, clock: Clock | None = None, settle: float = SETTLE) -> None:
    """Make the hub and connect the apps; live since an hour ago, so that whole seconds in a table are not before it."""
    clock = clock or ManualClock(datetime.now(UTC) - timedelta(hours=1))
    hub = build(Settings.load({"SIMPUL_HOME": str(home), "SIMPUL_DATABASE": database}), clock)
    for app in apps:
        policy: dict[str, Any] = {"regions": ["35"], "interval": 1, "share": ["reporter_name", "reporter_phone", "reporter_identity"]}
        add(hub, app.name, "database", app.settings(), agency=f"dinas-{app.name}", policy=policy)
        approve(hub, app.name)
    with hub.store.unit() as unit:
        for app in apps:
            unit.sql.execute(insert(tables.agencies).values(code=f"dinas-{app.name}", name=app.name, connection=app.name))
            row = unit.connection(app.name, lock=True)
            row.sheet = {**row.sheet, "settle": settle}
        network_changed(unit)
    hub.close()


def watch(home: Path, database: str, clock: Clock | None = None) -> Hub:
    """Open the same hub to look into it."""
    return build(Settings.load({"SIMPUL_HOME": str(home), "SIMPUL_DATABASE": database}), clock)


def unfinished(sql: Connection) -> dict[str, int]:
    """Count what is still to be done; all of it is zero in the end."""
    link, attempt = tables.links.c, tables.attempts.c
    counts = {
        "due": select(func.count()).where(link.due_at.is_not(None)),
        "not linked": select(func.count()).where(link.state != "linked"),
        "in flight": select(func.count()).where(func.jsonb_array_length(link.sent) > 0),
        "open attempts": select(func.count()).where(attempt.outcome == "open"),
        "reads": select(func.count()).select_from(tables.reads),
    }
    return {what: int(sql.execute(count).scalar_one()) for what, count in counts.items()}


def until_settled(hub: Hub, seconds: float, still: Any) -> float:
    """Wait until nothing is unfinished and ``still()`` is empty, at most ``seconds``; returns how long it took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        with hub.store.reading() as sql:
            waiting = sum(unfinished(sql).values())
        if not waiting and not still():
            break
        time.sleep(0.1)
    return time.monotonic() - began
