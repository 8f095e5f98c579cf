"""Rows that are sent to PostgreSQL while others are still being decided: the same rows, and the same refusals, as any others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Integer, LargeBinary, MetaData, Table, Text, insert, select, text

from hub.clock import SystemClock
from hub.store import tables
from hub.store.behind import Behind
from hub.store.bulk import insert_rows
from hub.store.rows import ComplaintRow, LinkRow
from hub.store.statements import VALUES
from hub.store.store import Store, Unstorable
from hub.store.types import Json, Moment
from hub.store.unit import Unit
from hub.words import LinkState
from tests import services
from tests.real.rows import dump, fill, table_named

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]
_AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
_HOSTILE = ["", " ", "\\", "\\N", "\\.", "a\tb", "a\nb", "a\r\nb", '"{}', "é\u2028😀", "\x01\x7f", "\\\\n", "NULL"]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with services.postgresql_database() as url:
        store = Store(url, SystemClock().now)
        store.migrate()
        with store.unit() as unit:
            fill(unit.sql)
        yield store
        store.close()


def _brought(unit: Unit, number: int, **other: Any) -> None:
    key = f"{number:036}"
    text = {"description": f"Lampu mati {number}"}
    complaint = ComplaintRow(
        key, f"N{number:07}", text, None, {}, {}, 1, "received", None, 1, False, False, False, {}, None, None, _AT, _AT, _AT, "32"
    )  # fmt: skip
    link = LinkRow(f"l{number:035}", 1, key, _AT, _AT, LinkState.LINKED, ref=f"brought {number}")
    for name, value in other.items():
        setattr(link, name, value)
    unit.bring(VALUES[ComplaintRow](complaint), VALUES[LinkRow](link))


def _rows_of(store: Store, ids: Any) -> dict[str, tuple[Any, ...]]:
    with store.reading() as sql:
        found = sql.execute(select(tables.links).where(tables.links.c.id.in_(ids)).order_by(tables.links.c.id))
        return {row.id: tuple(row)[1:] for row in found}


_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20) | st.sampled_from(_HOSTILE)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner),
)
_moment = st.integers(-(10**9), 7 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, timezone(timedelta(hours=7))))
_SCRATCH = Table(
    "scratch",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("note", Text),
    Column("said", Json),
    Column("at", Moment),
    Column("so", Boolean),
    Column("raw", LargeBinary),
)
_rows = st.lists(
    st.tuples(*(st.none() | each for each in (_text, _json, _moment, st.booleans(), st.binary(max_size=9)))), min_size=5, max_size=9
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_rows)
def test_copied_rows_are_the_rows_that_inserting_them_one_by_one_makes(store: Store, rows: list[tuple[Any, ...]]) -> None:
    names, numbered, made = tuple(_SCRATCH.c.keys()), [(number, *row) for number, row in enumerate(rows)], []
    with pytest.raises(ZeroDivisionError), store.writing() as sql:
        _SCRATCH.create(sql)
        sql.execute(insert(_SCRATCH), [dict(zip(names, row, strict=True)) for row in numbered])
        made.append(sql.execute(select(_SCRATCH).order_by(_SCRATCH.c.id)).all())
        sql.execute(_SCRATCH.delete())
        insert_rows(sql, _SCRATCH, names, numbered)
        made.append(sql.execute(select(_SCRATCH).order_by(_SCRATCH.c.id)).all())
        raise ZeroDivisionError
    assert made[0] == made[1]


def test_what_was_sent_ahead_is_there_for_whoever_asks_in_the_same_transaction(store: Store) -> None:
    with store.unit() as unit:
        for number in range(1_150):
            _brought(unit, number)
        count = select(tables.complaints.c.id).where(tables.complaints.c.id.like("0000%"))
        # In parts that grow: most are there, the last few are still with the unit.
        assert len(unit.sql.execute(count).all()) >= 700
        assert unit.link(f"l{1_149:035}").ref == "brought 1149"
        _brought(unit, 1_150)
    assert set(_rows_of(store, [f"l{each:035}" for each in range(1_151)])) == {f"l{each:035}" for each in range(1_151)}
    counts = select(tables.rollup.c.n).where(tables.rollup.c.province == "32")
    with store.reading() as sql:
        assert sum(row.n for row in sql.execute(counts)) == 1_151


def test_all_that_waits_goes_together_after_what_its_foreign_keys_name(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[list[str]] = []
    carry_out = Behind._carried_out

    def noted(self: Behind, statements: bytes, data: Sequence[bytes]) -> Any:
        sent.append(re.findall(r"COPY (\w+)", statements.decode()))
        return carry_out(self, statements, data)

    monkeypatch.setattr(Behind, "_carried_out", noted)
    with store.engine.connect() as other:
        other.execute(text("LOCK TABLE complaints IN SHARE MODE"))
        with store.unit() as unit:
            for number in range(20_000, 21_500):
                _brought(unit, number)
            other.rollback()
    assert sent[0] == ["complaints"] and sent[1] == ["complaints", "links"]
    assert len(_rows_of(store, [f"l{each:035}" for each in range(20_000, 21_500)])) == 1_500


@pytest.mark.parametrize("ahead", [3, 510, 1_100])
@pytest.mark.parametrize(
    "wrong",
    [
        {"ref": "1"},
        {"state": "lost"},
        {"complaint_id": "nobody"},
        {"error": "NUL \0"},
        {"error": "half \ud800"},
        {"error": {}},
        {"touched": "9"},
    ],
    ids=["taken", "word", "foreign_key", "nul", "surrogate", "kind", "number"],
)
def test_a_row_that_is_refused_leaves_nothing_and_the_connection_in_order(store: Store, wrong: dict[str, Any], ahead: int) -> None:
    before = dump(store)
    with pytest.raises(Unstorable), store.unit() as unit:
        for number in range(5_000, 5_000 + ahead):
            _brought(unit, number)
        _brought(unit, 9_000, **wrong)
        for number in range(9_001, 9_600):
            _brought(unit, number)
    assert dump(store) == before
    with pytest.raises(ZeroDivisionError), store.unit() as unit:
        _brought(unit, 9_900)
        unit.flush()
        raise ZeroDivisionError


def test_a_transaction_given_up_while_rows_are_on_their_way_leaves_nothing(store: Store) -> None:
    before = dump(store)
    for many in (1, 499, 500, 501, 999):
        with pytest.raises(ZeroDivisionError), store.unit() as unit:
            for number in range(7_000, 7_000 + many):
                _brought(unit, number)
            raise ZeroDivisionError
    assert dump(store) == before


def test_rows_sent_before_anything_else_are_part_of_the_transaction(store: Store) -> None:
    before = dump(store)
    table, names = table_named("tombstones"), ("mark", "at")
    with pytest.raises(ZeroDivisionError), store.writing() as sql:
        insert_rows(sql, table, names, [(f"m{each}", _AT) for each in range(9)])
        raise ZeroDivisionError
    assert dump(store) == before
