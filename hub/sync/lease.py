"""One session at a time per connection: a lease row with a fencing number, checked again in every transaction."""

from __future__ import annotations

import functools
import os
import socket
from datetime import timedelta
from pathlib import Path

from sqlalchemy import bindparam, select

from contracts.errors import LeaseLost
from hub.store import tables
from hub.store.direct import answers
from hub.store.rows import ConnectionRow
from hub.store.unit import Unit
from hub.sync.creates import doubt
from hub.sync.desk import Desk
from hub.sync.pace import Pace
from hub.words import LinkState, Outcome, SentState

TTL = 60.0

_attempt = tables.attempts.c
_LEFT_OPEN = (
    select(_attempt.id, _attempt.link_id, _attempt.kind)
    .where(
        _attempt.connection_id == bindparam("here"),
        _attempt.outcome == Outcome.OPEN.value,
        _attempt.fence < bindparam("fence"),
    )
    .order_by(_attempt.id)
)


class LeaseBusy(LeaseLost):
    """Another session is at work on this connection."""


def this_process(nonce: str) -> str:
    """Name this process as a lease owner: host, process id, when it began, and something that tells two sessions of it apart."""
    return f"{socket.gethostname()}/{os.getpid()}/{_own_beginning(os.getpid())}/{nonce}"


def acquire(unit: Unit, name: str, owner: str) -> ConnectionRow:
    """Take the lease and a new fencing number; raises LeaseBusy while another session that may be alive holds it."""
    row = unit.connection(name, lock=True)
    held = row.lease_owner not in (None, owner) and row.lease_until is not None and row.lease_until > unit.now
    if held and may_be_alive(str(row.lease_owner)):
        raise LeaseBusy(f"{name} is being synchronised by another session.", "Wait until it is done; a lease lasts at most a minute.")
    if row.lease_owner is not None:
        _lost_count(row, unit)
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


def give_back(unit: Unit, name: str, owner: str) -> bool:
    """Give back what a session of ours could not, when the database was away; False if it holds it no more.

    An owner names one session for ever. That one is over: what it left open is in doubt for whoever is next.
    """
    row = unit.connection(name, lock=True)
    if row.lease_owner != owner:
        return False
    _lost_count(row, unit)
    # Should it not be over after all, it loses its lease here.
    row.fence += 1
    release(row)
    return True


def _lost_count(row: ConnectionRow, unit: Unit) -> None:
    # How often a session that ended without a word has called is known by nobody: as often as it could.
    if rate := row.policy.get("rate"):
        row.calls_from = Pace(rate).spent(row.calls_from, unit.now, rate)


def takeover(desk: Desk) -> None:
    """Whatever an earlier session had written ahead and never reported may or may not have happened."""
    for attempt, link_id, kind in list(answers(desk.unit.sql, _LEFT_OPEN, {"here": desk.row.id, "fence": desk.row.fence})):
        link = desk.unit.link(link_id)
        attempt_row = desk.unit.attempt(attempt)
        if attempt_row is not None:
            attempt_row.outcome = Outcome.UNKNOWN.value
        if kind == "create":
            if link.state is LinkState.CREATING:
                doubt(desk, link)
            continue
        link.sent = [{**entry, "fate": "unknown"} if entry["attempt"] == attempt else entry for entry in link.sent]
        link.due_at = desk.now + timedelta(seconds=max(desk.peer.sheet.settle, 1.0))
        for mark in desk.unit.response_links_of(link):
            if mark.attempt == attempt and mark.state is SentState.SENT:
                mark.state = SentState.UNKNOWN


def may_be_alive(owner: str) -> bool:
    """Tell whether the process that took a lease may still be at work: one on another host may, for all we know."""
    host, pid, *rest = [*owner.split("/"), ""]
    if host != socket.gethostname() or not pid.isdigit():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A container that was started again has the same name, and its first process the same number.
    began = _began(int(pid))
    return len(rest) < 3 or "" in (began, rest[0]) or rest[0] == began


@functools.lru_cache(maxsize=1)
def _own_beginning(pid: int) -> str:
    # It never changes, and every session asks for it.
    return _began(pid)


def _began(pid: int) -> str:
    """Return which start of the machine a process belongs to and when in it that began; empty where the system does not tell."""
    try:
        machine = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
        # The name of the process, in brackets, may hold anything.
        ticks = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
    return f"{machine[:8]}-{ticks}"
