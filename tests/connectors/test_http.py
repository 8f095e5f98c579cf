"""The HTTP that connectors share: declared hosts, limits, silence about secrets, and failures as our errors."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import responses

from connectors.http import Answer, Asked, Limits, Web, refusal
from contracts.errors import Gone, NotDone, Reject, Stale, Stop, Unknown

HOST = "https://aplikasi.example"


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server: Any = self.server
        server.seen.append((self.client_address[1], dict(self.headers)))
        if self.path.startswith("/slow"):
            server.gate.wait(5)
        if self.path.startswith("/drip"):
            return self._drip()
        self.send_response(200)
        self.send_header("Set-Cookie", "sesi=rahasia")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def _drip(self) -> None:
        server: Any = self.server
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        try:
            while not server.gate.wait(0.02):
                self.wfile.write(b".")
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is what some tests are about."""


@contextmanager
def local() -> Iterator[Any]:
    server: Any = _Server(("127.0.0.1", 0), _Echo)
    server.seen, server.gate = [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.gate.set()
        server.shutdown()
        server.server_close()


def loopback(**options: Any) -> Web:
    return Web(["127.0.0.1"], allow_private=True, **options)


@pytest.mark.parametrize(
    "url", ["https://lain.example/", "https://aplikasi.example.jahat.example/", "file:///etc/hosts", "//aplikasi.example/"]
)
def test_only_declared_hosts_are_asked(url: str) -> None:
    with responses.RequestsMock() as mocked, pytest.raises(Stop, match="may not speak"):
        Web(["aplikasi.example"]).get(url, Asked.LISTING)
    assert len(mocked.calls) == 0


def test_a_private_address_is_refused_before_anything_is_sent() -> None:
    with local() as server:
        with pytest.raises(Stop, match="private"):
            Web(["127.0.0.1"]).get(server.url, Asked.LISTING)
        assert server.seen == []


def test_no_cookie_and_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with local() as server:
        web = loopback(headers={"X-Kunci": "a"})
        assert [web.get(server.url, Asked.LISTING).body for _ in range(2)] == [b"ok", b"ok"]
        web.close()
        assert "Cookie" not in server.seen[1][1] and server.seen[1][1]["X-Kunci"] == "a"
        assert server.seen[0][0] == server.seen[1][0]  # one connection, kept


def test_pages_and_writes_may_use_it_at_once() -> None:
    with local() as server, ThreadPoolExecutor(4) as many:
        web = loopback()
        assert set(many.map(lambda _: web.get(server.url, Asked.RECORD).body, range(40))) == {b"ok"}
        web.close()


def test_what_takes_too_long_is_given_up() -> None:
    with local() as server:
        web = loopback(limits=Limits(read=0.1))
        with pytest.raises(NotDone, match="timed out"):
            web.get(f"{server.url}/slow", Asked.LISTING)
        with pytest.raises(Unknown, match="timed out"):
            web.send("GET", f"{server.url}/slow", Asked.NEW)
        server.gate.clear()
        with pytest.raises(Stop, match="took longer"):
            loopback(limits=Limits(total=0.1)).send("GET", f"{server.url}/drip", Asked.LISTING)


def test_too_much_is_not_taken_in() -> None:
    with local() as server, pytest.raises(Stop, match="larger than 1 bytes"):
        loopback(limits=Limits(largest=1)).get(server.url, Asked.LISTING)


def test_neither_arguments_nor_bodies_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with local() as server:
        web = loopback()
        web.get(server.url, Asked.LISTING, [("api_key", "rahasia")])
        web.close()
    assert "rahasia" not in caplog.text and "ok" not in caplog.messages


@pytest.mark.parametrize(
    ("status", "listing", "record", "edit", "new"),
    [
        (302, Stop, Stop, Stop, Stop),
        (400, Stop, Reject, Reject, Reject),
        (401, Stop, Stop, Stop, Stop),
        (403, Stop, Reject, Reject, Reject),
        (404, Stop, Gone, Gone, Stop),
        (408, NotDone, NotDone, NotDone, NotDone),
        (409, Stop, Stale, Stale, Unknown),
        (412, Stop, Stale, Stale, Unknown),
        (429, NotDone, NotDone, NotDone, NotDone),
        (500, NotDone, NotDone, Unknown, Unknown),
        (501, Stop, Reject, Reject, Reject),
        (503, NotDone, NotDone, NotDone, NotDone),
        (504, NotDone, NotDone, Unknown, Unknown),
    ],
)
def test_a_status_means_what_was_asked_for(status: int, listing: type, record: type, edit: type, new: type) -> None:
    wanted = {Asked.LISTING: listing, Asked.RECORD: record, Asked.EDIT: edit, Asked.NEW: new}
    assert {asked: type(refusal(Answer(status), asked)) for asked in Asked} == wanted
    assert refusal(Answer(204), Asked.NEW) is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("12", 12.0),
        ("Sun, 01 Mar 2026 00:00:30 GMT", 30.0),
        ("Sat, 28 Feb 2026 00:00:00 GMT", 0.0),
        ("99999999", 86_400.0),
        ("soon", None),
        ("", None),
    ],
)
def test_the_wait_is_the_app_s_by_the_app_s_clock(said: str, seconds: float | None) -> None:
    answer = Answer(429, {"retry-after": said, "date": "Sun, 01 Mar 2026 00:00:00 GMT"})
    assert answer.retry_after == seconds


def test_a_redirect_is_not_followed_and_names_where_without_arguments() -> None:
    with responses.RequestsMock() as mocked:
        mocked.get(f"{HOST}/a", status=301, headers={"Location": "https://baru.example/b?kunci=rahasia"})
        with pytest.raises(Stop) as caught:
            Web(["aplikasi.example"]).get(f"{HOST}/a", Asked.LISTING)
    assert "https://baru.example/b" in str(caught.value) and "rahasia" not in str(caught.value)


def test_who_knows_the_app_explains_its_refusals() -> None:
    with responses.RequestsMock() as mocked:
        mocked.get(f"{HOST}/a", status=400, body=b"kunci")
        with pytest.raises(Stop, match="key"):
            Web(["aplikasi.example"]).get(
                f"{HOST}/a", Asked.RECORD, explain=lambda each: Stop("The key.") if each.body == b"kunci" else None
            )


def test_an_answer_shows_nothing_of_its_body() -> None:
    assert "rahasia" not in repr(Answer(200, {}, b"rahasia"))
