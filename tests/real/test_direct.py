"""What is asked of the driver itself is answered as SQLAlchemy would answer it, and refused as it would be refused."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from hub.store import statements, tables
from hub.store.direct import all_answers, answers, tell, tell_all
from hub.store.store import Store, Unstorable
from tests.real.rows import dump, fill, valid
from tests.work.test_hands import until

pytestmark = pytest.mark.timeout(60)
_ASKED: list[tuple[str, dict[str, Any]]] = [
    ("CONNECTION_BY_ID", {"key": 1}),
    ("HELD_CONNECTION_BY_ID", {"key": 1}),
    ("CONNECTION_BY_NAME", {"key": "kota"}),
    ("HELD_CONNECTION_BY_NAME", {"key": "kota"}),
    ("CONNECTIONS", {}),
    ("COMPLAINTS", {"ids": ["c1", "nobody's"]}),
    ("LINKS", {"ids": ["c1"]}),
    ("RESPONSES", {"ids": ["c1"]}),
    ("RESPONSE_LINKS", {"ids": ["c1"]}),
    ("COMPLAINT_OF_LINK", {"key": "l1"}),
    ("ATTEMPT", {"key": "a1"}),
    ("LAST_ATTEMPT", {"key": "l1", "of_kind": "create"}),
]


@pytest.mark.parametrize(("name", "given"), _ASKED, ids=[name for name, _ in _ASKED])
def test_the_driver_answers_as_the_library_does(store: Store, name: str, given: dict[str, Any]) -> None:
    statement = getattr(statements, name)
    with store.unit() as unit:
        fill(unit.sql)
        library = [tuple(row) for row in unit.sql.execute(statement, given)]
        directly = [tuple(row) for row in answers(unit.sql, statement, given)]
    assert directly == library
    assert len(directly) == 1
    assert [[type(value) for value in row] for row in directly] == [[type(value) for value in row] for row in library]
    assert [getattr(value, "tzinfo", None) for value in directly[0]] == [getattr(value, "tzinfo", None) for value in library[0]]


def test_what_is_asked_together_is_answered_as_if_each_was_asked_alone(store: Store) -> None:
    asked = [
        (getattr(statements, name), given) for name, given in [*_ASKED, ("NETWORK", {}), ("COMPLAINTS", {"ids": ["'; %(0_ids)s", "c1"]})]
    ]
    with store.unit() as unit:
        fill(unit.sql)
        alone = [[tuple(row) for row in answers(unit.sql, statement, given)] for statement, given in asked]
        together = [[tuple(row) for row in rows] for rows in all_answers(unit.sql, *asked)]
    assert together == alone
    assert [len(rows) for rows in together] == [*(1 for _ in _ASKED), 0, 1]


def test_what_is_asked_behind_a_lock_sees_what_it_has_waited_for(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
        unit.sql.execute(text("DELETE FROM response_links"))
        unit.sql.execute(text("DELETE FROM responses"))
    seen: list[list[Any]] = []

    def ask() -> None:
        with store.unit() as unit:
            asked = [(statement, {"ids": ["c1"]}) for statement in (statements.COMPLAINTS, statements.RESPONSES)]
            seen.extend([list(rows) for rows in all_answers(unit.sql, *asked)])

    with store.unit() as unit:
        assert list(answers(unit.sql, statements.COMPLAINTS, {"ids": ["c1"]}))
        other = Thread(target=ask)
        other.start()
        if store.engine.dialect.name == "postgresql":
            until(lambda: _waiting(store) == 1)
        unit.sql.execute(insert(tables.responses).values(**valid()["responses"]))
    other.join(30)
    assert [len(rows) for rows in seen] == [1, 1]


def _waiting(store: Store) -> int:
    with store.reading() as sql:
        here = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return int(sql.execute(here).scalar_one())


def test_changes_of_one_row_each_are_all_made_or_none(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
    mark = "?" if store.engine.dialect.name == "sqlite" else "%s"
    told: list[tuple[str, tuple[Any, ...]]] = [
        (f"UPDATE complaints SET version = {mark} WHERE id = {mark}", (7, "c1")),
        (f"INSERT INTO aliases (connection_id, ref, fingerprint, complaint_id) VALUES ({', '.join([mark] * 4)})", (1, "2", "f", "c1")),
        (f"DELETE FROM reads WHERE connection_id = {mark} AND ref = {mark}", (1, "1")),
    ]
    before = dump(store)
    for wrong in (f"UPDATE links SET state = {mark} WHERE id = {mark}", f"UPDATE links SET complaint_id = {mark} WHERE id = {mark}"):
        with pytest.raises(Unstorable) as refused, store.unit() as unit:
            tell_all(unit.sql, [*told, (wrong, ("rahasia", "l1"))])
        assert "rahasia" not in str(refused.value)
        assert dump(store) == before
    with store.unit() as unit:
        tell_all(unit.sql, told)
        assert unit.sql.execute(select(tables.complaints.c.version)).scalars().all() == [7]
        assert unit.sql.execute(select(tables.aliases.c.ref)).scalars().all() == ["1", "2"]
        assert unit.sql.execute(select(tables.reads.c.ref)).all() == []


def test_what_the_driver_refuses_leaves_nothing_and_says_nothing_of_the_row(store: Store) -> None:
    with store.unit() as unit:
        fill(unit.sql)
    before, mark = dump(store), "?" if store.engine.dialect.name == "sqlite" else "%s"
    said = f"UPDATE links SET state = {mark} WHERE id = {mark}"
    for rows in ([("rahasia", "l1")], [("linked", "l1"), ("rahasia", "l1")]):
        with pytest.raises(Unstorable) as refused, store.unit() as unit:
            tell(unit.sql, said, rows)
        assert "rahasia" not in str(refused.value)
    assert dump(store) == before


def test_a_question_that_cannot_be_asked_is_the_librarys_error(store: Store) -> None:
    with store.unit() as unit, pytest.raises(DBAPIError):
        unit.sql.execute(text("SELECT 1"))
        answers(unit.sql, select(tables.links.c.id).where(text("nowhere = 1")), {})
