"""What people really wrote, in the order in which they wrote it, and what each of them was looking at: the judge of I2, I5 and I6."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from contracts.content import Field
from hub.store import tables
from tests.sync.checks import ERASED, everything, world_ledger
from tests.sync.people import complaints, on_record
from tests.sync.world import World

MARK = 5  # characters of a value that no column is too short for, unique per write


def mark(value: Any) -> str:
    """What is recognisable of a value wherever it went, cut or not."""
    return str(value)[:MARK]


class History:
    """Writes per (original text, field), oldest first, with the value that their author saw."""

    def __init__(self) -> None:
        self.writes: dict[tuple[str, Field], list[str]] = {}
        self.saw: dict[str, str | None] = {}
        self.deleted: set[tuple[str, str]] = set()
        self.erased: set[str] = set()
        self._count = 0

    def value(self, prefix: str) -> str:
        """A value nobody wrote before, longer than the shortest column."""
        self._count += 1
        return f"{prefix}{self._count:04d} panjang sekali"

    def wrote(self, text: str, field: Field, value: Any, saw: Any) -> None:
        """Somebody wrote a value while looking at another."""
        self.writes.setdefault((text, field), []).append(mark(value))
        self.saw[mark(value)] = mark(saw) if saw is not None else None

    def needles(self) -> list[str]:
        """What of erased complaints must not be found in the hub: their texts, and every title they ever had."""
        titles = [f"{value} " for text in (*self.erased, ERASED) for value in self.writes.get((text, Field.TITLE), [])]
        return [*sorted(self.erased), *titles]

    def _let_go(self, text: str) -> bool:
        return text in self.erased or text == ERASED or any(text == gone for _, gone in self.deleted)

    def knew(self, early: str, late: str) -> bool:
        """Tell whether the author of ``late`` was, directly or through others, looking at ``early``."""
        now = self.saw.get(late)
        while now is not None:
            if now == early:
                return True
            now = self.saw.get(now)
        return False

    def forget(self, world: World) -> None:
        """After a restore: what now exists nowhere went with it, and is nobody's fault."""
        rows = [row for app in world.apps.values() for row in app.store.rows.values()]
        here = _known(world) | {mark(value) for row in rows for value in row.fields.values()}
        self.writes = {key: [value for value in values if value in here] for key, values in self.writes.items()}

    # -- the invariants

    def i2_kept(self, world: World) -> None:
        """No accepted value vanishes: it stands, or it is in the ledger or among the conflicts."""
        known = _known(world)
        for (text, field), values in self.writes.items():
            if self._let_go(text):
                continue
            shown = {mark(row.fields.get(field)) for app in world.apps.values() for row in app.store.rows.values()}
            lost = [value for value in values[-1:] if value not in known | shown | _excused(world)]
            assert not lost, f"I2: {lost} of {field} of {text!r} vanished without a trace"

    def i5_stands(self, world: World) -> None:
        """The last accepted write stands, or its loss is on record."""
        by_text = {str(row.content.get("description")): row for row in complaints(world)}
        for (text, field), values in self.writes.items():
            values = [value for value in values if value not in _excused(world)]
            if text not in by_text or not values or self._let_go(text):
                continue
            row = by_text[text]
            recorded = {mark(side) for found in on_record(world, complaint_id=row.id) for side in (found.hub_value, found.local_value)}
            stands = mark(row.content.get(field.value))
            assert values[-1] in recorded | {stands}, f"I5: {values[-1]} of {field} of {text!r} silently became {stands}"

    def i6_unaware(self, world: World) -> None:
        """A conflict is one only if neither author knew of the other's value; where a write was in doubt nobody can tell."""
        names = {number: name for name, number in world.ids.items()}
        for row in on_record(world, kind="conflict"):
            if names.get(row.connection_id) in world.doubted or row.rule in ("joined_without_ancestor", "not_its_field"):
                continue
            one, other = mark(row.hub_value), mark(row.local_value)
            aware = self.knew(one, other) or self.knew(other, one)
            assert not aware, f"I6: {one} and {other} are no conflict: one author saw the other's ({row})"

    def no_lost_update(self, world: World) -> None:
        """An app with a conditional write never has a value replaced that the hub was not shown."""
        for name, app in world.apps.items():
            if app.behaviour.conditional_write:
                unseen = [entry for entry in app.journal.unseen if entry.what in ("title", "category", "status")]
                assert not unseen, f"I2: in {name} values were replaced that the hub never saw: {unseen}"


def _excused(world: World) -> set[str]:
    # Without a conditional write a user's edit in the very moment of ours can be overwritten: told to users, not curable.
    return {mark(entry.old) for app in world.apps.values() if not app.behaviour.conditional_write for entry in app.journal.unseen}


def _known(world: World) -> set[str]:
    found: set[str] = set()
    with world.looking() as desk:
        for complaint in {row.id: row for _, row, _ in everything(desk, world)}.values():
            found |= {mark(value) for value in complaint.content.values()}
            found |= {mark(side) for row in world_ledger(desk, complaint.id) for side in (row.old, row.new)}
        for row in desk.unit.sql.execute(select(tables.conflicts.c.hub_value, tables.conflicts.c.local_value)):
            found |= {mark(row.hub_value), mark(row.local_value)}
    return found
