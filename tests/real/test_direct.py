"""What is asked of the driver itself is answered as SQLAlchemy would answer it, and refused as it would be refused."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hub.store import statements, tables
from hub.store.direct import answers, tell
from hub.store.store import Store, Unstorable
from tests.real.rows import dump, fill

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
    ("RESPONSE_LINKS", {"ids": ["l1"]}),
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
