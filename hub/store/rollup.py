"""Counts of complaints per day, province, origin and status, kept in the transaction that changes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Dialect

from hub.store import tables
from hub.store.bulk import Told, counted
from hub.store.rows import ComplaintRow

# National figures are cut in WIB, which knows no daylight saving.
WIB = timezone(timedelta(hours=7), "WIB")
AT_THE_HUB = 0

_PLACES = {column.name: place for place, column in enumerate(fields(ComplaintRow))}
_COUNTED = itemgetter(*(_PLACES[name] for name in ("status", "origin_id", "filed_at", "province")))


class Cell(NamedTuple):
    """One line of the rollup: an ISO date in WIB, a province's two digits ('' if unknown), a connection's id, a status."""

    day: str
    province: str
    origin_id: int
    status: str


def cell(complaint: ComplaintRow) -> Cell:
    """Return where a complaint is counted."""
    return Cell(_day(complaint.filed_at or complaint.created_at), complaint.province, complaint.origin_id or AT_THE_HUB, complaint.status)


def cell_of(values: Sequence[Any]) -> Cell:
    """Return where a complaint is counted whose values stand in the order of its row's fields."""
    status, origin, filed, province = _COUNTED(values)
    return Cell(_day(filed), province, origin or AT_THE_HUB, status)


def _day(moment: datetime) -> str:
    return moment.astimezone(WIB).date().isoformat()


def added(dialect: Dialect, change: Mapping[Cell, int]) -> Iterator[Told]:
    """Give what adds to the counts (or takes away), always in the same order, so that two transactions do not wait for each other."""
    whole: Counter[tuple[str, int, str]] = Counter()
    for where, more in change.items():
        whole[where[1:]] += more
    for table, counts in ((tables.standing, whole), (tables.rollup, change)):
        moves = [(*where, more) for where, more in sorted(counts.items()) if more]
        if moves:
            yield counted(dialect, table, moves)
