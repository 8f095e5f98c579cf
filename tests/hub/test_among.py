"""Asking for many rows at once uses the index of what is asked for, on SQLite; on PostgreSQL the planner decides by what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.clock import SystemClock
from hub.store.statements import COMPLAINTS, LINKS, RESPONSE_LINKS, RESPONSES
from hub.store.store import Store


@pytest.mark.parametrize("statement", [COMPLAINTS, LINKS, RESPONSES, RESPONSE_LINKS], ids=["complaints", "links", "responses", "marks"])
def test_no_table_is_read_whole_to_find_some_of_its_rows(tmp_path: Path, statement: Any) -> None:
    store = Store(f"sqlite:///{tmp_path / 'hub.db'}", SystemClock().now)
    store.migrate()
    with store.reading() as sql:
        asked = str(statement.compile(dialect=sql.dialect))
        plan = [row[3] for row in sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ('["a", "b"]',))]
    store.close()
    assert plan[0].startswith("SEARCH") and "USING INDEX" in plan[0], plan
