"""A city's app that speaks GeoReport v2 over HTTP/1.1: `python -m benchmarks.apps.city --records 20000`.

A process of its own that prints its port and ends when its standard input closes. What is below ``/bench/`` is for the
benchmarks: counts, the delay of each page, many edits at once, and what was written.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from benchmarks.apps.records import SERVICES
from benchmarks.apps.store import City, Refused, listed, window

_ONE = re.compile(r"/requests/([^/]+)\.json$")
_BIG = 100_000


class App(ThreadingHTTPServer):
    """The server, its city, and how many requests it was sent; ``latency`` is in seconds, before every answer but ``/bench/``."""

    daemon_threads = True

    def __init__(self, city: City, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.city = city
        self.latency = 0.0
        self.counts = {"GET": 0, "POST": 0, "records": 0}


class Handler(BaseHTTPRequestHandler):
    """One kept-alive connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: App

    @property
    def city(self) -> City:
        """The city that is asked."""
        return self.server.city

    def log_message(self, *_: Any) -> None:
        """Say nothing: a line a request would be measured too."""

    def do_GET(self) -> None:
        """Answer a reading."""
        self._serve(self._get, dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        """Answer a writing; the body is a form, below /bench/ JSON."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        as_json = "json" in self.headers.get("Content-Type", "")
        self._serve(self._post, (json.loads(body or "{}") if as_json else dict(parse_qsl(body, keep_blank_values=True))))

    def _serve(self, answer: Any, given: dict[str, Any]) -> None:
        path = unquote(urlsplit(self.path).path)
        if not path.startswith("/bench/"):
            self.server.counts[self.command] += 1
            time.sleep(self.server.latency)
        self._reply(lambda: answer(path, given))

    def _reply(self, answer: Any) -> None:
        try:
            with self.city.lock:
                body = answer()
            self._send(200, body if isinstance(body, bytes) else json.dumps(body).encode())
        except KeyError:
            self._fail(404, "There is no such thing here.")
        except Refused as error:
            self._fail(400, f"{error} is not what this city takes.")

    def _get(self, path: str, given: dict[str, Any]) -> Any:
        city = self.city
        page, size = int(given.get("page", 1)), int(given.get("page_size") or given.get("per_page") or 100)
        if path.endswith("/requests.json"):
            if "service_request_id" in given:
                return [city.request(int(each) - 1) for each in given["service_request_id"].split(",")]
            rows = city.page(given.get("updated_after"), page, size)
            self.server.counts["records"] += len(rows)
            return listed(rows)
        if found := _ONE.search(path):
            return [city.request(_number(found[1]))]
        if path.endswith("/servicerequestupdates.json"):
            size = size if "page" in given else _BIG
            return window(city.written(given.get("service_request_id")), given.get("start_date"), given.get("end_date"), page, size)
        return self._about(path)

    def _about(self, path: str) -> Any:
        if path.endswith("/services.json"):
            shape = {"metadata": False, "type": "realtime", "keywords": "", "group": "", "description": ""}
            return [{"service_code": code, "service_name": name, **shape} for code, name in SERVICES.items()]
        if path == "/bench/counts":
            return self.server.counts
        if path == "/bench/changed":
            return self.city.changed()
        raise KeyError(path)

    def _post(self, path: str, given: dict[str, Any]) -> Any:
        city = self.city
        if path.endswith("/servicerequestupdates.json"):
            return [{"update_id": city.update(_number(given.get("service_request_id", "")), given), "account_id": None}]
        if path.endswith("/requests.json"):
            return [{"service_request_id": city.file(given), "service_notice": None, "account_id": None}]
        if path == "/bench/latency":
            self.server.latency = float(given["ms"]) / 1000
            return {}
        if path == "/bench/edit":
            return city.edit(given["numbers"], given.get("status"), given.get("text"), given.get("description"))
        raise KeyError(path)

    def _fail(self, code: int, why: str) -> None:
        self._send(code, json.dumps([{"code": code, "description": why}]).encode())

    def _send(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _number(own: str) -> int:
    if not own.isdecimal():
        raise KeyError(own)
    return int(own) - 1


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--lazy", action="store_true", help="encode a request when it is first asked for")
    given = parser.parse_args()
    city = City(given.records)
    if not given.lazy:
        city.warm()
    app = App(city, given.port)
    print(app.server_address[1], flush=True)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    app.serve_forever()


if __name__ == "__main__":
    main()
