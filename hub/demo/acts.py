"""What people do at the hub in the story, and what they look at there: the same operations that commands and pages call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from hub.build import Hub
from hub.operations import agencies, complaints, conflicts, connections, deciding, deliveries, quarantines, running, timeline, writes
from hub.operations.rehearsal import rehearsal
from hub.operations.timeline import Told
from hub.operations.writes import Write
from hub.session.session import Tally
from hub.store import tables
from hub.words import LinkState

COORDINATOR = "koordinator"


def add_agencies(hub: Hub, content: Sequence[dict[str, Any]]) -> None:
    """Enter agencies as a file would list them."""
    agencies.carry_out(hub, agencies.compare(hub, list(content)))


def sync(hub: Hub, name: str) -> Tally:
    """Run one session of a connection now, whenever its next one would have been due."""
    running.due_now(hub, name)
    return running.run(hub, name)


def in_step(hub: Hub, name: str) -> bool:
    """Tell whether nothing is due for a connection's app and nothing of it is to be read once more."""
    link, read = tables.links.c, tables.reads.c
    with hub.store.unit() as unit:
        mine = unit.connection(name).id
        due = select(func.count()).where(link.connection_id == mine, link.due_at <= unit.now)
        asked = select(func.count()).where(read.connection_id == mine, read.due_at <= unit.now)
        return not any(unit.sql.execute(question).scalar_one() for question in (due, asked))


def rehearse_approval(hub: Hub, name: str, live_from: datetime) -> list[Write]:
    """Return every write that approving a connection would bring; nothing of it stays."""
    with rehearsal(hub) as trial:
        writes.hold_pushes(trial, name)
        connections.approve(trial, name, live_from=live_from)
        running.due_now(trial, name)
        running.run(trial, name, pushes=False)
        with trial.store.unit() as unit:
            due = writes.due_links(unit)
        return writes.writes(trial, due)


def dry_run(hub: Hub, name: str) -> list[Write]:
    """Return every write that the next session of a connection would bring; nothing of it stays."""
    return [write for write in writes.dry_run(hub, name) if write.connection == name]


def assign(hub: Hub, complaint: str, agency: str) -> None:
    """Look a complaint over and hand it to an agency, as the coordinator does."""
    complaints.assign(hub, complaint, COORDINATOR, agency)


def give_back(hub: Hub, complaint: str, reason: str) -> None:
    """Say for the holder that a complaint is not theirs."""
    complaints.give_back(hub, complaint, COORDINATOR, reason)


def answer(hub: Hub, complaint: str, text: str) -> None:
    """Write to the reporter as the coordinator does."""
    complaints.answer(hub, complaint, COORDINATOR, text)


def retry(hub: Hub, name: str, ref: str) -> None:
    """Have one row that is set aside read again, whatever the app says of its own changes."""
    mine = next(each for each in quarantines.quarantined(hub, name) if each.ref == ref)
    quarantines.retry(hub, str(mine.id))


def turn_down(hub: Hub, complaint: str) -> None:
    """Decide against every proposal about a complaint."""
    for each in conflicts.conflicts(hub):
        if each.complaint == complaint and each.kind == "proposal":
            deciding.resolve(hub, each.id, deciding.Choice("hub", COORDINATOR))


def on_record(hub: Hub, complaint: str, kind: str) -> list[conflicts.Waiting]:
    """Return the conflicts or proposals of one complaint, oldest first, decided or not."""
    return [each for each in conflicts.conflicts(hub, everything=True) if each.complaint == complaint and each.kind == kind]


def national_list(hub: Hub, origin: str) -> list[timeline.Summary]:
    """Return the newest complaints that came in from one app, as the coordinator sees them."""
    return timeline.listing(hub, connection=origin, most=20)


def complaint_at(hub: Hub, name: str, ref: str) -> Told:
    """Return the complaint that came in from an app under this number; raises LookupError if the hub does not list it."""
    for summary in national_list(hub, name):
        told = timeline.tell(hub, summary.id)
        if _ref(told, name) == ref:
            return told
    raise LookupError(f"the hub does not list number {ref} of {name}")


def ref_at(hub: Hub, complaint: str, name: str) -> str | None:
    """Return the number that a complaint has in an app, once it was filed there."""
    return _ref(timeline.tell(hub, complaint), name)


def _ref(told: Told, name: str) -> str | None:
    return next((link["ref"] for link in told.links if link["connection"] == name), None)


def stuck(hub: Hub, name: str) -> list[str]:
    """Return why deliveries to an app do not go through."""
    return [each.reason for each in deliveries.deliveries(hub, name) if each.reason]


def on_its_way(hub: Hub, name: str, complaint: str) -> list[tuple[str, str | None]]:
    """Return what is not at rest between an app and one complaint: the state and the reason."""
    return [(each.state.value, each.reason) for each in deliveries.deliveries(hub, name) if each.complaint == complaint]


def quarantined(hub: Hub, name: str) -> list[tuple[str, str]]:
    """Return what is set aside of an app: its number and the reason."""
    return [(each.ref, each.problem) for each in quarantines.quarantined(hub, name)]


def history(hub: Hub, name: str) -> int:
    """Count the complaints that the hub has linked to an app as history: never pushed to others, no clock started."""
    link, complaint = tables.links.c, tables.complaints.c
    joined = select(func.count()).select_from(tables.links.join(tables.complaints, link.complaint_id == complaint.id))
    with hub.store.unit() as unit:
        mine = (link.connection_id == unit.connection(name).id) & (link.state == LinkState.LINKED.value)
        return int(unit.sql.execute(joined.where(mine, complaint.historic.is_(True))).scalar_one())


def last_event(hub: Hub) -> int:
    """Return the number of the ledger's newest entry."""
    with hub.store.reading() as sql:
        return int(sql.execute(select(func.max(tables.ledger.c.seq))).scalar() or 0)


def events(hub: Hub, after: int) -> list[dict[str, Any]]:
    """Return the ledger's entries after one of them, with the tracking id of their complaint."""
    ledger, complaint = tables.ledger, tables.complaints.c
    both = select(ledger, complaint.tracking_id).join(tables.complaints, complaint.id == ledger.c.complaint_id)
    with hub.store.reading() as sql:
        return [dict(row) for row in sql.execute(both.where(ledger.c.seq > after).order_by(ledger.c.seq)).mappings()]
