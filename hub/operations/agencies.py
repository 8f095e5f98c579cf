"""The tree of agencies: as much of it as deciding who gets a copy needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert, select, update

from contracts.errors import ConfigurationProblems
from contracts.strict import StrictSchema, nearest
from contracts.wire import Text
from hub.build import Hub
from hub.operations.rehearsal import apart
from hub.operations.spreading import spread_where
from hub.plugins import listed
from hub.store import tables
from hub.store.unit import Unit
from hub.sync.engine import network_changed
from hub.words import Phase


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency: its parent's code, and the connection of its own app if it has one."""

    code: str
    name: str
    parent: str | None = None
    connection: str | None = None


@dataclass(frozen=True, slots=True)
class AgencyDifference:
    """What would become of one agency; ``old`` is None when it is new."""

    new: Agency
    old: Agency | None


class AgencySchema(StrictSchema):
    """One agency in a file."""

    code = Text(60, shortest=1, required=True)
    name = Text(200, shortest=1, required=True)
    parent = Text(60, allow_none=True)
    connection = Text(60, allow_none=True)


def agencies(hub: Hub) -> list[Agency]:
    """Return all agencies by code."""
    with hub.store.unit() as unit:
        return sorted(known(unit).values(), key=lambda agency: agency.code)


def known(unit: Unit) -> dict[str, Agency]:
    """Return the agencies in the store by code."""
    table = tables.agencies.c
    found = unit.sql.execute(select(table.code, table.name, table.parent, table.connection))
    return {row.code: Agency(row.code, row.name, row.parent, row.connection) for row in found}


def compare(hub: Hub, content: Any) -> list[AgencyDifference]:
    """Return what differs between a file and the store; raises ConfigurationProblems with all that is wrong."""
    if not isinstance(content, list) or not content:
        raise ConfigurationProblems([("file", "is not a list of agencies; begin each with '- code: ...'")])
    problems = AgencySchema(many=True).validate(content)
    if problems:
        raise ConfigurationProblems(listed(problems, "agencies"))
    wanted = [Agency(**each) for each in AgencySchema(many=True).load(content)]
    with hub.store.unit() as unit:
        stored = known(unit)
        connections = {row.name for row in unit.connections() if row.phase is not Phase.REMOVED}
    whole = {**stored, **{agency.code: agency for agency in wanted}}
    found = _twice(wanted)
    for agency in wanted:
        found += _problems(agency, whole, connections)
    if found:
        raise ConfigurationProblems(found)
    return [AgencyDifference(agency, stored.get(agency.code)) for agency in wanted if stored.get(agency.code) != agency]


def _twice(wanted: list[Agency]) -> list[tuple[str, str]]:
    codes = [agency.code for agency in wanted]
    return [(code, "stands in the file twice; keep one") for code in sorted({code for code in codes if codes.count(code) > 1})]


def _problems(agency: Agency, whole: Mapping[str, Agency], connections: set[str]) -> list[tuple[str, str]]:
    problems = []
    if agency.parent is not None and agency.parent not in whole:
        problems.append((f"{agency.code}.parent", f"'{agency.parent}' is no agency. {nearest(agency.parent, whole)}"))
    elif _circle(agency, whole):
        problems.append((f"{agency.code}.parent", "leads back to itself; an agency cannot be above itself"))
    if agency.connection is not None and agency.connection not in connections:
        problems.append((f"{agency.code}.connection", f"'{agency.connection}' is no connection. {nearest(agency.connection, connections)}"))
    return problems


def _circle(agency: Agency, whole: Mapping[str, Agency]) -> bool:
    above, seen = agency.parent, {agency.code}
    while above is not None and above in whole and above not in seen:
        seen.add(above)
        above = whole[above].parent
    return above == agency.code


def carry_out(hub: Hub, differences: list[AgencyDifference]) -> int:
    """Make it so, and give copies to who is a receiver now; returns how many complaints were looked at for that."""
    own, table = apart(hub), tables.agencies
    with own.store.unit() as unit:
        for each in sorted(differences, key=lambda item: item.new.code):
            if each.old is None:
                unit.sql.execute(insert(table).values(**asdict(each.new)))
            else:
                unit.sql.execute(update(table).where(table.c.code == each.new.code).values(**asdict(each.new)))
        network_changed(unit)
        below = _below({each.new.code for each in differences}, known(unit))
        complaint = tables.complaints.c
        return spread_where(own.engine.desk(unit), complaint.holder.in_(sorted(below)) & complaint.historic.is_(False))


def _below(codes: set[str], whole: Mapping[str, Agency]) -> set[str]:
    """Return these agencies and all under them."""
    found, size = set(codes), 0
    while len(found) != size:
        size = len(found)
        found |= {agency.code for agency in whole.values() if agency.parent in found}
    return found
