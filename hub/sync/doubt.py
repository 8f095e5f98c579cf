"""Writes whose fate is unknown: settled by what the app shows, never by hope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from contracts.connector import Record
from contracts.content import Field
from hub.store.rows import LinkRow
from hub.sync.desk import Desk
from hub.sync.project import degraded, same
from hub.words import ConflictKind, Outcome, SentState


def settle_sent(desk: Desk, link: LinkRow, local: Mapping[Field, Any], record: Record, began: datetime) -> None:
    """Clear the edits that have landed, and those that surely never will; ``began`` is when the reading started."""
    left = []
    for entry in link.sent:
        if _landed(desk, link, entry, local):
            _take_over(desk, link, entry, local)
            _outcome(desk, link, entry, Outcome.ACKNOWLEDGED)
        elif entry["fate"] == "unknown" and began >= _settled_at(desk, entry):
            _outcome(desk, link, entry, Outcome.NOT_DONE)
            _lost(desk, link, entry)
        else:
            left.append(entry)
    if len(left) != len(link.sent):
        link.sent = left


def _settled_at(desk: Desk, entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"]) + timedelta(seconds=desk.peer.sheet.settle)


def _landed(desk: Desk, link: LinkRow, entry: Mapping[str, Any], local: Mapping[Field, Any]) -> bool:
    # One call is one effect: any part of it that can be seen, and was not there before, shows that all of it happened.
    if entry["response"]:
        return any(mark.id == entry["response"] and mark.state is SentState.LINKED for mark in desk.unit.response_links_of(link))
    base = link.base or {}
    return any(not same(value, base.get(name)) and _is(value, local.get(Field(name))) for name, value in entry["fields"].items())


def _is(asked: Any, value: Any) -> bool:
    return same(asked, value) or degraded(asked, value)


def _take_over(desk: Desk, link: LinkRow, entry: Mapping[str, Any], local: Mapping[Field, Any]) -> None:
    link.base = {**(link.base or {}), **entry["fields"]}
    link.touched = desk.tick()
    for name, asked in entry["fields"].items():
        value = local.get(Field(name))
        if not same(asked, value) and degraded(asked, value):
            link.stored = {**link.stored, name: [asked, value]}


def _outcome(desk: Desk, link: LinkRow, entry: Mapping[str, Any], outcome: Outcome) -> None:
    attempt = desk.unit.attempt(entry["attempt"])
    if attempt is not None:
        attempt.outcome, attempt.finished_at = outcome.value, desk.now
    if outcome is Outcome.ACKNOWLEDGED:
        link.attempts, link.error = 0, None


def _lost(desk: Desk, link: LinkRow, entry: Mapping[str, Any]) -> None:
    if entry["response"] and not desk.peer.sheet.responses.reads:
        # What cannot be read back is said at most once: a person sees it, and may have it sent again.
        desk.record(ConflictKind.AMBIGUOUS, desk.unit.complaint(link.complaint_id), "cannot_read_back", waits=True, name="response")
        return
    for mark in desk.unit.response_links_of(link):
        if mark.id == entry["response"] and mark.state in (SentState.SENT, SentState.UNKNOWN):
            mark.state = SentState.LOST
