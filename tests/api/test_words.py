"""On PostgreSQL a complaint keeps the words it is found by: they follow what it says, also where older code wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from connectors.memory.app import MemoryApp
from hub.accounts.roles import Role
from hub.operations import browsing
from hub.operations.accounts import add_account
from hub.store import filling
from hub.store.ahead import Making
from hub.work.relay import Relay
from tests.api.desk import NAMES, PASSWORD, Desk

pytestmark = pytest.mark.real
_KEPT = "SELECT content ->> 'title', said, said_of = version FROM complaints ORDER BY id"


@pytest.fixture
def desk(tmp_path: Path, postgresql_url: str, web: Flask) -> Iterator[Desk]:
    """A hub that has read seven complaints of one app."""
    desk = Desk(tmp_path, web, postgresql_url)
    for role in Role:
        add_account(desk.terminal.hub, NAMES[role], PASSWORD, role)
    (app,) = desk.live("a")
    for number in range(7):
        app.file(f"Laporan {number}", f"Keluhan nomor {number}: “lampu” mati.", place_code="35.02")
    desk.ok("sync", "a")
    yield desk
    desk.terminal.close()
    MemoryApp.forget()


def ask(desk: Desk, question: str) -> list[tuple[Any, ...]]:
    """Ask the database itself."""
    with desk.terminal.hub.store.reading() as sql:
        return [tuple(row) for row in sql.execute(text(question))]


def do(desk: Desk, what: str) -> None:
    """Write as code does that knows nothing of words."""
    with desk.terminal.hub.store.writing() as sql:
        sql.execute(text(what))


def found(desk: Desk, query: str) -> list[str]:
    """Return the titles that are found, by the index and along the list, which must be the same."""
    ways = []
    for few in (0, 10**9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(browsing, "_FEW", few)
            ways.append(sorted(one["title"] for one in desk.get(f"/complaints?{query}")["items"]))
    assert ways[0] == ways[1]
    return ways[0]


def test_words_follow_what_a_complaint_says_and_its_status(desk: Desk) -> None:
    assert {row[1:] for row in ask(desk, _KEPT)} == {(f"=received laporan {n} keluhan nomor {n} lampu mati", True) for n in range(7)}
    one = desk.get("/complaints?words=nomor%203")["items"][0]
    assert desk.post(f"/complaints/{one['tracking_id']}/assign", agency="A").status_code == 200
    assert [row[1:] for row in ask(desk, _KEPT) if row[0] == "Laporan 3"] == [("=assigned laporan 3 keluhan nomor 3 lampu mati", True)]
    assert found(desk, "words=LAMPU%20nomor&status=assigned") == ["Laporan 3"]


def test_an_erased_complaint_is_found_by_none_of_its_words(desk: Desk) -> None:
    one = desk.get("/complaints?words=nomor%203")["items"][0]
    desk.ok("complaints", "erase", one["tracking_id"], "--yes")
    assert found(desk, "words=lampu%203") == []
    assert [row for row in ask(desk, _KEPT) if "3" in str(row[1])] == []


def test_what_older_code_wrote_gets_its_words_with_the_next_migration(desk: Desk) -> None:
    do(desk, "UPDATE complaints SET said = NULL, said_of = NULL WHERE content ->> 'title' = 'Laporan 1'")
    changed = "content = jsonb_set(content, '{description}', '\"Sampah menumpuk\"'), status = 'archived', version = version + 1"
    do(desk, f"UPDATE complaints SET {changed} WHERE content ->> 'title' = 'Laporan 2'")
    desk.terminal.hub.store.migrate()
    assert found(desk, "words=lampu%20nomor") == [f"Laporan {number}" for number in (0, 1, 3, 4, 5, 6)]
    assert found(desk, "words=sampah") == found(desk, "words=SAMPAH%20laporan&status=archived") == ["Laporan 2"]
    assert found(desk, "words=sampah&status=received") == []
    assert {row[2] for row in ask(desk, _KEPT)} == {True}


def test_the_scheduler_writes_the_words_of_what_older_code_erased_meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    erased = "content = jsonb_set(content, '{description}', '\"[dihapus]\"'), version = version + 1"
    do(desk, f"UPDATE complaints SET {erased} WHERE content ->> 'title' = 'Laporan 2'")
    now = 100.0
    relay = Relay(desk.terminal.hub.store, lambda name: None, monotonic=lambda: now)
    relay.round()
    assert [row[1:] for row in ask(desk, _KEPT) if row[0] == "Laporan 2"] == [("=received laporan 2 dihapus", True)]
    do(desk, "UPDATE complaints SET said_of = NULL")
    relay.round()
    assert {row[2] for row in ask(desk, _KEPT)} == {None}, "not each time"
    now += 60
    monkeypatch.setattr(filling, "_MANY", 4)
    monkeypatch.setattr(filling, "_WANTED", filling._WANTED.limit(4))
    relay.round()
    assert len([row for row in ask(desk, _KEPT) if row[2]]) == 4, "no more at once than let others be woken in time"
    relay.round()
    assert {row[2] for row in ask(desk, _KEPT)} == {True}


def test_filling_in_that_was_broken_off_goes_on_where_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    store = desk.terminal.hub.store
    do(desk, "UPDATE complaints SET said = NULL, said_of = NULL")
    monkeypatch.setattr(filling, "_MANY", 2)
    monkeypatch.setattr(filling, "_WANTED", filling._WANTED.limit(2))
    told: list[Making] = []

    def until_the_third(making: Making) -> None:
        told.append(making)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filling.fill(store, until_the_third)
    assert len([row for row in ask(desk, _KEPT) if row[2]]) == 4
    shares: list[float | None] = []
    filling.fill(store, lambda making: shares.append(making.share))
    assert [row[2] for row in ask(desk, _KEPT)] == [True] * 7
    assert [round(share, 2) for share in shares if share is not None] == [0.0, 0.67, 1.0]
    assert found(desk, "words=lampu") == [f"Laporan {number}" for number in range(7)]


def test_words_are_looked_up_in_their_index_and_what_has_none_in_another(desk: Desk) -> None:
    with desk.terminal.hub.store.reading() as sql:
        sql.execute(text("SET LOCAL enable_seqscan = off"))
        asked = "SELECT 1 FROM complaints WHERE"
        by_word = sql.execute(text(f"EXPLAIN {asked} {browsing._SPOKEN} @> ARRAY['lampu']")).scalars().all()
        sql.execute(text("SET LOCAL enable_indexscan = off"))
        without = sql.execute(text(f"EXPLAIN {asked} said_of IS DISTINCT FROM version")).scalars().all()
    assert "ix_complaints_said" in str(by_word) and "ix_complaints_unsaid" in str(without)
