"""Edits on both sides at once, until both are equal: made, timed, and then compared value by value."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from benchmarks.apps.records import Requests
from benchmarks.engine import engine_time
from benchmarks.hubs import AGENCY, synchronised
from benchmarks.running import LocalApp
from contracts.content import Field
from contracts.vocabulary import Status
from hub.build import Hub
from hub.operations.complaints import answer, assign
from hub.store import tables
from hub.words import ConflictKind

EDITS, SHARED = 100, 10
_ROUNDS = 6
# What the connector writes where a status goes without a text: an update of this city has to say something.
_STATUS_ONLY = "Status: "
# Which of the hub's statuses each word of the app's may stand for.
_AGREES = {
    "open": {Status.RECEIVED, Status.VERIFIED, Status.ASSIGNED},
    "in_progress": {Status.IN_PROGRESS},
    "closed": {Status.ANSWERED, Status.CLOSED},
}


@dataclass(frozen=True, slots=True)
class Settled:
    """How long both sides took to be equal, in how many sessions, what is still unequal, and how many conflicts were kept.

    ``engine``: how much of that was processor time of the engine's own steps.
    """

    seconds: float
    sessions: int
    writes: int
    engine: float
    conflicts: int
    unequal: list[str]


def prepare(hub: Hub) -> None:
    """Assign what the hub's people will answer, and let it settle; not timed."""
    ids = _ids(hub)
    for number in _ours():
        assign(hub, ids[str(number + 1)], "koordinator", AGENCY)
    for _ in range(_ROUNDS):
        if not synchronised(hub)[1].writes:
            return


def settle(hub: Hub, app: LocalApp) -> Settled:
    """Edit 100 records there and 100 here, 10 of them the same, and synchronise until nothing differs."""
    ids, conflicts = _ids(hub), _conflicts(hub)
    with engine_time() as spent:
        began = time.perf_counter()
        app.edit(range(EDITS), status="in_progress", text="Petugas kota sedang menangani laporan {}.")
        answered = spent.counted(answer)
        for number in _ours():
            text = f"Jawaban pusat atas laporan {number + 1}."
            answered(hub, ids[str(number + 1)], "koordinator", text, status=Status.ANSWERED)
        seconds, sessions, writes = time.perf_counter() - began, 0, 0
        while sessions < _ROUNDS:
            took, tally = synchronised(hub)
            seconds, sessions, writes = seconds + took, sessions + 1, writes + tally.writes
            if not (unequal := differences(hub, app)):
                break
    return Settled(seconds, sessions, writes, spent.seconds, _conflicts(hub) - conflicts, unequal)


def differences(hub: Hub, app: LocalApp) -> list[str]:
    """Compare every complaint of the hub with the app's own store: description, status, and each text once on each side."""
    told, made = app.changed(), Requests().make
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    for update in told["updates"]:
        if not update["description"].startswith(_STATUS_ONLY):
            texts[update["service_request_id"]][update["description"]] += 1
    return [
        f"{ref}: {what}"
        for ref, (complaint, responses) in _held(hub).items()
        for what in _unequal(told["requests"].get(ref) or made(int(ref) - 1), texts[ref], complaint, responses)
    ]


def _unequal(there: dict[str, Any], texts: Counter[str], here: Any, responses: Counter[str]) -> list[str]:
    found = []
    if there["description"] != here.content[Field.DESCRIPTION.value]:
        found.append("description")
    if Status(here.status) not in _AGREES[there["status"]]:
        found.append(f"status {there['status']} there, {here.status} here")
    if texts != responses:
        found.append(f"{texts.total()} texts there, {responses.total()} here")
    return found


def _ours() -> range:
    return range(EDITS - SHARED, 2 * EDITS - SHARED)


def _ids(hub: Hub) -> dict[str, str]:
    link = tables.links.c
    with hub.store.reading() as sql:
        return {row.ref: row.complaint_id for row in sql.execute(select(link.ref, link.complaint_id))}


def _held(hub: Hub) -> dict[str, tuple[Any, Counter[str]]]:
    complaint, response = tables.complaints.c, tables.responses.c
    refs = {own: ref for ref, own in _ids(hub).items()}
    said: dict[str, Counter[str]] = defaultdict(Counter)
    with hub.store.reading() as sql:
        for row in sql.execute(select(response.complaint_id, response.text).where(response.removed.is_(False))):
            said[row.complaint_id][row.text] += 1
        rows = sql.execute(select(complaint.id, complaint.status, complaint.content)).all()
    return {refs[row.id]: (row, said[row.id]) for row in rows}


def _conflicts(hub: Hub) -> int:
    table = tables.conflicts.c
    kept = select(table.complaint_id).where(table.kind == ConflictKind.CONFLICT.value).distinct()
    with hub.store.reading() as sql:
        return len(sql.execute(kept).all())
