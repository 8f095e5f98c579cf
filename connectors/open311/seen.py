"""What a walk has given already, as far as it can come again: its memory does not grow with what the city has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.open311.plan import Plan
from connectors.open311.records import changed_at, raw, ref_of

_MOST = 5_000
"""Rows remembered at most, or two pages if these are more: of a second that holds more, some are given twice."""


class Seen:
    """The rows of the last answers; what two of them both have is given once, unless it was changed in between."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rows: dict[str, Any] = {}

    def follows(self, rows: list[Any]) -> list[Any]:
        """Return what is new in an answer that shares rows with the one before it and with no other."""
        fresh, self._rows = self._told_apart(rows)
        return fresh

    def adds(self, rows: list[Any], *, most: int | None = None) -> list[Any]:
        """Return what is new in an answer that may share rows with every one since `passes`."""
        fresh, last = self._told_apart(rows)
        for key in last:
            self._rows.pop(key, None)
        self._rows |= last
        surplus = len(self._rows) - max(_MOST if most is None else most, 2 * self._plan.page_size)
        for key in list(self._rows)[:surplus] if surplus > 0 else ():
            del self._rows[key]
        return fresh

    def passes(self, moment: datetime) -> None:
        """Forget what was changed before a time, because nothing so old is asked for any more."""
        kept = []
        for key, row in reversed(self._rows.items()):
            time = changed_at(self._plan, row)
            # Answers come oldest first, so what is before this one is older still.
            if time is not None and time < moment:
                break
            if time is not None:
                kept.append((key, row))
        self._rows = dict(reversed(kept))

    def _told_apart(self, rows: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        fresh, last, before = [], dict[str, Any](), self._rows
        for row in rows:
            key = ref_of(row) or raw(row)
            if last.get(key, before.get(key)) != row:
                fresh.append(row)
            last[key] = row
        return fresh, last
