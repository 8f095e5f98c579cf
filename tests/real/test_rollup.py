"""The counts that pages are drawn from, and the wake-ups, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from hub.clock import SystemClock
from hub.store import tables
from hub.store.rows import ComplaintRow, LinkRow
from hub.store.store import Store
from hub.store.unit import Unit
from tests.real.rows import AT, fill, valid

pytestmark = pytest.mark.timeout(60)


def counted(store: Store) -> dict[tuple[Any, ...], int]:
    with store.reading() as sql:
        return {tuple(row[:4]): row.n for row in sql.execute(select(tables.rollup)) if row.n}


def complaint(unit: Unit, key: str, **given: Any) -> ComplaintRow:
    row = ComplaintRow(
        **{**valid()["complaints"], "sealed": None, "holder": None, "origin_id": None, "head": None, "text_key": None, **given}
    )
    row.id, row.tracking_id = key, key
    unit.add(row)
    return row


def test_a_complaint_is_counted_on_the_day_it_was_filed_in_wib(store: Store) -> None:
    with store.unit() as unit:
        # 18:30 UTC is half past one of the next day in Jakarta.
        complaint(unit, "c1", content={"submitted_at": "2026-02-03T18:30:00Z", "place_code": "35.02"})
        complaint(unit, "c2", content={"place_code": "somewhere"})
    assert counted(store) == {("2026-02-04", "35", 0, "received"): 1, ("2026-03-01", "", 0, "received"): 1}


def test_a_complaint_that_moves_is_counted_where_it_is_and_nowhere_else(store: Store) -> None:
    with store.unit() as unit:
        complaint(unit, "c1", content={"submitted_at": "2026-02-03T01:00:00Z", "place_code": "35.02"})
    with store.unit() as unit:
        row = unit.complaint("c1")
        row.status, row.holder = "answered", "kota"
        unit.flush()
        row.content = {**row.content, "place_code": "33.74"}
    assert counted(store) == {("2026-02-03", "33", 0, "answered"): 1}


def test_nothing_is_counted_of_a_transaction_that_failed(store: Store) -> None:
    with pytest.raises(RuntimeError), store.unit() as unit:
        complaint(unit, "c1")
        unit.flush()
        raise RuntimeError
    assert counted(store) == {}


def test_what_the_release_before_took_in_is_counted_when_the_tables_are_brought_up(url: str) -> None:
    store = Store(url, SystemClock().now)
    store.migrate("0001")
    with store.writing() as sql:
        fill(sql)
        more = {"content": {"submitted_at": "2025-12-31T17:00:00Z", "place_code": "92.71"}, "status": "closed", "holder": "kota"}
        for number in range(3):
            key = {"id": f"d{number}", "tracking_id": f"D{number}", "origin_id": 1}
            sql.execute(insert(tables.complaints).values(**{**valid()["complaints"], **more, **key}))
    store.migrate()
    store.migrate()
    assert counted(store) == {("2026-03-01", "", 0, "received"): 1, ("2026-01-01", "92", 1, "closed"): 3}
    store.close()


def link(unit: Unit, due: datetime | None) -> None:
    row = LinkRow(id="l2", connection_id=1, complaint_id="c1", created_at=AT, updated_at=AT, due_at=due)
    unit.links_of("c1")
    unit.add(row)


@pytest.mark.parametrize(("later", "woken"), [(timedelta(0), [{1}]), (timedelta(hours=1), []), (None, [])])
def test_only_a_connection_with_something_to_do_now_is_woken(store: Store, later: timedelta | None, woken: list[set[int]]) -> None:
    with store.writing() as sql:
        for name in ("connections", "complaints"):
            sql.execute(insert(tables.metadata.tables[name]).values(**valid()[name]))
    heard: list[set[int]] = []
    store.on_due = lambda ids: heard.append(set(ids))
    with store.unit() as unit:
        link(unit, None if later is None else unit.now + later)
    assert heard == woken


def test_nobody_is_woken_by_what_was_only_tried(store: Store) -> None:
    with store.writing() as sql:
        for name in ("connections", "complaints"):
            sql.execute(insert(tables.metadata.tables[name]).values(**valid()[name]))
    heard: list[frozenset[int]] = []
    store.on_due = heard.append
    with store.dry(), store.unit() as unit:
        link(unit, unit.now)
    assert heard == []
