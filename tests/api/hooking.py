"""An app that sends webhooks, signed as anybody would: with the Standard Webhooks library, by the clock of the desk."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from hub.store import tables
from tests.api.desk import Desk

_numbers = count(1)


class Sender:
    """The app behind one connection, which was given a secret."""

    def __init__(self, desk: Desk, name: str = "kota", secret: str | None = None) -> None:
        self.desk = desk
        self.name = name
        self.secret = secret or desk.ok("connections", "webhook", name).splitlines()[0]

    def headers(self, body: bytes, message: str, at: datetime) -> dict[str, str]:
        signature = Webhook(self.secret).sign(message, at, body.decode("utf-8", "replace"))
        return {"webhook-id": message, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}

    def send(
        self, *refs: Any, body: bytes | None = None, message: str | None = None, ago: float = 0.0, to: str | None = None, **header: Any
    ) -> TestResponse:
        """Send a webhook; ``ago``: seconds since it was signed."""
        said = json.dumps({"refs": list(refs)}).encode() if body is None else body
        headers = self.headers(said, message or f"msg_{next(_numbers)}", self.desk.clock.now() - timedelta(seconds=ago))
        headers |= {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in header.items()}
        return self.desk.anybody.post(f"/hooks/{to or self.name}", data=said, headers=headers)


def inbox(desk: Desk) -> list[Any]:
    """Return what was written down, oldest first."""
    with desk.terminal.hub.store.reading() as sql:
        return list(sql.execute(select(tables.inbox).order_by(tables.inbox.c.id)))
