"""Stopping a connection, letting it go on, starting its reading over, and taking it away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update

from contracts.errors import Refused
from hub.build import Hub
from hub.store import tables
from hub.store.rows import ConnectionRow
from hub.store.unit import Unit
from hub.sync.desk import LIVE_STATES
from hub.sync.engine import network_changed
from hub.sync.pace import Pace
from hub.words import LinkState, Phase, Recovery

BOTH = frozenset({"pull", "push"})


def pause(hub: Hub, name: str, actor: str, reason: str, directions: frozenset[str] = BOTH) -> None:
    """Stop reading, writing or both, until a person lets it go on; a session under way stops before its next task."""
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        if "pull" in directions:
            row.pull_paused = f"{actor}: {reason}"
        if "push" in directions:
            row.push_paused = f"{actor}: {reason}"


def resume(hub: Hub, name: str, directions: frozenset[str] = BOTH) -> None:
    """Let a connection go on at once, whoever or whatever stopped it; its failures are forgotten."""
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        row.calls_from = _may_call(row, unit)
        if "pull" in directions:
            row.pull_paused, row.pull_failures, row.pull_retry_at, row.pull_error = None, 0, None, None
            row.pull_due_at = unit.now
        if "push" in directions:
            row.push_paused, row.push_failures, row.push_retry_at, row.push_error = None, 0, None, None
            _wait_no_longer(unit, row.id)


def _may_call(row: ConnectionRow, unit: Unit) -> datetime | None:
    """An app that asked for time is asked at once; one that takes only so many calls a minute gets no more of them."""
    rate = row.policy.get("rate")
    return Pace(rate).spent(None, unit.now, rate) if rate and row.calls_from else None


def _wait_no_longer(unit: Unit, connection_id: int) -> None:
    """Make due what backs off; what is in doubt keeps its time, for that is when it can be looked up."""
    link = tables.links
    failed = (link.c.attempts > 0, link.c.due_at > unit.now, link.c.state.in_([LinkState.PENDING.value, LinkState.LINKED.value]))
    unit.sql.execute(update(link).where(link.c.connection_id == connection_id, *failed).values(due_at=unit.now, attempts=0))


def reset(hub: Hub, name: str) -> None:
    """Forget how far the app was read: the next pull reads everything. Raises Refused unless pulls are paused."""
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        must_be_paused(row)
        row.cursor, row.epoch, row.pull_due_at = None, None, None


def must_be_paused(row: ConnectionRow) -> None:
    """Raise Refused while the connection may be read."""
    if row.pull_paused is None:
        raise Refused(f"{row.name} is being read.", f"Pause it first: `simpul connections pause {row.name} --pull --reason ...`.")


def live_links(unit: Unit, connection_id: int) -> int:
    """Count the complaints that this connection's app has or is to get."""
    link = tables.links.c
    counted = select(func.count()).where(link.connection_id == connection_id, link.state.in_([state.value for state in LIVE_STATES]))
    return int(unit.sql.execute(counted).scalar_one())


def remove(hub: Hub, name: str, *, force: bool = False) -> int:
    """Take a connection away and destroy its secrets; complaints, ledger and conflicts stay. Returns how many links ended.

    Raises Refused while links live, unless forced. The app's records stay as they are; the name is free again.
    """
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        alive = live_links(unit, row.id)
        if alive and not force:
            advice = "`simpul connections pause` stops it and loses nothing; with --force they end here, and the app keeps its records."
            raise Refused(f"{name} is linked to {alive} complaints.", advice)
        _let_go(unit, row)
        network_changed(unit)
        return alive


def _let_go(unit: Unit, row: ConnectionRow) -> None:
    link, agency = tables.links, tables.agencies
    ended = {"state": LinkState.ENDED.value, "receiver": False, "due_at": None, "updated_at": unit.now}
    unit.sql.execute(update(link).where(link.c.connection_id == row.id).values(**ended))
    unit.sql.execute(update(agency).where(agency.c.connection == row.name).values(connection=None))
    for table in (tables.reads, tables.checkpoints, tables.quarantine, tables.inbox, tables.webhooks):
        unit.sql.execute(delete(table).where(table.c.connection_id == row.id))
    # The ledger refers to the row for ever; a session that still runs loses its lease.
    row.name, row.phase, row.secrets, row.settings = f"{row.name}#{row.id}", Phase.REMOVED, None, {}
    row.pull_paused = row.push_paused = "removed"
    row.recovery, row.recovery_held = Recovery.NONE, False
    row.fence, row.lease_owner, row.lease_until = row.fence + 1, None, None
