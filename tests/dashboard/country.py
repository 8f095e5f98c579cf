"""A small country to look at: agencies, connections and complaints, written through the hub's own unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from contracts.content import Field, iso
from contracts.events import Kind
from contracts.lifecycle import HELD
from contracts.vocabulary import Status
from hub.build import Hub, build
from hub.clock import ManualClock
from hub.config import Settings
from hub.store import tables
from hub.store.rows import ComplaintRow
from hub.store.unit import Unit
from hub.sync.intake import tracking_id
from hub.words import Phase, Recovery

# Five in the morning of the next day in WIB: a day cut in UTC would be the wrong one.
NOW = datetime(2026, 3, 9, 22, 0, tzinfo=UTC)


class Country:
    """One hub in a folder whose clock stands still, and what is put into it."""

    def __init__(self, home: Path) -> None:
        self.clock = ManualClock(NOW)
        self.hub: Hub = build(Settings.load({"SIMPUL_HOME": str(home), "HOME": str(home)}), self.clock)

    def agency(self, code: str, name: str) -> None:
        """Enter an agency."""
        with self.hub.store.writing() as sql:
            sql.execute(insert(tables.agencies).values(code=code, name=name))

    def connection(self, name: str, agency: str | None = None, **state: Any) -> int:
        """Make a live connection that was read a minute ago, except for what ``state`` says of it."""
        usual = {
            "phase": Phase.LIVE.value,
            "recovery": Recovery.NONE.value,
            "recovery_held": False,
            "pulled_at": NOW - timedelta(minutes=1),
        }
        empty = dict.fromkeys(("tick", "pull_failures", "push_failures", "fence"), 0)
        sheets: dict[str, Any] = {"settings": {}, "policy": {}, "sheet": {}}
        values = {"name": name, "kind": "memory", "agency": agency, **usual, **empty, **sheets, **state}
        with self.hub.store.writing() as sql:
            return int(sql.execute(insert(tables.connections).values(values).returning(tables.connections.c.id)).scalar_one())

    def change(self, name: str, **state: Any) -> None:
        """Change how a connection stands."""
        with self.hub.store.writing() as sql:
            sql.execute(update(tables.connections).where(tables.connections.c.name == name).values(**state))

    def complaint(
        self, status: Status = Status.RECEIVED, *, days: float = 0, origin: int | None = None, content: Mapping[Field, Any] | None = None
    ) -> ComplaintRow:
        """File a complaint so many days ago, with the first entry of its ledger."""
        return self.complaints(1, status, days=days, origin=origin, content=content)[0]

    def complaints(
        self,
        n: int,
        status: Status = Status.RECEIVED,
        *,
        days: float = 0,
        origin: int | None = None,
        content: Mapping[Field, Any] | None = None,
    ) -> list[ComplaintRow]:
        """File many alike."""
        filed = NOW - timedelta(days=days)
        said = {Field.SUBMITTED_AT: iso(filed), Field.STATUS: status.value, **(content or {})}
        with self.hub.store.unit() as unit:
            rows = [_complaint(unit, said, origin) for _ in range(n)]
            for row in rows:
                unit.add(row)
                fields = {"fields": sorted(name.value for name in said)}
                unit.log(row, Kind.FILED, "imported", connection_id=origin, happened_at=filed, new=fields)
        return rows

    def entry(self, complaint: ComplaintRow, kind: Kind, rule: str, **what: Any) -> None:
        """Write a line into a complaint's ledger."""
        with self.hub.store.unit() as unit:
            unit.log(unit.complaint(complaint.id), kind, rule, **what)


def _complaint(unit: Unit, said: Mapping[Field, Any], origin: int | None) -> ComplaintRow:
    key, status = unit.new_id(), Status(said[Field.STATUS])
    return ComplaintRow(
        id=key,
        tracking_id=tracking_id(key),
        content={name.value: value for name, value in said.items()},
        sealed=None,
        digests={},
        sources={},
        version=1,
        status=status.value,
        holder="pusat" if status in HELD else None,
        origin_id=origin,
        verified=False,
        historic=False,
        erased=False,
        held={},
        head=None,
        text_key=None,
        created_at=unit.now,
        updated_at=unit.now,
    )
