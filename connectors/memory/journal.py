"""What really happened in the app, for tests to hold the engine to. No backup contains it and no restore rewinds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.memory.faults import Slice
from connectors.memory.store import Row

HUB = "hub"
USER = "user"
APP = "app"


@dataclass(frozen=True, slots=True)
class Entry:
    """One value that changed in one record. ``what`` is a field, ``status``, ``record``, or ``reply`` and its ref."""

    ref: str
    who: str
    what: str
    old: object
    new: object
    at: datetime


class Journal:
    """Every change with its author, what the hub has been shown, and the counters of its calls.

    ``writes`` counts the hub's calls that changed something, ``creates`` the records it made, ``calls`` every outside call.
    ``unseen`` lists the users' values that a write of the hub replaced although the hub had never been shown them.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.unseen: list[Entry] = []
        self.calls: Counter[str] = Counter()
        self.writes = 0
        self.creates = 0
        self._shown: set[tuple[str, str, str]] = set()

    def of(self, ref: str) -> list[Entry]:
        """Return what happened to one record, oldest first (a ref that was used twice has both lives)."""
        return [entry for entry in self.entries if entry.ref == ref]

    def changed(self, old: Row | None, new: Row, who: str, aside: frozenset[str] = frozenset()) -> None:
        """Take down every value in which the two rows differ; what is named ``aside`` the app did by itself."""
        before = dict(_values(old)) if old else {}
        after = dict(_values(new))
        for what in {**before, **after}:
            if before.get(what) != after.get(what):
                self._add(Entry(new.ref, APP if what in aside else who, what, before.get(what), after.get(what), new.updated))

    def _add(self, entry: Entry) -> None:
        self.entries.append(entry)
        if entry.who != HUB:
            return
        if entry.old is not None and (entry.ref, entry.what, repr(entry.old)) not in self._shown:
            self.unseen.append(entry)
        self._shown.add((entry.ref, entry.what, repr(entry.new)))

    def show(self, answer: object) -> None:
        """Take down that the hub has been given this answer of the app (a row or a page of rows)."""
        rows = answer.rows if isinstance(answer, Slice) else answer if isinstance(answer, tuple) else (answer,)
        for row in rows:
            if isinstance(row, Row):
                self._shown.update((row.ref, what, repr(value)) for what, value in _values(row))


def _values(row: Row) -> Iterator[tuple[str, object]]:
    yield "status", row.status
    yield "record", "deleted" if row.deleted else "live"
    yield from ((name.value, value) for name, value in row.fields.items())
    yield from ((f"reply {reply.ref}", (reply.text, reply.visibility.value)) for reply in row.replies)
