"""One id follows a complaint through web, broker and worker, from the webhook to the write in the other app."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook

from hub.operations.webhooks import open_webhook
from hub.store import tables
from hub.sync.engine import network_changed
from tests.real.country import country
from tests.work.test_hands import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(120), pytest.mark.xdist_group("rabbitmq")]

ASKED = "gateway-00017"


def test_the_id_of_a_webhook_is_in_the_line_of_the_write_that_it_led_to(tmp_path: Path, postgresql_url: str, broker: str) -> None:
    with country(tmp_path, postgresql_url, broker) as land:
        secret = open_webhook(land.hub, "kota")
        for app in land.apps:
            land.hub.session(app.name).run()
        # Nobody is polled, and nobody looks for what is due: what arrives was woken.
        with land.hub.store.unit() as unit:
            later = datetime.now(UTC).replace(year=2100)
            unit.sql.execute(update(tables.connections).values(pull_due_at=later, listing_due_at=later))
            network_changed(unit)
        web = land.start("web", "--port", "0", "--workers", "1", ready="event=answering")
        worker = land.start("worker", "--threads", "4", ready="the broker is there")
        until(lambda: "the broker is there" in land.told(web), 30.0)
        [url] = re.findall(r"url=(\S+)", land.told(web))
        land.file(1)
        assert _send(f"{url}/hooks/kota", secret, ["1"]) == 202
        until(lambda: len(land.apps[1].texts()) == 1, 30.0)
        until(lambda: "event=create" in land.told(worker), 10.0)
        mine = [_fields(line) for line in land.told(worker).splitlines() if f"request={ASKED}" in line]
        steps = {(line["event"], line.get("connection")): line.get("complaint") for line in mine}
        assert steps["read", "kota"] == steps["create", "dinas"] != ""
        assert any(f"request={ASKED}" in line and "code=202" in line for line in land.told(web).splitlines())
        everything = land.told(web) + land.told(worker)
        assert "Lampu" not in everything and "Ratna" not in everything and secret.removeprefix("whsec_") not in everything


def _send(url: str, secret: str, refs: list[str]) -> int:
    body, at = json.dumps({"refs": refs}), datetime.now(UTC)
    headers = {"webhook-id": "msg_a", "webhook-timestamp": str(int(at.timestamp())), "Content-Type": "application/json"}
    headers |= {"webhook-signature": Webhook(secret).sign("msg_a", at, body), "X-Request-ID": ASKED}
    with urlopen(Request(url, body.encode(), headers), timeout=30) as answer:
        assert answer.headers["X-Request-ID"] == ASKED
        return int(answer.status)


def _fields(line: str) -> dict[str, Any]:
    return dict(part.partition("=")[::2] for part in line.split() if "=" in part)
