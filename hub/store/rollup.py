"""Counts of complaints per day, province, origin and status, kept in the transaction that changes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from contracts.content import Field
from hub.store import tables
from hub.store.rows import ComplaintRow

# National figures are cut in WIB, which knows no daylight saving.
WIB = timezone(timedelta(hours=7), "WIB")
AT_THE_HUB = 0


class Cell(NamedTuple):
    """One line of the rollup: an ISO date in WIB, a province's two digits ('' if unknown), a connection's id, a status."""

    day: str
    province: str
    origin_id: int
    status: str


def cell(complaint: ComplaintRow) -> Cell:
    """Return where a complaint is counted: on the day it was filed, or learned of where nobody says when it was filed."""
    said = complaint.content.get(Field.SUBMITTED_AT.value)
    filed = datetime.fromisoformat(said) if isinstance(said, str) else complaint.created_at
    province = str(complaint.content.get(Field.PLACE_CODE.value) or "")[:2]
    return Cell(
        filed.astimezone(WIB).date().isoformat(),
        province if len(province) == 2 and province.isdecimal() else "",
        complaint.origin_id or AT_THE_HUB,
        complaint.status,
    )


def add(sql: Connection, change: Mapping[Cell, int]) -> None:
    """Add to the counts (or take away), always in the same order, so that two transactions do not wait for each other."""
    moves = [{**where._asdict(), "more": more} for where, more in sorted(change.items()) if more]
    if moves:
        sql.execute(_ADD[sql.dialect.name], moves)


def _add(insert: type[postgresql.Insert] | type[sqlite.Insert]) -> postgresql.Insert | sqlite.Insert:
    statement = insert(tables.rollup).values({name: bindparam(name) for name in Cell._fields} | {"n": bindparam("more")})
    return statement.on_conflict_do_update(index_elements=list(Cell._fields), set_={"n": tables.rollup.c.n + statement.excluded.n})


_ADD = {"postgresql": _add(postgresql.Insert), "sqlite": _add(sqlite.Insert)}
