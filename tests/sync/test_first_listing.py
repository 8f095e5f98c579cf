"""What a complete listing proves about records that are missing from it: nothing, where none was linked when it began."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.complaint import Complaint
from contracts.connector import Page, Record
from contracts.gateway import Pull, Pulled, Read, Task
from contracts.vocabulary import Status
from hub.sync import pull
from hub.sync.deletions import suspect
from tests.sync.conftest import Make
from tests.sync.profiles import RICH
from tests.sync.world import World

_AT = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)


def _record(ref: str) -> Record:
    said = Complaint(description=f"Lampu jalan mati di gang {ref}", status=Status.RECEIVED, submitted_at=_AT)
    return Record(ref, said, (ref,), created_at=_AT)


_ONE, _TWO, _THREE = map(_record, "123")


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records were missed, each time that all links were compared with what was seen."""
    found: list[int] = []
    monkeypatch.setattr(pull, "suspect", lambda *given: found.append(suspect(*given)))
    return found


def _read(world: World, *pages: Page) -> list[Task]:
    """Read everything once, as a session would, and return what is to be done after that; without a last page it breaks off."""
    gateway = world.gateway("a")
    task = next(task for task in gateway.lease(1) if isinstance(task, Pull))
    for page in pages:
        gateway.report(task, Pulled(page, last=page.complete))
    following = list(gateway.lease(9)) if pages[-1].complete else []
    gateway.release()
    world.advance(100_000)
    return following


def test_a_first_listing_is_not_compared_with_itself_and_the_next_one_is(make: Make, compared: list[int]) -> None:
    world = make(a=RICH)
    assert not _read(world, Page((_ONE,)), Page((_TWO, _THREE), complete=True)) and compared == []
    after = _read(world, Page((_ONE, _THREE), complete=True))
    assert compared == [1] and [task.ref for task in after if isinstance(task, Read)] == ["2"]


def test_a_first_listing_that_was_broken_off_looks_later_for_what_was_deleted_meanwhile(make: Make, compared: list[int]) -> None:
    world = make(a=RICH)
    _read(world, Page((_ONE, _TWO)))
    after = _read(world, Page((_TWO,)), Page((_THREE,), complete=True))
    assert compared == [1] and [task.ref for task in after if isinstance(task, Read)] == ["1"]


def test_a_listing_that_begins_with_what_is_new_is_compared_if_anything_was_linked_before(make: Make, compared: list[int]) -> None:
    world = make(a=RICH)
    _read(world, Page((_ONE,), complete=True))
    after = _read(world, Page((_TWO,)), Page((_THREE,), complete=True))
    assert compared == [1] and [task.ref for task in after if isinstance(task, Read)] == ["1"]


def test_many_that_are_missing_are_asked_about_once(make: Make, compared: list[int]) -> None:
    world = make(a=RICH)
    many = [_record(str(number)) for number in range(40)]
    _read(world, Page(tuple(many), complete=True))
    for _ in range(2):
        _read(world, Page((many[0],), complete=True))
    with world.looking() as desk:
        asked = desk.unit.sql.exec_driver_sql("SELECT local_value FROM conflicts WHERE kind = 'deletions'").scalars().all()
    assert len(asked) == 1 and compared == [0, 0]
