"""What Kanal Sekarwangi writes: a new request, and an update, which is a status, a text, or both at once."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any

from flask import abort

from hub.demo.apps import storage
from hub.demo.apps.sekarwangi.moments import stamp
from hub.demo.apps.sekarwangi.words import SERVICES, STATUSES

_ASKED = ("service_code", "description", "address", "lat", "long", "first_name", "last_name", "email", "phone", "external_id", "caller")


def file(given: Mapping[str, Any], attributes: Mapping[str, str]) -> sqlite3.Row:
    """Write a new request under the next number; ``given`` was looked over already."""
    values = {name: given.get(name) for name in _ASKED}
    values |= {"attributes": json.dumps(dict(attributes)), "now": stamp(), "token": secrets.token_hex(8)}
    columns = ", ".join(_ASKED)
    named = ", ".join(f":{name}" for name in _ASKED)
    with storage.connection() as connection:
        made = connection.execute(
            f"INSERT INTO requests (service_request_id, {columns}, attributes, requested_datetime, updated_datetime, token)"
            f" SELECT max(CAST(service_request_id AS integer)) + 1, {named}, :attributes, :now, :now, :token FROM requests"
            " RETURNING service_request_id",
            values,
        )
        number = str(made.fetchone()[0])
    return one(number)


def one(number: str) -> sqlite3.Row:
    """Return one request; 404 if there is none."""
    found: sqlite3.Row | None = storage.connection().execute("SELECT * FROM requests WHERE service_request_id = ?", (number,)).fetchone()
    if found is None:
        abort(404, f"there is no service request {number}")
    return found


def add_update(number: str, status: str | None, text: str, author: str, caller: Mapping[str, str | None]) -> int:
    """Write an update and what follows for its request, in one go; returns its id, the old one if the caller repeats its own."""
    one(number)
    now = stamp()
    with storage.connection() as connection:
        again = connection.execute("SELECT update_id FROM updates WHERE caller = :caller AND caller_update_id = :update", caller).fetchone()
        if again:
            return int(again[0])
        made = connection.execute(
            "INSERT INTO updates (service_request_id, status, description, updated_datetime, author, caller, caller_update_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, status, text, now, author, caller["caller"], caller["update"]),
        )
        connection.execute(
            "UPDATE requests SET status = coalesce(?, status), updated_datetime = ? WHERE service_request_id = ?",
            (status, now, number),
        )
    return int(made.lastrowid or 0)


def updates_of(number: str) -> list[sqlite3.Row]:
    """Return the updates of one request, oldest first."""
    return storage.connection().execute("SELECT * FROM updates WHERE service_request_id = ? ORDER BY update_id", (number,)).fetchall()


def known_status(word: str) -> str:
    """Return a status as the city writes it; 400 if it has no such word."""
    if word.lower() not in STATUSES:
        abort(400, f"status is not one of {', '.join(STATUSES)}")
    return word.lower()


def known_service(code: str) -> str:
    """Return a service's code; 404 if the city has no such service."""
    if code not in SERVICES:
        abort(404, f"there is no service {code}")
    return code
