"""Which refs a connection's links hold is found by a look into the index for each, whatever is written in them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, text

from hub.store import tables
from hub.store.direct import all_answers, answers
from hub.store.held import HELD
from hub.store.store import Store
from tests.real.rows import fill, valid

pytestmark = pytest.mark.timeout(60)
_ODD = ["", " 7", "7 ", "a'b", 'a"b', "a\\b", "{a,b}", "NULL", "null", "%(ids)s", "é😀", "a\tb"]


def _linked(store: Store, refs: list[str]) -> None:
    complaint, link = valid()["complaints"], valid()["links"]
    with store.unit() as unit:
        fill(unit.sql)
        ids = [f"c{number:06}" for number in range(len(refs))]
        unit.sql.execute(insert(tables.complaints), [{**complaint, "id": key, "tracking_id": key} for key in ids])
        rows = [{**link, "id": f"l{key}", "complaint_id": key, "ref": ref, "seen": key} for key, ref in zip(ids, refs, strict=True)]
        unit.sql.execute(insert(tables.links), rows)


def test_every_ref_is_found_by_its_own_writing_and_no_other(store: Store) -> None:
    _linked(store, _ODD)
    given: dict[str, Any] = {"here": 1, "ids": [*_ODD, "nobody's"]}
    expected = {(ref, f"c{number:06}", f"c{number:06}") for number, ref in enumerate(_ODD)}
    with store.unit() as unit:
        assert {tuple(row) for row in unit.sql.execute(HELD, given)} == expected
        assert {tuple(row) for row in answers(unit.sql, HELD, given)} == expected
        [alone, elsewhere] = all_answers(unit.sql, (HELD, given), (HELD, {**given, "here": 2}))
        assert {tuple(row) for row in alone} == expected and not list(elsewhere)
        assert not list(answers(unit.sql, HELD, {"here": 1, "ids": []}))


def test_the_index_is_used_before_the_database_knows_anything_of_the_table(store: Store) -> None:
    _linked(store, [str(number) for number in range(2, 2_000)])
    with store.unit() as unit:
        dialect = store.engine.dialect
        asked = HELD.params(here=1, ids=["7", "8"]).compile(dialect=dialect, compile_kwargs={"literal_binds": dialect.name == "postgresql"})
        if dialect.name == "postgresql":
            assert unit.sql.execute(text("SELECT count(*) FROM pg_stats WHERE tablename = 'links'")).scalar_one() == 0
            plan = [row[0] for row in unit.sql.exec_driver_sql(f"EXPLAIN {str(asked).replace('%', '%%')}")]
            assert any("Index Cond: ((connection_id = 1) AND (ref = wanted.ref))" in line for line in plan), plan
        else:
            plan = [row[3] for row in unit.sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", (1, "[]"))]
            assert any(line.startswith("SEARCH links") and "(connection_id=? AND ref=?)" in line for line in plan), plan
