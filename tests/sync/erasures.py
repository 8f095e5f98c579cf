"""I11: what was erased never reappears, in no table of the hub, in no app that lets us write the field, and never as something new."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from contracts.content import Field
from hub.store import tables
from hub.sync.complaints import Source
from hub.sync.erasure import erase
from hub.words import LinkState
from tests.sync.checks import ERASED, REDACTED, everything
from tests.sync.world import World

PERSON = Source(None, "person", "erasure")


def erase_it(world: World, complaint_id: str) -> None:
    """A person erases a complaint's personal content."""
    with world.engine.working() as desk:
        erase(desk, desk.unit.complaint(complaint_id), PERSON)


def dump(world: World) -> dict[str, str]:
    """Every value of every table as text, sealed ones opened; tombstones hold nothing but digests, and are searched too."""
    names = {number: name for name, number in world.ids.items()}
    with world.reading() as sql:
        return {
            table.name: "\n".join(repr(_opened(world, names, table.name, row._mapping)) for row in sql.execute(select(table)))
            for table in tables.metadata.sorted_tables
        }


def _opened(world: World, names: dict[int, str], table: str, row: Any) -> dict[str, Any]:
    values = dict(row)
    if table == "complaints" and values["sealed"] is not None:
        values["sealed"] = world.keys.open(values["sealed"], values["id"].encode())
    elif table == "quarantine":
        values["raw"] = world.keys.open(values["raw"], f"{names[values['connection_id']]}:{values['ref']}".encode())
    return values


def i11_erased(world: World, needles: Iterable[str]) -> None:
    """Nothing of what was erased stands anywhere in the hub, and every app that can be told has been told."""
    in_no_table(world, needles)
    redacted(world)


def in_no_table(world: World, needles: Iterable[str]) -> None:
    """Nothing of what was erased stands anywhere in the hub."""
    told, needles = dump(world), list(needles)
    found = [(needle, name) for needle in needles for name, text in told.items() if needle in text]
    assert not found, f"I11: erased, and still in the hub: {found}"


def redacted(world: World) -> None:
    """In every record of an erased complaint the texts that its app lets us write are gone."""
    with world.looking() as desk:
        for name, complaint, link in everything(desk, world):
            row = world.apps[name].store.live(link.ref or "")
            if not complaint.erased or row is None or link.state not in (LinkState.LINKED, LinkState.ENDED):
                continue
            behaviour = world.apps[name].behaviour
            for field in sorted(REDACTED & behaviour.writable & row.fields.keys()):
                shown = row.fields[field]
                wanted = ERASED if field in (Field.TITLE, Field.DESCRIPTION, Field.ADDRESS) else None
                assert shown == behaviour.fit(field, wanted), f"I11: {name}:{row.ref} ({link.state}) still says {field} {shown!r}"
