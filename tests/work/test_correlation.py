"""One id from the web to the worker's last line; and whatever is said or sent, no line holds a secret."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import correlation
from hub.accounts.roles import Role, Scope
from hub.api.app import create_app
from hub.build import Hub
from hub.operations.accounts import add_account
from hub.operations.tokens import add_token
from hub.work.logs import FORMS, configure
from tests.hub.cli.office import Office
from tests.work.test_hands import until, working

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What this process writes to stderr, as JSON."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure("debug", "json")
    return written


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({"x-request-id": "gateway-00017"}, "gateway-00017"),
        ({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}, TRACE),
        ({"x-request-id": "gateway-00017", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}, "gateway-00017"),
        ({"x-request-id": "short"}, None),
        ({"x-request-id": "a" * 65}, None),
        ({"x-request-id": "rahasia budi santoso"}, None),
        ({"x-request-id": "gateway-00017\n"}, None),
        ({"x-request-id": "gateway-0001\u0667"}, None),
        ({"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"}, None),
        ({"traceparent": TRACE}, None),
        ({}, None),
    ],
)
def test_an_id_that_is_well_formed_is_the_caller_s_and_any_other_a_fresh_one(headers: dict[str, str], known: str | None) -> None:
    assert correlation.given(headers) == known
    begun = correlation.begin(correlation.given(headers))
    assert begun == known or (known is None and len(begun) == 32)
    assert correlation.current() == begun
    correlation.end()
    assert correlation.current() is None


def test_the_first_who_asks_for_a_turn_is_the_one_it_is_told_under() -> None:
    asked = correlation.Asked()
    asked.note("kota")
    assert asked.take("kota") is None, "nobody in particular asked"
    for known in ("gateway-00001", "gateway-00002"):
        correlation.begin(known)
        asked.note("kota")
    correlation.end()
    assert (asked.take("kota"), asked.take("kota")) == ("gateway-00001", None)


@pytest.mark.parametrize("form", FORMS)
def test_an_event_is_one_line_whatever_is_in_it(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure("info", form)
    structlog.get_logger("x").info("a b", connection='x\ny="1"', n=1, nothing=None)
    logging.getLogger("library").warning("lost\ncontact")
    first, second = written.getvalue().splitlines()
    assert "timestamp" in first and "level" in first and "lost" in second


@pytest.mark.long
def test_the_id_of_a_request_is_in_the_lines_of_web_and_worker(office: Office, hub: Hub, lines: io.StringIO) -> None:
    kota, dinas = office.live("kota", "dinas")
    tracking = office.filed(kota)
    office.ok("sync", "--all")
    complaint = office.json("complaints", "show", tracking)["summary"]["id"]
    add_account(hub, "koko", "kucing-hujan-sepeda-7", Role.COORDINATOR)
    token = add_token(hub, "koko", "test", Scope.WRITE, days=1)
    client = create_app(hub).test_client()
    with working(hub, every=3600.0) as turns:
        until(lambda: turns.done()["sessions"] == 0 and not turns.wakeups.at_work)
        headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "gateway-00017"}
        answer = client.post(f"/api/v1/complaints/{tracking}/assign", json={"agency": "DINAS"}, headers=headers)
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (200, "gateway-00017")
        until(lambda: dinas.creates == 1 and any(line["event"] == "session" for line in told(lines)))
    mine = [line for line in told(lines) if line.get("request") == "gateway-00017"]
    events = {(line["event"], line.get("connection"), line.get("complaint")) for line in mine}
    assert {("request", None, tracking), ("create", "dinas", complaint)} <= events
    assert any(event == "session" for event, _, _ in events)
    assert token not in lines.getvalue() and "Lampu mati" not in lines.getvalue()


_SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=12, max_size=40).map("rahasia".__add__)


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An app whose every line is kept."""
    office = Office(tmp_path_factory.mktemp("told"))
    yield create_app(office.terminal.hub).test_client()
    office.terminal.close()


@settings(max_examples=50)
@given(secret=_SECRETS, data=st.data())
def test_no_line_holds_what_a_caller_said_wherever_it_was_said(answering: Any, secret: str, data: st.DataObject) -> None:
    from urllib.parse import quote

    place = data.draw(st.sampled_from(["path", "hook", "query", "body", "token", "header", "id", "trace", "password", "method"]))
    ascii_only = quote(secret, safe="")
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as kept:
        if place == "path":
            answering.get(f"/api/v1/{ascii_only}/x")
        elif place == "hook":
            answering.post(f"/hooks/{ascii_only}", data=secret.encode())
        elif place == "query":
            answering.get(f"/api/v1/complaints?q={ascii_only}")
        elif place == "body":
            answering.post("/hooks/kota", data=secret.encode(), content_type="application/json")
        elif place == "token":
            answering.get("/metrics", headers={"Authorization": f"Bearer {ascii_only}"})
        elif place == "header":
            answering.post("/hooks/kota", headers={"webhook-signature": ascii_only, "webhook-id": ascii_only})
        elif place == "id":
            answering.get("/health/live", headers={"X-Request-ID": f"{ascii_only}!"})
        elif place == "trace":
            answering.get("/health/live", headers={"traceparent": ascii_only})
        elif place == "method":
            answering.open("/login", method="RAHASIA")
        else:
            answering.post("/login", data={"name": secret, "password": secret})
    text = json.dumps(kept, ensure_ascii=False) + repr(kept)
    assert kept and "rahasia" not in text.lower()
