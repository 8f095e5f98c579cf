"""What people search complaints by, on PostgreSQL: the words of title and description, kept beside them.

Made plain here, because PostgreSQL's own parser takes several times as long as all else that it does with a complaint; and kept in a
column, because a list that is gone through would otherwise be parsed again text by text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.content import Field

SAID, OF = "said", "said_of"
_TITLE, _DESCRIPTION = Field.TITLE.value, Field.DESCRIPTION.value
# The beginning of a word is enough; one that is longer than two thousand bytes no index takes.
_KEPT = 500
_word = re.compile(r"\w+").findall
# Lower case, and a space for all that is no word: what the pattern finds in plain ASCII, in a fraction of the time.
_PLAIN = bytes(ord(chr(code).lower()) if chr(code).isalnum() or chr(code) == "_" else 32 for code in range(128)).ljust(256)

Row = tuple[Any, ...]


def plain(text: str) -> str:
    """Return the words of a text between spaces: runs of letters, digits and ``_``, in whatever case they were written."""
    if not text.isascii():
        return " ".join([word[:_KEPT] for word in _word(text.casefold())])
    said = text.encode().translate(_PLAIN).decode()
    # Behind most marks stands a space already.
    return said.replace("  ", " ").strip() if len(text) <= _KEPT else " ".join([word[:_KEPT] for word in said.split()])


def status_word(status: str) -> str:
    """Return what stands for a status among the words, and is none: a word that many said and a status that few have are found together."""
    return f"={status}"


def said(content: Mapping[str, Any], status: str) -> str:
    """Return what a complaint with this content and status is found by."""
    return f"{status_word(status)} {plain(f'{content.get(_TITLE) or str()} {content.get(_DESCRIPTION) or str()}')}"


def worded(names: tuple[str, ...], rows: Iterable[Row]) -> tuple[tuple[str, ...], list[Row]]:
    """Add to complaints, whose values stand in the order of ``names``, their words, and of which version these are."""
    content, status, version = (names.index(name) for name in ("content", "status", "version"))
    return (*names, SAID, OF), [(*row, said(row[content], row[status]), row[version]) for row in rows]
