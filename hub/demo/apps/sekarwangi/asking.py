"""Which requests and updates an address asks for, as SQL; everything that came from outside is a parameter."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import abort, request

from hub.demo.apps import storage
from hub.demo.apps.sekarwangi.moments import asked

PAGE = 50
_CHANGED = "coalesce(nullif(updated_datetime, ''), requested_datetime)"
_LISTS = ("service_request_id", "service_code", "status")
# parameter: condition
_REQUESTED = {"start_date": "requested_datetime >= ?", "end_date": "requested_datetime <= ?"}
_TOUCHED = {"updated_after": f"{_CHANGED} >= ?", "updated_before": f"{_CHANGED} <= ?"}
_UPDATED = {"start_date": "updated_datetime >= ?", "end_date": "updated_datetime <= ?"}


class _Where:
    """Conditions that all have to hold."""

    def __init__(self, moments: dict[str, str], lists: tuple[str, ...]) -> None:
        self.conditions, self.parameters = ["1"], list[Any]()
        for name, condition in moments.items():
            if moment := asked(name):
                self.add(condition, moment)
        for name in lists:
            wanted = [each.strip() for each in request.args.get(name, "").split(",") if each.strip()]
            if wanted:
                self.add(f"{name} IN ({', '.join('?' * len(wanted))})", *wanted)

    def add(self, condition: str, *parameters: Any) -> None:
        self.conditions.append(condition)
        self.parameters += parameters

    def rows(self, table: str, order: str, size: int = -1, page: int = 1) -> list[sqlite3.Row]:
        sql = f"SELECT * FROM {table} WHERE {' AND '.join(self.conditions)} ORDER BY {order} LIMIT ? OFFSET ?"
        return storage.connection().execute(sql, [*self.parameters, size, (page - 1) * size]).fetchall()


def requests_asked() -> list[sqlite3.Row]:
    """Return a page of requests: those changed since a moment oldest change first, else the newest first."""
    where = _Where(_REQUESTED | _TOUCHED, _LISTS)
    order = f"{_CHANGED}, service_request_id" if "updated_after" in request.args else "requested_datetime DESC, service_request_id"
    return where.rows("requests", order, _number("page_size", PAGE, PAGE), _number("page", 1, 100_000))


def updates_asked() -> list[sqlite3.Row]:
    """Return all updates that were asked for, oldest first."""
    return _Where(_UPDATED, ("service_request_id",)).rows("updates", "updated_datetime, update_id")


def _number(name: str, default: int, most: int) -> int:
    given = request.args.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        abort(400, f"{name} is not a number above 0")
    return min(int(given), most)
