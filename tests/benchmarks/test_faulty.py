"""An app that is told to drop one filing does the work, drops the connection, and is well again."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from benchmarks.campaign.local import Faulty


class Interface:
    """What an app offers to other programs, and who used it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer everything."""
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        start("200 OK", [])
        return [b"{}"]


def ask(app: Faulty, method: str, path: str, body: bytes = b"") -> bytes:
    """Send one request without a network, but over a connection that can be dropped."""
    here, there = socket.socketpair()
    with here, there:
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        return b"".join(app({**environ, "werkzeug.socket": here}, lambda *_: None))


def test_only_the_next_filing_is_dropped_after_the_work() -> None:
    interface = Interface()
    app = Faulty(interface)
    ask(app, "POST", "/faults", b"drop one")
    assert ask(app, "GET", "/open311/v2/requests.json") == ask(app, "POST", "/open311/v2/servicerequestupdates.json") == b"{}"
    assert ask(app, "GET", "/faults") == b"drop one"
    with pytest.raises(ConnectionAbortedError):
        ask(app, "POST", "/open311/v2/requests.json")
    assert interface.asked[-1] == "POST /open311/v2/requests.json"
    assert ask(app, "GET", "/faults") == b""
    assert ask(app, "POST", "/open311/v2/requests.json") == b"{}"
