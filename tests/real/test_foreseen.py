"""What is asked together with the connection, or waits to be told, is as if it had been asked and told when it was its turn."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from contracts.errors import NotFound
from hub.store import statements, tables
from hub.store.store import Store
from tests.real.rows import AT, fill

pytestmark = pytest.mark.timeout(60)
_LINK = statements.COMPLAINT_OF_LINK, {"key": "l1"}
_ATTEMPT = statements.ATTEMPT, {"key": "a1"}
_NOBODY = statements.COMPLAINT_OF_LINK, {"key": "nobody's"}


def test_what_was_foreseen_is_answered_in_the_order_in_which_it_is_asked(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
    with store.unit() as unit:
        unit.foresee(_NOBODY, _ATTEMPT, _LINK)
        unit.connection("kota", lock=True)
        link, attempt = unit.ask(_LINK, _ATTEMPT)
        assert [[*row][0] for row in link] == ["c1"] and [[*row][0] for row in attempt] == ["a1"]
        assert [list(rows) for rows in unit.ask(_NOBODY)] == [[]]


def test_what_was_not_foreseen_or_belongs_to_another_is_asked(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
        assert unit.link("l1").ref == "1"
    with store.unit() as unit:
        unit.foresee(_NOBODY)
        unit.connection("kota", lock=True)
        assert unit.link("l1", "a1").ref == "1"
        assert unit.attempt("a1") is not None
    with store.unit() as unit:
        unit.foresee(_LINK)
        with pytest.raises(NotFound):
            unit.connection("nowhere")
        assert unit.link("l1").complaint_id == "c1"


def test_what_was_foreseen_is_asked_again_once_something_was_written(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
    due = select(tables.links.c.due_at).where(tables.links.c.id == "l1"), dict[str, str]()
    with store.unit() as unit:
        unit.foresee(due)
        unit.connection("kota", lock=True)
        assert [[*row] for row in unit.ask(due)[0]] == [[None]]
        unit.link("l1").due_at = AT
        unit.flush()
        assert [[*row] for row in unit.ask(due)[0]] == [[AT]]


def test_a_deletion_waits_for_the_other_changes_and_is_seen_by_whoever_asks_for_such_rows(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
    said: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    reads = select(tables.reads.c.ref)
    with store.unit() as unit:
        unit.drop(tables.reads, connection_id=1, ref="1")
        assert unit.complaint("c1").version == 1 and unit.link("l1").ref == "1" and unit.ask(_LINK)
        assert not any(each.startswith("DELETE") for each in said)
        unit.drop(tables.reads, connection_id=1, ref="1")
        assert unit.sql.execute(reads).all() == []
        unit.sql.execute(tables.reads.insert().values(connection_id=1, ref="1", why="stale", due_at=AT))
        unit.drop(tables.reads, connection_id=1, ref="1")
        unit.complaint("c1").version = 2
    with store.reading() as sql:
        assert sql.execute(reads).all() == []
        assert sql.execute(select(tables.complaints.c.version)).scalars().all() == [2]
