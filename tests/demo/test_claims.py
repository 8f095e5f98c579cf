"""No sentence is printed as true unless its check ran and found it so."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from hub.demo.books import Books
from hub.demo.claims import Claims
from hub.demo.telling import Teller


@pytest.fixture
def said() -> io.StringIO:
    """What was printed."""
    return io.StringIO()


@pytest.fixture
def claims(said: io.StringIO) -> Claims:
    """An empty list of claims."""
    return Claims(Teller(Console(file=said), "en"))


def test_a_claim_that_holds_is_printed_as_true(claims: Claims, said: io.StringIO) -> None:
    assert claims.check("sum", "Dua", "Two", lambda: 1 + 1, 2)
    assert said.getvalue() == " ✓ Two\n"
    assert claims.conclude()


def test_a_claim_that_does_not_hold_says_what_was_found(claims: Claims, said: io.StringIO) -> None:
    assert not claims.check("sum", "Tiga", "Three", lambda: 1 + 1, 3)
    assert "✓" not in said.getvalue()
    assert "should be 3, is 2" in said.getvalue()
    assert not claims.conclude()


def test_a_check_that_breaks_is_a_claim_that_failed(claims: Claims, said: io.StringIO) -> None:
    def breaks() -> bool:
        raise LookupError("no such row")

    assert not claims.check("row", "Ada", "There", breaks)
    assert "no such row" in said.getvalue()
    assert not claims.conclude()


def test_a_story_without_claims_has_proven_nothing(claims: Claims) -> None:
    assert not claims.conclude()


def test_what_an_app_holds_is_never_taken_for_markup(claims: Claims, said: io.StringIO) -> None:
    claims.check("markup", "x", "[red]x[/red] [/nothing]", lambda: True)
    assert "[red]x[/red] [/nothing]" in said.getvalue()


def test_without_utf_8_the_marks_are_plain(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="ascii") as out:
        Claims(Teller(Console(file=out))).check("plain", "Benar", "True", lambda: True)
    assert (tmp_path / "out").read_text("ascii") == " = Benar\n"


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """One table with one row."""
    with closing(sqlite3.connect(tmp_path / "app.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE laporan (id integer PRIMARY KEY, isi text)")
        connection.execute("INSERT INTO laporan VALUES (1, 'Jalan rusak')")
    return Books(tmp_path / "app.sqlite3")


def _write(books: Books, sql: str) -> None:
    with closing(sqlite3.connect(books.database)) as connection, connection:
        connection.execute(sql)


def test_a_changed_row_changes_the_digest_of_its_table(books: Books) -> None:
    before = books.digests()
    assert books.digests() == before
    _write(books, "UPDATE laporan SET isi = 'Jalan rusak '")
    assert books.digests() != before


def test_a_watch_notices_a_change_that_was_taken_back(books: Books) -> None:
    before = books.digests()
    with books.watch() as watch:
        assert watch.untouched
        _write(books, "UPDATE laporan SET isi = 'lain'")
        _write(books, "UPDATE laporan SET isi = 'Jalan rusak'")
        assert books.digests() == before
        assert not watch.untouched


def test_books_find_a_text_anywhere_and_cannot_write(books: Books) -> None:
    assert books.hold("rusak")
    assert not books.hold("bagus")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        books.rows("DELETE FROM laporan")
