"""After an app or the hub itself was restored from a backup: the plan first, then the recovery."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update

from hub.build import Hub
from hub.operations.rehearsal import rehearsal
from hub.operations.running import Progress, due_now, run
from hub.operations.writes import Write, due_links, hold_pushes, writes
from hub.store import tables
from hub.store.unit import Unit
from hub.sync.engine import network_changed
from hub.sync.recovery import approve, begin, remember
from hub.words import ConflictKind, ConflictState, Phase, Recovery


@dataclass(frozen=True, slots=True)
class RecoveryPlan:
    """What a recovery would do: the calls it makes, the values of the app that it keeps as conflicts, what would come in as new."""

    writes: list[Write]
    conflicts: int
    imported: int

    @property
    def again(self) -> list[Write]:
        """What is filed again because the app lost it."""
        return [write for write in self.writes if write.action != "change"]


def plan(hub: Hub, name: str, *, progress: Progress | None = None) -> RecoveryPlan:
    """Rehearse the recovery of one app: it is read whole, nothing is written anywhere."""
    with rehearsal(hub) as trial:
        with trial.store.unit() as unit:
            before = _counts(unit)
            row = unit.connection(name, lock=True)
            begin(row, row.recovery if row.recovery is not Recovery.NONE else Recovery.APP)
            row.pull_paused, row.pull_retry_at = None, None
            mine = row.id
        hold_pushes(trial, name)
        due_now(trial, name)
        run(trial, name, progress=progress, pushes=False)
        with trial.store.unit() as unit:
            after = _counts(unit)
            link = tables.links.c
            here = {row.id for row in unit.sql.execute(select(link.id).where(link.connection_id == mine))}
            due = due_links(unit) & here
        return RecoveryPlan(writes(trial, due), after[0] - before[0], after[1] - before[1])


def _counts(unit: Unit) -> tuple[int, int]:
    conflicts = select(func.count()).select_from(tables.conflicts).where(tables.conflicts.c.kind == ConflictKind.RESTORED.value)
    complaints = select(func.count()).select_from(tables.complaints)
    return int(unit.sql.execute(conflicts).scalar_one()), int(unit.sql.execute(complaints).scalar_one())


def recover(hub: Hub, name: str, actor: str) -> None:
    """Put a connection into recovery, approved by a person; the next session reads everything before it writes anything."""
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        begin(row, row.recovery if row.recovery is not Recovery.NONE else Recovery.APP)
        approve(row)
        table = tables.conflicts
        waits = (table.c.connection_id == row.id) & (table.c.kind == ConflictKind.RESTORED.value) & table.c.complaint_id.is_(None)
        decided = {"state": ConflictState.DECIDED.value, "kept": "hub", "decided_at": unit.now, "decided_by": actor}
        unit.sql.execute(update(table).where(waits, table.c.state == ConflictState.OPEN.value).values(**decided))


def recover_hub(hub: Hub) -> list[str]:
    """After the hub's own database was restored: every connection is read whole before anything is pushed there."""
    with hub.store.unit() as unit:
        rows = [row for row in unit.connections() if row.phase is not Phase.REMOVED]
        for row in rows:
            begin(row, Recovery.HUB)
        for statement in remember(unit.now):
            unit.sql.exec_driver_sql(statement)
        network_changed(unit)
        return sorted(row.name for row in rows)
