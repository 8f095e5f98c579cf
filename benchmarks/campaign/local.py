"""One of the demo's local apps whose interface can be made to fail: ``python -m benchmarks.campaign.local KIND --database FILE --port N``.

Only what is for other programs fails; people's pages do what they say. ``POST /faults`` takes the name of a fault, or "", and
``GET /faults`` tells it.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks.campaign.rules import TIMEOUT
from hub.demo.apps.serving import run

FAULTS = ("slow", "500", "drop", "drop one", "late", "repeat")
_SLOW = TIMEOUT * 0.5
_INTERFACE = "/open311/"

Start = Callable[..., Any]


class Faulty:
    """Stands before an app and lets its interface fail as it was told."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._fault = ""
        self._calls = 0

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"] == "/faults":
            if environ["REQUEST_METHOD"] == "POST":
                self._fault = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
            start("200 OK", [("Content-Type", "text/plain")])
            return [self._fault.encode()]
        if not self._fault or not environ["PATH_INFO"].startswith(_INTERFACE):
            answer: Iterable[bytes] = self._app(environ, start)
            return answer
        self._calls += 1
        fault: Callable[[dict[str, Any], Start], Iterable[bytes]] = getattr(self, f"_{self._fault.replace(' ', '_')}")
        return fault(environ, start)

    def _slow(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        time.sleep(_SLOW)
        answer: Iterable[bytes] = self._app(environ, start)
        return answer

    def _500(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        # Every other time the work was done before it failed.
        if self._calls % 2:
            self._done(environ)
        start("500 Internal Server Error", [("Content-Type", "text/html")])
        return [b"<h1>Whoops, looks like something went wrong.</h1>"]

    def _drop(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        # What is only read is answered, so that there is something to write about.
        if environ["REQUEST_METHOD"] == "GET":
            answer: Iterable[bytes] = self._app(environ, start)
            return answer
        self._done(environ)
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError

    def _drop_one(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        # The next filing, whatever else is asked meanwhile.
        if environ["REQUEST_METHOD"] == "GET" or "requests." not in environ["PATH_INFO"]:
            answer: Iterable[bytes] = self._app(environ, start)
            return answer
        self._fault = ""
        return self._drop(environ, start)

    def _late(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        # Writes wait first and are done when nobody listens any more, or are done at once and only the answer is late.
        if environ["REQUEST_METHOD"] == "GET":
            answer: Iterable[bytes] = self._app(environ, start)
            return answer
        if self._calls % 2:
            time.sleep(TIMEOUT * 1.5)
        body = self._done(environ)
        time.sleep(TIMEOUT * 1.5)
        start("200 OK", [("Content-Type", "application/json")])
        return [body]

    def _repeat(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        status: list[Any] = []
        body = b"".join(self._app(environ, lambda *given: status.extend(given)))
        if environ["REQUEST_METHOD"] == "GET" and "json" in environ["PATH_INFO"]:
            rows = json.loads(body)
            body = json.dumps(rows + rows).encode() if isinstance(rows, list) and len(rows) > 1 else body
        headers = [(name, value) for name, value in status[1] if name.lower() != "content-length"]
        start(status[0], [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _done(self, environ: dict[str, Any]) -> bytes:
        return b"".join(self._app(environ, lambda *_: None))


def main() -> None:
    """Serve one app until standard input closes."""
    kind, *rest = sys.argv[1:]
    make: Callable[[Path], Flask] = import_module(f"hub.demo.apps.{kind}.app").make_app

    def faulty(database: Path) -> Flask:
        app = make(database)
        app.wsgi_app = Faulty(app.wsgi_app)  # type: ignore[assignment, method-assign]
        return app

    run(kind, faulty, rest)


if __name__ == "__main__":
    main()
