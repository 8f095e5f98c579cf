"""The figures of the first page: what came in, how it stands and what is oldest, by province and by connection."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from contracts.lifecycle import OPEN
from contracts.vocabulary import Status
from hub.build import Hub
from hub.store import tables
from hub.store.rollup import WIB


@dataclass(slots=True)
class Figures:
    """Counts of complaints by status now, and how many were filed today, in the last 7 and in the last 30 days (WIB).

    ``oldest`` is the day on which the longest open one was filed.
    """

    by_status: Counter[Status] = field(default_factory=Counter)
    today: int = 0
    week: int = 0
    month: int = 0
    oldest: date | None = None

    @property
    def received(self) -> int:
        """All that ever came in."""
        return self.by_status.total()

    @property
    def open(self) -> int:
        """Those that wait for an agency or its coordinator."""
        return sum(n for status, n in self.by_status.items() if status in OPEN)

    @property
    def answered(self) -> int:
        """Those that were answered and not closed yet."""
        return self.by_status[Status.ANSWERED]

    @property
    def closed(self) -> int:
        """Those that came to an end."""
        return self.by_status[Status.CLOSED]

    @property
    def archived(self) -> int:
        """Those that are not to be handled."""
        return self.by_status[Status.ARCHIVED]

    def add(self, row: Any) -> None:
        """Count how many have one status."""
        self.by_status[Status(row.status)] += row.n

    def add_oldest(self, row: Any) -> None:
        """Take in since when the longest open one waits."""
        day = date.fromisoformat(row.oldest)
        self.oldest = min(day, self.oldest or day)

    def add_recent(self, row: Any) -> None:
        """Count what came in lately."""
        self.today += row.today
        self.week += row.week
        self.month += row.month


@dataclass(slots=True)
class Overview:
    """The figures on one day (WIB). ``provinces``: the whole country by two-digit code, '' where the place is unknown.

    ``chosen`` and ``origins`` are those of the chosen province, or of the country; ``origins`` by connection id, 0 for the hub itself.
    """

    day: date
    chosen: Figures = field(default_factory=Figures)
    provinces: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    origins: dict[int, Figures] = field(default_factory=lambda: defaultdict(Figures))


def overview(hub: Hub, province: str | None = None) -> Overview:
    """Count over the rollup; ``province`` (a code, or '' for the unknown place) chooses what the sums are about."""
    found = Overview(hub.store.now().astimezone(WIB).date())
    with hub.store.reading() as sql:
        for row in sql.execute(_STANDING):
            for each in _concerned(found, row, province):
                each.add(row)
        for row in sql.execute(_OLDEST):
            for each in _concerned(found, row, province):
                each.add_oldest(row)
        for row in sql.execute(_recent(found.day).add_columns(*_PLACE).group_by(*_PLACE)):
            for each in _concerned(found, row, province):
                each.add_recent(row)
    return found


def whole(sql: Connection, now: datetime) -> Figures:
    """Count the whole country, for who wants nothing else; all but since when the oldest one waits."""
    found, standing = Figures(), tables.standing.c
    for row in sql.execute(select(standing.status, func.sum(standing.n).label("n")).group_by(standing.status)):
        found.add(row)
    found.add_recent(sql.execute(_recent(now.astimezone(WIB).date())).one())
    return found


def _concerned(found: Overview, row: Any, province: str | None) -> Iterable[Figures]:
    yield found.provinces[row.province]
    if province is None or row.province == province:
        yield found.chosen
        yield found.origins[row.origin_id]


_CELL = tables.rollup.c
_STANDING = select(tables.standing).where(tables.standing.c.n > 0)
# The very words of the index on open cells.
_OLDEST = (
    select(_CELL.province, _CELL.origin_id, func.min(_CELL.day).label("oldest"))
    .where(tables.WAITING_CELL)
    .group_by(_CELL.province, _CELL.origin_id)
)


_PLACE = (_CELL.province, _CELL.origin_id)


def _recent(today: date) -> Select[Any]:
    """Count what came in lately; grouped by nothing, or by whoever asks."""
    first = {name: (today - timedelta(days=days - 1)).isoformat() for name, days in (("today", 1), ("week", 7), ("month", 30))}
    counts = [func.coalesce(func.sum(case((_CELL.day >= day, _CELL.n), else_=0)), 0).label(name) for name, day in first.items()]
    # A clock that runs ahead somewhere must not fill today's figure with tomorrow's complaints.
    return select(*counts).where(_CELL.day.between(first["month"], today.isoformat()), _CELL.n > 0)
