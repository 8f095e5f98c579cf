"""Decisions about which record is which complaint, and whether it is there."""

from __future__ import annotations

from typing import Any

from contracts.content import Field
from contracts.errors import Refused
from contracts.lifecycle import may_follow
from contracts.vocabulary import Status
from hub.operations.deciding_values import link_of
from hub.store.rows import LinkRow
from hub.sync import recovery
from hub.sync.complaints import Source, change, spread
from hub.sync.creates import decide_by_hand
from hub.sync.desk import Desk
from hub.words import LinkState, SentState


def deletions(desk: Desk, row: Any, keep: str, value: Any, actor: str) -> None:
    """Believe that so many records vanished (each is still read before its link ends), or do not."""
    if keep == "local":
        for ref in row.local_value or ():
            desk.read_again(ref, "missing")


def deleted(desk: Desk, row: Any, keep: str, value: Any, actor: str) -> None:
    """File a deleted record again, or leave it deleted."""
    if keep == "hub":
        file_again(desk, link_of(desk, row))


def file_again(desk: Desk, link: LinkRow) -> None:
    """Let a link whose record is gone get a new one, with everything that was said; raises Refused if it is not gone."""
    if link.state is not LinkState.GONE:
        raise Refused("This record is not gone, or its link has ended.", "`simpul deliveries list` shows how it stands.")
    link.state, link.base, link.stored, link.history, link.sent = LinkState.PENDING, None, {}, {}, []
    link.parked, link.error, link.attempts, link.misses, link.due_at = {}, None, 0, 0, desk.now
    # Another key than that of the first filing, or an app that knows the key would answer with the deleted record.
    link.incarnation, link.seen, link.updated_at = link.incarnation + 1, None, desk.now
    _unsay(desk, link)


def _unsay(desk: Desk, link: LinkRow) -> None:
    # What was said in the record that is given up is said again in the one that follows it.
    for mark in desk.unit.response_links_of(link):
        mark.ref, mark.state = None, SentState.LOST if mark.response_id else SentState.REMOVED


def duplicate(desk: Desk, row: Any, keep: str, value: Any, actor: str) -> None:
    """Of two records, or of two complaints, let one be the complaint."""
    if row.rule == "told_by_person":
        _archive(desk, row.hub_value, row.local_value, keep, actor)
    elif keep == "local" and row.complaint_id is not None:
        link = link_of(desk, row)
        desk.hold_ref(link, None)
        link.state, link.due_at, link.version, link.seen = LinkState.GONE, None, None, None
        link.base, link.sent, link.stored, link.fingerprint = None, [], {}, None
        link.touched = desk.tick()
        _unsay(desk, link)
        desk.read_again(str(row.local_value), "waiting")


def _archive(desk: Desk, first: str, second: str, keep: str, actor: str) -> None:
    stays, goes = (desk.unit.complaint(key) for key in ((first, second) if keep == "hub" else (second, first)))
    if not may_follow(Status(goes.status), Status.ARCHIVED):
        raise Refused(
            f"{goes.tracking_id} is {Status(goes.status).label()} and cannot be archived.", "Close it as it is, or keep the other one."
        )
    source = Source(None, actor, "duplicate")
    change(desk, goes, Field.REASON, f"Duplikat dari {stays.tracking_id}", source)
    change(desk, goes, Field.STATUS, Status.ARCHIVED.value, source)
    spread(desk, goes)


def ambiguous(desk: Desk, row: Any, keep: str, value: Any, actor: str) -> None:
    """A person looked into the app: the record is there under ``value``, or it is not and may be filed again."""
    if keep == "local" and not value:
        raise Refused("Under which id is it there?", "Give the app's id with --value, or choose --keep hub if it is not there.")
    decide_by_hand(desk, link_of(desk, row), exists_as=str(value) if keep == "local" else None)


def restored(desk: Desk, row: Any, keep: str, value: Any, actor: str) -> None:
    """Let the recovery go on."""
    if keep != "hub":
        raise Refused("A recovery goes on or waits.", "`simpul recover NAME` shows its plan; --keep hub approves it.")
    recovery.approve(desk.row)
