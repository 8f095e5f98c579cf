"""A list of pairs of records that are one complaint, for two systems that both had it before there was a hub."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select

from contracts.errors import ConfigurationProblems
from contracts.strict import nearest
from hub.build import Hub
from hub.operations.pairs import TOLD, flag
from hub.store import tables
from hub.store.unit import Unit
from hub.sync.desk import Desk
from hub.words import ConflictKind, Phase

COLUMNS = ("connection", "ref", "other_connection", "other_ref")
_Key = tuple[str, str, str, str]
Problems = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a list: pairs remembered, known before, and those whose records are two complaints already."""

    new: int
    known: int
    duplicates: int


def import_pairs(hub: Hub, path: Path) -> Imported:
    """Take in a CSV with the columns of `COLUMNS`; raises ConfigurationProblems with all that is wrong, and then takes in nothing."""
    rows = _read(path)
    with hub.store.unit() as unit:
        ids = {row.name: row.id for row in unit.connections() if row.phase is not Phase.REMOVED}
        desk = hub.engine.desk(unit)
        problems = _wrong(rows, ids) or _contradictions(unit, rows, ids)
        if problems:
            raise ConfigurationProblems(problems)
        wanted = list(dict.fromkeys(rows.values()))
        new = [key for key in wanted if not _knows(unit, key, ids)]
        for name, ref, other, other_ref in new:
            values = {"connection_id": ids[name], "ref": ref, "other_id": ids[other], "other_ref": other_ref}
            unit.sql.execute(insert(tables.pairs).values(**values))
        duplicates = sum(_flagged(desk, key, ids) for key in wanted)
        return Imported(len(new), len(wanted) - len(new), duplicates)


def _read(path: Path) -> dict[int, _Key]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = sorted(set(COLUMNS) - set(reader.fieldnames or ()))
            if missing:
                first = f"the first line is {','.join(COLUMNS)}"
                raise ConfigurationProblems([(str(path), f"lacks the column {name}; {first}") for name in missing])
            rows = [(reader.line_num, _key(row)) for row in reader]
            return {line: key for line, key in rows if any(key)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationProblems([(str(path), f"cannot be read ({type(error).__name__}); save it as CSV in UTF-8")]) from None


def _key(row: Mapping[str, str | None]) -> _Key:
    name, ref, other, other_ref = ((row[column] or "").strip() for column in COLUMNS)
    return name, ref, other, other_ref


def _wrong(rows: Mapping[int, _Key], ids: Mapping[str, int]) -> Problems:
    problems: Problems = []
    for line, (name, ref, other, other_ref) in rows.items():
        where = f"line {line}"
        problems += [(where, f"'{each}' is no connection. {nearest(each, ids)}") for each in (name, other) if each not in ids]
        problems += [(where, f"{column} is empty") for column, value in (("ref", ref), ("other_ref", other_ref)) if not value]
        if name == other:
            problems.append((where, "pairs two records of one connection; name two connections"))
    return problems


def _contradictions(unit: Unit, rows: Mapping[int, _Key], ids: Mapping[str, int]) -> Problems:
    problems: Problems = []
    said: dict[tuple[str, str, str], str] = {}
    for line, (name, ref, other, other_ref) in rows.items():
        before = said.setdefault((name, ref, other), other_ref)
        stored = _stored(unit, ids[name], ref, ids[other])
        if before != other_ref or stored not in (None, other_ref):
            problems.append((f"line {line}", f"{name} {ref} is paired with another record of {other} already"))
    return problems


def _stored(unit: Unit, connection: int, ref: str, other: int) -> str | None:
    pair = tables.pairs.c
    query = select(pair.other_ref).where(pair.connection_id == connection, pair.ref == ref, pair.other_id == other)
    found = unit.sql.execute(query).scalar()
    return None if found is None else str(found)


def _knows(unit: Unit, key: _Key, ids: Mapping[str, int]) -> bool:
    name, ref, other, other_ref = key
    return _stored(unit, ids[name], ref, ids[other]) == other_ref


def _flagged(desk: Desk, key: _Key, ids: Mapping[str, int]) -> bool:
    """Put a pair whose records came in as two complaints before a person, once."""
    name, ref, other, other_ref = key
    link = tables.links.c
    found = [
        desk.unit.sql.execute(select(link.complaint_id).where(link.connection_id == ids[at], link.ref == said)).scalar()
        for at, said in ((name, ref), (other, other_ref))
    ]
    first, second = found
    if first is None or second is None or first == second or _decided(desk, first, second):
        return False
    flag(desk, first, second)
    return True


def _decided(desk: Desk, first: str, second: str) -> bool:
    table = tables.conflicts.c
    mine = (table.complaint_id == first) & (table.kind == ConflictKind.DUPLICATE.value) & (table.rule == TOLD)
    return any(row.local_value == second for row in desk.unit.sql.execute(select(table.local_value).where(mine)))
