"""What people at the hub do, as the pages will do it, and short ways to look at the outcome."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from connectors.memory.store import Row
from contracts.complaint import Response
from contracts.content import Field
from contracts.vocabulary import Status, Visibility
from hub.store import tables
from hub.store.rows import ComplaintRow, LinkRow, ResponseLinkRow, ResponseRow
from hub.sync.complaints import Source, change, respond, spread
from hub.sync.creates import decide_by_hand
from hub.words import LinkState
from tests.sync.world import World

PERSON = Source(None, "person", "person")


def say(world: World, complaint_id: str, **fields: Any) -> None:
    """A person changes fields (by their names in `Field`), in the order given."""
    with world.engine.working() as desk:
        complaint = desk.unit.complaint(complaint_id)
        for name, value in fields.items():
            if complaint.veiled().get(Field(name)) != value:
                change(desk, complaint, Field(name), value, PERSON)
        spread(desk, complaint)


def assign(world: World, complaint_id: str, agency: str) -> None:
    """The coordinator gives the complaint to an agency."""
    say(world, complaint_id, status=Status.ASSIGNED.value, holder={"agency": agency, "unit": None})


def send_back(world: World, complaint_id: str, reason: str = "Bukan kewenangan kami") -> None:
    """A person notes that the holder returned it: the coordinator holds it again."""
    say(world, complaint_id, reason=reason, status=Status.RETURNED.value)


def answer(world: World, complaint_id: str, text: str, visibility: Visibility = Visibility.PUBLIC) -> str:
    """A person writes a response; returns its id."""
    with world.engine.working() as desk:
        complaint = desk.unit.complaint(complaint_id)
        row = respond(desk, complaint, Response(text, visibility), PERSON)
        spread(desk, complaint)
        return row.id


def complaints(world: World) -> list[ComplaintRow]:
    """Every complaint, in the order of their ids."""
    with world.looking() as desk:
        ids = [row.id for row in desk.unit.sql.execute(select(tables.complaints.c.id).order_by(tables.complaints.c.id))]
        desk.unit.open(ids)
        return [desk.unit.complaint(key) for key in ids]


def only(world: World) -> ComplaintRow:
    """The one complaint there is."""
    found = complaints(world)
    assert len(found) == 1, f"I3: {len(found)} complaints in the hub, not one: {[row.content for row in found]}"
    return found[0]


def status(world: World) -> str:
    """The status of the one complaint there is."""
    return only(world).status


def holder(world: World) -> str | None:
    """Who holds the one complaint there is."""
    return only(world).holder


def links(world: World, complaint_id: str) -> dict[str, LinkRow]:
    """The links of a complaint by the name of their connection."""
    names = {number: name for name, number in world.ids.items()}
    with world.looking() as desk:
        return {names[number]: link for number, link in desk.unit.links_of(complaint_id).items()}


def held(world: World, name: str, ref: str) -> bool:
    """Tell whether the hub has understood this record of an app at some time: a link has it."""
    link = tables.links.c
    with world.reading() as sql:
        return sql.execute(select(link.id).where(link.connection_id == world.ids[name], link.ref == ref)).first() is not None


def marks(world: World, link: LinkRow) -> list[ResponseLinkRow]:
    """Which responses are which local ones in one link."""
    with world.looking() as desk:
        return desk.unit.response_links_of(link)


def responses(world: World, complaint_id: str) -> list[ResponseRow]:
    """What was answered, in order."""
    with world.looking() as desk:
        return desk.unit.responses_of(complaint_id)


def rows(world: World, name: str) -> list[Row]:
    """The rows of an app that were not deleted."""
    return [row for row in world.apps[name].store.rows.values() if not row.deleted]


def one(world: World, name: str) -> Row:
    """The one row of an app."""
    found = rows(world, name)
    assert len(found) == 1, f"I3: {len(found)} rows in {name}, not one: {found}"
    return found[0]


def said(world: World, name: str) -> list[str]:
    """The texts of the replies in an app's one row."""
    return [reply.text for reply in one(world, name).replies]


def on_record(world: World, **asked: Any) -> list[Any]:
    """The conflicts and proposals that are on record, those with these column values."""
    with world.reading() as sql:
        found = sql.execute(select(tables.conflicts).order_by(tables.conflicts.c.id)).all()
    return [row for row in found if all(getattr(row, name) == value for name, value in asked.items())]


def connection(world: World, name: str) -> Any:
    """A connection's row."""
    with world.reading() as sql:
        return sql.execute(select(tables.connections).where(tables.connections.c.name == name)).one()


def tend(world: World) -> bool:
    """The operator sends again what was refused, and says of creates in doubt what became of them; tell whether there was anything."""
    busy = False
    for complaint in complaints(world):
        for name, seen in links(world, complaint.id).items():
            lost = seen.state is LinkState.AMBIGUOUS and seen.due_at is None
            if not (seen.parked or lost):
                continue
            busy = True
            with world.engine.working(name) as desk:
                link = desk.unit.links_of(complaint.id)[world.ids[name]]
                if lost:
                    decide_by_hand(desk, link, exists_as=_looked_up(world, name, str(complaint.content.get("description"))))
                else:
                    link.state = LinkState.LINKED if link.state is LinkState.ENDED else link.state
                    link.parked, link.attempts, link.error, link.due_at = {}, 0, None, desk.now
    return busy


def _looked_up(world: World, name: str, text: str) -> str | None:
    found = [row.ref for row in rows(world, name) if row.fields.get(Field.DESCRIPTION) == text]
    return found[0] if found else None
