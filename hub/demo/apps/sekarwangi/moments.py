"""Moments as the interface writes them: W3C date and time in the city's own zone (WIB), to the second."""

from __future__ import annotations

from datetime import datetime

from flask import abort, request

from hub.demo.apps.storage import WIB, now

Moments = tuple[str | None, str | None]


def stamp(moment: datetime | None = None) -> str:
    """Return a naive WIB moment (default: now) as the city keeps and sends it."""
    return (moment or now()).replace(tzinfo=WIB).isoformat()


def asked(name: str) -> str | None:
    """Return a moment from the address, in the city's zone; refuses one that cannot be read or has no zone."""
    given = request.args.get(name)
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        abort(400, f"{name} is not a date and time")
    if moment.tzinfo is None:
        abort(400, f"{name} has no time zone")
    return moment.astimezone(WIB).isoformat(timespec="seconds")
