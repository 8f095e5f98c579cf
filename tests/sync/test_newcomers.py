"""Records that are plainly new are taken in together: the hub then holds what it would hold had it looked at each alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Table, select

from contracts.complaint import Complaint, Holder, Place, Reporter, Response
from contracts.connector import LocalResponse, Page, Record, RecordState
from contracts.content import Field
from contracts.gateway import Pull, Pulled
from contracts.vocabulary import Classification, Status
from hub.store import ledger, tables
from hub.sync.newcomers import Newcomers
from tests.sync.conftest import Make
from tests.sync.profiles import CHANGED, RICH, SHOWN, THREE_STATES
from tests.sync.world import World

PLACES = frozenset({Field.PLACE_CODE, Field.REPORTER_NAME, Field.CLASSIFICATION, Field.TAGS})
WIDE = replace(RICH, reads=SHOWN | PLACES, creates=SHOWN | PLACES, writes=CHANGED)
UNDATED = replace(RICH, reads=SHOWN - {Field.SUBMITTED_AT, Field.HOLDER})
MOMENT = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
# Drawn anew for each entry, or worked out of that.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}")
_SALTED = {"salt", "digest", "hash", "previous", "head", "sealed"}


def records() -> Iterator[Record]:
    """Complaints of every status, with and without what makes one more than its record; some refs come twice."""
    given: list[dict[str, Any]] = [
        {},
        {"title": "Judul", "tags": ("satu", "dua"), "place": Place("32.73", "Jl. Melati", -6.9, 107.6)},
        {"place": Place("11.01"), "classification": Classification.COMPLAINT, "submitted_at": MOMENT},
        {"reporter": Reporter("Budi"), "submitted_at": MOMENT},
        {"holder": Holder("B"), "submitted_at": MOMENT},
        {"submitted_at": MOMENT - timedelta(days=4000)},
    ]
    for number, (status, more) in enumerate(product([None, *Status], given)):
        complaint = Complaint(description=f"Laporan {number}", status=status, **more)
        yield Record(f"{number}", complaint, ("x", str(number)), {"status": str(status)}, version=f"{number}", created_at=MOMENT)
    plain = Record("r", Complaint(description="Lampu", submitted_at=MOMENT), ("r",), created_at=MOMENT)
    said = Response("Sudah diperiksa", written_at=MOMENT)
    yield replace(plain, ref="said", responses=(LocalResponse("1", said),), complaint=replace(plain.complaint, responses=(said,)))
    yield replace(plain, ref="gone", state=RecordState.DELETED)
    yield replace(plain, ref="typed", same_as={"b": "7"})
    yield replace(plain, ref="ours", token="nonsense")
    yield from (plain, replace(plain, complaint=replace(plain.complaint, description="Lampu mati")), replace(plain, identity=("other",)))


def take_in(world: World, name: str) -> None:
    """Give one page to the engine as a session would, and the same again."""
    gateway, page = world.gateway(name), Page(tuple(records()), cursor="1")
    for _ in range(2):
        pull = next(task for task in gateway.lease(1) if isinstance(task, Pull))
        gateway.report(pull, Pulled(page, last=False))
        gateway.report(pull, Pulled(Page(()), last=True))
        gateway.release()
        gateway = world.gateway(name)
        world.advance(100)


def held(world: World) -> dict[str, list[Any]]:
    """Every row, with ids as numbers in the order in which they were given, and without what was drawn by chance."""
    kept = (tables.complaints, tables.links, tables.ledger, tables.responses, tables.response_links, tables.conflicts, tables.pairs)
    with world.reading() as sql:
        for complaint in sql.execute(select(tables.complaints)):
            assert ledger.broken(sql, complaint.id, complaint.head) is None
        found = {table.name: list(_rows(sql, table)) for table in (*kept, tables.rollup, tables.standing, tables.reads)}
    told = {name: [repr(list(row.values())) for row in rows] for name, rows in found.items()}
    ids = sorted(set(_ID.findall(repr(told))))
    return {name: sorted(_ID.sub(lambda each: str(ids.index(each[0])), row) for row in rows) for name, rows in told.items()}


def _rows(sql: Any, table: Table) -> Iterator[dict[str, Any]]:
    for row in sql.execute(select(table)).mappings():
        yield {name: value for name, value in row.items() if name not in _SALTED | {"tracking_id"}}


@pytest.mark.parametrize("policies", [{}, {"b": {"regions": ["32"]}}], ids=["alone", "subscribed"])
@pytest.mark.parametrize("behaviour", [WIDE, THREE_STATES, UNDATED], ids=["wide", "three states", "undated"])
def test_many_newcomers_are_held_as_each_alone_would_be(
    make: Make, monkeypatch: pytest.MonkeyPatch, behaviour: Any, policies: dict[str, Any]
) -> None:
    taken: list[str] = []
    together, alone = (make(a=behaviour, b=RICH, policies=policies, national="b" if not policies else None) for _ in range(2))
    take = Newcomers.take

    def counted(self: Newcomers, record: Record, says: Any) -> bool:
        new = take(self, record, says)
        taken.extend([record.ref] if new else [])
        return new

    monkeypatch.setattr(Newcomers, "take", counted)
    take_in(together, "a")
    monkeypatch.setattr(Newcomers, "take", lambda *_: False)
    take_in(alone, "a")
    assert held(together) == held(alone)
    assert taken, "the short way was taken at all"
    assert not {"said", "gone", "typed", "ours"} & set(taken)
