"""Asking for many rows at once uses the index of what is asked for, on SQLite; on PostgreSQL the planner decides by what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hub.clock import SystemClock
from hub.store import tables
from hub.store.statements import COMPLAINTS, LINKS, RESPONSE_LINKS, RESPONSES
from hub.store.store import Store


@pytest.mark.parametrize("statement", [COMPLAINTS, LINKS, RESPONSES, RESPONSE_LINKS], ids=["complaints", "links", "responses", "marks"])
def test_no_table_is_read_whole_to_find_some_of_its_rows(tmp_path: Path, statement: Any) -> None:
    plan = planned(tmp_path, statement, '["a", "b"]')
    assert plan[0].startswith("SEARCH") and "USING INDEX" in plan[0], plan


_links, _complaints = tables.links.c, tables.complaints.c


@pytest.mark.parametrize(
    ("statement", "given", "index"),
    [
        (select(_links.id).where(_links.connection_id == 1, tables.IN_DOUBT), (1,), "ix_links_in_doubt"),
        (select(_links.id).where(_links.connection_id == 1, tables.PARKED), (1,), "ix_links_parked"),
        (select(_links.id).where(_links.connection_id == 1, _links.due_at <= SystemClock().now()), (1, "2026-01-01"), "ix_links_due"),
        (select(_complaints.id).where(_complaints.holder == "A").order_by(_complaints.filed_at), ("A",), "ix_complaints_holder"),
    ],
    ids=["in doubt", "parked", "due", "held"],
)
def test_an_index_of_some_rows_is_used_by_who_asks_for_them(tmp_path: Path, statement: Any, given: tuple[Any, ...], index: str) -> None:
    assert any(index in step for step in planned(tmp_path, statement, *given))


def planned(tmp_path: Path, statement: Any, *given: Any) -> list[str]:
    """How SQLite would answer a question, step by step."""
    store = Store(f"sqlite:///{tmp_path / 'hub.db'}", SystemClock().now)
    store.migrate()
    with store.reading() as sql:
        asked = str(statement.compile(dialect=sql.dialect))
        plan = [str(row[3]) for row in sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", given)]
    store.close()
    return plan
