"""One session at a time per connection: a lease row with a fencing number, checked again in every transaction."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

from sqlalchemy import select

from contracts.errors import LeaseLost
from hub.store import tables
from hub.store.rows import ConnectionRow
from hub.store.unit import Unit
from hub.sync.creates import doubt
from hub.sync.desk import Desk
from hub.words import LinkState, Outcome, SentState

TTL = 60.0


class LeaseBusy(LeaseLost):
    """Another session is at work on this connection."""


def this_process(nonce: str) -> str:
    """Name this process as a lease owner: host, process id and something that tells two sessions of it apart."""
    return f"{socket.gethostname()}/{os.getpid()}/{nonce}"


def acquire(unit: Unit, name: str, owner: str) -> ConnectionRow:
    """Take the lease and a new fencing number; raises LeaseBusy while another session that may be alive holds it."""
    row = unit.connection(name, lock=True)
    held = row.lease_owner not in (None, owner) and row.lease_until is not None and row.lease_until > unit.now
    if held and may_be_alive(str(row.lease_owner)):
        raise LeaseBusy(f"{name} is being synchronised by another session.", "Wait until it is done; a lease lasts at most a minute.")
    row.fence += 1
    row.lease_owner, row.lease_until = owner, unit.now + timedelta(seconds=TTL)
    return row


def verify(unit: Unit, name: str, fence: int) -> ConnectionRow:
    """Check, with the row locked, that the lease is still ours, and renew it; raises LeaseLost."""
    row = unit.connection(name, lock=True)
    if row.fence != fence:
        raise LeaseLost(f"another session has taken {name}.", "Nothing was lost; it goes on from here.")
    until = unit.now + timedelta(seconds=TTL)
    if row.lease_until is None or until - row.lease_until > timedelta(seconds=TTL / 4):
        row.lease_until = until
    return row


def release(row: ConnectionRow) -> None:
    """Give the lease back."""
    row.lease_owner, row.lease_until = None, None


def takeover(desk: Desk) -> None:
    """Whatever an earlier session had written ahead and never reported may or may not have happened."""
    attempt = tables.attempts.c
    found = desk.unit.sql.execute(
        select(attempt.id, attempt.link_id, attempt.kind)
        .where(attempt.connection_id == desk.row.id, attempt.outcome == Outcome.OPEN.value, attempt.fence < desk.row.fence)
        .order_by(attempt.id)
    ).all()
    for row in found:
        link = desk.unit.link(row.link_id)
        attempt_row = desk.unit.attempt(row.id)
        if attempt_row is not None:
            attempt_row.outcome = Outcome.UNKNOWN.value
        if row.kind == "create":
            if link.state is LinkState.CREATING:
                doubt(desk, link)
            continue
        link.sent = [{**entry, "fate": "unknown"} if entry["attempt"] == row.id else entry for entry in link.sent]
        link.due_at = desk.now + timedelta(seconds=max(desk.peer.sheet.settle, 1.0))
        for mark in desk.unit.response_links_of(link):
            if mark.attempt == row.id and mark.state is SentState.SENT:
                mark.state = SentState.UNKNOWN


def may_be_alive(owner: str) -> bool:
    """Tell whether the process that took a lease may still be at work: one on another host may, for all we know."""
    host, _, rest = owner.partition("/")
    pid = rest.partition("/")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
