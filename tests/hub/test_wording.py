"""What a complaint is found by: its words, whatever marks stand between them, and its status, which is no word."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store import wording

_LONGEST = 2000  # bytes: what an index of PostgreSQL takes of one word, with room


@given(st.text(st.characters(max_codepoint=127)) | st.text())
def test_words_are_runs_of_letters_digits_and_underscores_however_they_are_found(text: str) -> None:
    assert wording.plain(text).split() == re.findall(r"\w+", text.casefold())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jl. Melati 6, RT 06!", "jl melati 6 rt 06"),
        ("  \t\n", ""),
        ("e-mail: warga@contoh.id", "e mail warga contoh id"),
        ("STRAẞE jalan “Ahmad Yani” – km 3½", "strasse jalan ahmad yani km 3½"),
        ("snake_case 'o'clock' \\ \"x\"", "snake_case o clock x"),
    ],
)
def test_between_words_stands_a_space_and_nothing_else(text: str, words: str) -> None:
    assert " ".join(wording.plain(text).split()) == words


@pytest.mark.parametrize("letter", ["x", "ǰ", "😀a", "ﬃ"])
def test_of_a_word_that_no_index_takes_the_beginning_is_kept_and_looked_for(letter: str) -> None:
    text = f"lampu {letter * 5000} mati"
    words = wording.plain(text).split()
    assert words[0] == "lampu" and words[-1] == "mati"
    assert max(len(word.encode()) for word in words) <= _LONGEST


def test_the_status_stands_among_the_words_where_no_text_can_say_it() -> None:
    said = wording.said({"title": "Lampu =received", "description": None}, "received")
    assert said.split() == ["=received", "lampu", "received"]


def test_a_row_is_told_with_its_words_and_the_version_they_are_of() -> None:
    names, rows = wording.worded(("id", "content", "status", "version"), [("a", {"description": "Air, mati."}, "closed", 7)])
    assert names == ("id", "content", "status", "version", "said", "said_of")
    assert [row[4:] for row in rows] == [("=closed air mati", 7)]
