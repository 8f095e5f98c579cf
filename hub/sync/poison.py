"""Records that no connector should have let through: none of them may stop its neighbours."""

from __future__ import annotations

from contracts.connector import Record

# What such a record does to the engine before it reaches the database.
POISON = (ValueError, KeyError, TypeError, AttributeError, LookupError)


class Poisoned(Exception):
    """A record that broke the engine itself: the page is taken again without it, and it is quarantined whole."""

    def __init__(self, record: Record, cause: Exception) -> None:
        super().__init__(f"record {record.ref}: {type(cause).__name__}")
        self.record = record
        self.cause = cause
