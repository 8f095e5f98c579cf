"""What the app keeps: rows in its own words, and the counters that go back with them when a backup is put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from contracts.complaint import Attachment
from contracts.content import Field, JsonValue
from contracts.vocabulary import Visibility


class LogicalClock:
    """Aware UTC moments, one second apart: every reading is later than the one before, and no wall clock is asked."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, tzinfo=UTC)) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """Return the next moment."""
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply as the app has it. Its ``ref`` is never used again, not even after an edit of its text."""

    ref: str
    text: str
    visibility: Visibility
    written: datetime
    author: str


@dataclass(frozen=True, slots=True)
class Row:
    """One complaint as the app has it: ``status`` in its own word, the other ``fields`` flat.

    ``changed`` is the app's change counter when the row last changed; ``problem`` says why nobody can read the row.
    """

    number: int
    created: datetime
    changed: int
    updated: datetime
    status: str
    fields: Mapping[Field, JsonValue]
    replies: tuple[Reply, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    token: str | None = None
    foreign: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False
    problem: str | None = None

    @property
    def ref(self) -> str:
        """The app's own id of the complaint, as others quote it."""
        return str(self.number)

    def with_fields(self, values: Mapping[Field, JsonValue]) -> Row:
        """Return the row with these fields set; None empties a field."""
        merged = {**self.fields, **values}
        return replace(self, fields={name: value for name, value in merged.items() if value is not None})


@dataclass(slots=True)
class Store:
    """Everything a backup holds. Rows are immutable, so a copy of the dictionaries is a copy of the store."""

    rows: dict[str, Row] = field(default_factory=dict)
    keys: dict[str, Row] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    changes: int = 0
    last_number: int = 0
    last_reply: int = 0
    epoch: int = 1

    def copy(self) -> Store:
        """Return a store that later changes do not reach."""
        return replace(self, rows=dict(self.rows), keys=dict(self.keys), files=dict(self.files))

    def live(self, ref: str) -> Row | None:
        """Return the row if it exists and has not been deleted."""
        row = self.rows.get(ref)
        return None if row is None or row.deleted else row
