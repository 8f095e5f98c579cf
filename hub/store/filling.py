"""Complaints that code before their words' column has written, or changed, get their words: a few at a time, while others write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, func, select, text

from hub.store import tables
from hub.store.ahead import Making, Tell
from hub.store.bulk import updated
from hub.store.direct import tell as told
from hub.store.wording import OF, SAID, worded

if TYPE_CHECKING:
    from hub.store.store import Store

_MANY = 500
_NAMES = ("id", "content", "status", "version")
_complaint = tables.complaints.c
_UNWORDED = _complaint.said_of.is_distinct_from(_complaint.version)
_WANTED = select(*(_complaint[name] for name in _NAMES)).where(_UNWORDED).order_by(_complaint.id).limit(_MANY)


def fill(store: Store, tell: Tell) -> None:
    """Write all words that are missing, where words are kept; broken off, the next call goes on. ``tell`` hears how far it is."""
    if store.engine.dialect.name != "postgresql":
        return
    with store.reading() as sql, _by_their_index(sql):
        whole = int(sql.execute(select(func.count()).where(_UNWORDED)).scalar_one())
    last: str | None = ""
    done = 0
    while whole and last is not None:
        tell(Making("ix_complaints_said", 1, 1, "collecting words", min(done / whole, 1.0)))
        last = store.again(partial(_following, store, last))
        done += _MANY


def fill_some(store: Store) -> bool:
    """Write the words of a few complaints that have none; True if there may be more of them."""
    if store.engine.dialect.name != "postgresql":
        return False
    return store.again(partial(_few, store))


def _few(store: Store) -> bool:
    with store.writing() as sql:
        with _by_their_index(sql):
            ids = list(sql.scalars(_WANTED.with_only_columns(_complaint.id)))
        rows = _held(sql, _WANTED.where(_complaint.id.in_(ids))) if ids else []
        _write(sql, rows)
    return len(ids) == _MANY


def _following(store: Store, after: str) -> str | None:
    """Write the words of the next complaints after the one with this id, and return the last one's id; None if there is none."""
    with store.writing() as sql:
        rows = _held(sql, _WANTED.where(_complaint.id > after))
        _write(sql, rows)
    return str(rows[-1][0]) if rows else None


@contextmanager
def _by_their_index(sql: Connection) -> Iterator[None]:
    """Look for them by their index, which is nearly always empty: PostgreSQL cannot know that, and would look at every complaint."""
    ways = ("seqscan", "indexscan", "indexonlyscan")
    for way in ways:
        sql.execute(text(f"SET LOCAL enable_{way} = off"))
    yield
    for way in ways:
        sql.execute(text(f"SET LOCAL enable_{way} = on"))


def _held(sql: Connection, wanted: Select[Any]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sql.execute(wanted.with_for_update(key_share=True))]


def _write(sql: Connection, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        _, full = worded(_NAMES, rows)
        told(sql, *updated(sql.dialect, tables.complaints, ("id", SAID, OF), [(row[0], *row[len(_NAMES) :]) for row in full]))
