"""What the suite does again and again: read everything, complete an edit, walk to a status."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from contracts.complaint import Response
from contracts.conformance.world import World
from contracts.connector import Capabilities, Connector, Edit, Page, Part, Receipt, Record, RecordState
from contracts.content import Content, Field, to_content
from contracts.lifecycle import path
from contracts.vocabulary import Status, Visibility

MANY_PAGES = 10_000
ITS_OWN_PART = frozenset({Field.STATUS, Field.REASON, Field.HOLDER})


def pages(connector: Connector, since: str | None = None) -> list[Page]:
    """Read to the end; fails if there is none."""
    read = list(islice(connector.changes(since), MANY_PAGES))
    assert len(read) < MANY_PAGES, "the pages never end: a cursor that does not move?"
    return read


def records(read: list[Page]) -> dict[str, Record]:
    """Return the last word on every ref."""
    return {record.ref: record for page in read for record in page.records}


def live_refs(read: list[Page]) -> set[str]:
    """Return the refs that the pages show as alive."""
    return {ref for ref, record in records(read).items() if record.state is RecordState.LIVE}


def newest_cursor(read: list[Page]) -> str | None:
    """Return the cursor to go on from."""
    return next((page.cursor for page in reversed(read) if page.cursor is not None), None)


def essence(record: Record) -> tuple[Content, tuple[str, ...], list[tuple[str, str]]]:
    """Return what must not change by itself: content, identity and responses, without version and times."""
    texts = [(each.ref, each.response.text) for each in record.responses]
    return to_content(record.complaint), record.identity, texts


def visibility(capabilities: Capabilities) -> Visibility:
    """Return the visibility that a test response gets: public where the app takes it."""
    writes = capabilities.responses.writes
    return Visibility.PUBLIC if Visibility.PUBLIC in writes else min(writes, default=Visibility.PUBLIC)


def field_to_write(capabilities: Capabilities, *besides: Field) -> Field | None:
    """Return a field that an edit can carry flat and the app shows."""
    free = (capabilities.writes & capabilities.reads) - ITS_OWN_PART - set(besides)
    return min(free, default=None)


def next_status(capabilities: Capabilities, now: Status | None) -> Status | None:
    """Return a status that the app takes in one step from ``now`` and that it then reports differently."""
    steps = capabilities.transitions
    for status, reported in capabilities.statuses.items():
        if reported is not now and (steps is None or now is None or reported in steps.get(now, frozenset())):
            return status
    return None


def completed(edit: Edit, now: Record, capabilities: Capabilities, world: World) -> Edit:
    """Add what this app only takes together with the parts of ``edit``: the status it has, a response, a field as it is."""
    missing = capabilities.together - edit.parts if edit.parts & capabilities.together else frozenset()
    if Part.RESPONSE in missing:
        edit = replace(edit, response=Response("Sedang kami periksa.", visibility(capabilities)))
    if Part.STATUS in missing:
        edit = replace(edit, status=now.complaint.status or min(capabilities.statuses))
    if Part.HOLDER in missing:
        edit = replace(edit, holder=now.complaint.holder)
    name = field_to_write(capabilities)
    if Part.FIELDS in missing and name:
        edit = replace(edit, fields={name: to_content(now.complaint).get(name, world.value(name))})
    return edit


def applied(connector: Connector, world: World, ref: str, edit: Edit, key: str = "conformance-1") -> Receipt:
    """Read, complete and apply an edit as the session would, and wait until it can be read."""
    now = connector.fetch(ref)
    expected = now.version if connector.capabilities.conditional_write else None
    receipt = connector.apply(ref, completed(edit, now, connector.capabilities, world), expected, key)
    world.catch_up()
    return receipt


def walk(connector: Connector, world: World, ref: str, wanted: Status) -> Record:
    """Bring a record to a status that the app can say, through the steps it insists on; skips if there is no way."""
    sheet = connector.capabilities
    target = sheet.statuses[wanted]
    now = connector.fetch(ref).complaint.status
    steps = [wanted]
    if sheet.transitions is not None and now is not None and now is not target:
        graph = {status: frozenset(following) for status, following in sheet.transitions.items()}
        way = path(now, target, graph)
        if way is None:
            pytest.skip(f"the app knows no way from {now} to {target}")
        steps = [*way[:-1], wanted]
    for number, step in enumerate(steps):
        applied(connector, world, ref, Edit(status=step), f"conformance-step-{number}")
    return connector.fetch(ref)
