"""The city on HTTP, with faults a test can order. Run by hand: python -m tests.apps.open311_city.server"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.apps.open311_city.city import SERVICES, City

Fault = Callable[["Handler"], bool]
"""Does something to a request; True if that was all that will come."""


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class CityServer(ThreadingHTTPServer):
    """Serves one city; ``fault`` is asked before every answer, ``late`` after the books were written."""

    daemon_threads = True

    def __init__(self, city: City) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.city = city
        self.fault: Fault | None = None
        self.late: Fault | None = None

    @property
    def base(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self.server_address[1]}/open311/v2/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a test that cuts a connection means it."""


@contextmanager
def serving(city: City) -> Iterator[CityServer]:
    """Serve a city while the block lasts."""
    server = CityServer(city)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class Handler(BaseHTTPRequestHandler):
    """One request to the city."""

    server: CityServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep quiet."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Tell the city's own time."""
        return format_datetime(self.server.city.now, usegmt=True)

    def do_GET(self) -> None:
        """Answer a reading."""
        parts = urlsplit(self.path)
        self._answer(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), self._read)

    def do_POST(self) -> None:
        """Answer a writing."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(urlsplit(self.path).path, dict(parse_qsl(body.decode(), keep_blank_values=True)), self._write)

    def _answer(self, path: str, given: dict[str, str], act: Callable[[str, dict[str, str]], tuple[str, str, list[Any]]]) -> None:
        city = self.server.city
        city.asked.append(f"{self.command} {self.path}")
        if self.server.fault and self.server.fault(self):
            return
        name, _, ending = path.removeprefix("/open311/v2/").rpartition(".")
        if name.startswith("media/"):
            return self._media(path.rpartition("/")[2])
        try:
            if ending not in city.habits.formats:
                raise Refused(404, "this format is not served")
            with city.lock:
                self._may(given)
                root, kind, found = act(unquote(name), given)
        except Refused as refused:
            error = {"code": refused.status, "description": str(refused)}
            return self.send(refused.status, *body_of("errors", "error", [error], ending, city))
        if self.command == "POST" and self.server.late and self.server.late(self):
            return
        self.send(200, *body_of(root, kind, found, ending, city))

    def _may(self, given: dict[str, str]) -> None:
        city = self.server.city
        if city.locked:
            raise Refused(403, "Access denied")
        if city.habits.jurisdiction and given.get("jurisdiction_id") != city.habits.jurisdiction:
            raise Refused(404 if given.get("jurisdiction_id") else 400, "jurisdiction_id was not provided or not found")

    # -- reading

    def _read(self, name: str, given: dict[str, str]) -> tuple[str, str, list[Any]]:
        city = self.server.city
        if name == "services":
            services = [
                {"service_code": code, "service_name": said, "metadata": False, "type": "realtime"} for code, said in SERVICES.items()
            ]
            return "services", "service", services
        if name == "requests":
            return "service_requests", "request", self._listing(given)
        if name.startswith("requests/") and city.habits.single:
            row = city.requests.get(name.removeprefix("requests/"))
            if row is None:
                raise Refused(404, "service_request_id was not found")
            return "service_requests", "request", [row]
        if name.startswith("tokens/"):
            return "service_requests", "request", self._token(name.removeprefix("tokens/"))
        if name == "servicerequestupdates" and city.habits.updates:
            return "service_request_updates", "request_update", self._updates(given)
        raise Refused(404, "there is no such resource")

    def _token(self, token: str) -> list[Any]:
        ref = self.server.city.waiting.get(token)
        if ref is None:
            raise Refused(404, "token was not found")
        numbered = ref in self.server.city.requests
        return [{"service_request_id": ref if numbered else None, "token": token}]

    def _listing(self, given: dict[str, str]) -> list[Any]:
        city = self.server.city
        rows = list(city.requests.values())
        if ids := given.get("service_request_id"):
            return [row for row in rows if row["service_request_id"] in ids.split(",")]
        key = "requested_datetime"
        if city.habits.updated_after and ("updated_after" in given or "updated_before" in given):
            key = "updated_datetime"
            rows = self._between(rows, key, given, "updated_after", "updated_before")
        else:
            rows = self._between(rows, key, given, "start_date", "end_date")
        rows.sort(key=lambda row: (_when(row, key), row["service_request_id"]), reverse=city.habits.newest_first)
        size = city.habits.limit or len(rows) or 1
        if city.habits.paging and "page_size" in given:
            size = min(size, int(given["page_size"]))
            first = (int(given.get("page", "1")) - 1) * size
            return rows[first : first + size]
        return rows[:size]

    def _updates(self, given: dict[str, str]) -> list[Any]:
        city = self.server.city
        rows = self._between(city.updates, "updated_datetime", given, "start_date", "end_date")
        if city.habits.updates_by_request and (ids := given.get("service_request_id")):
            rows = [row for row in rows if row["service_request_id"] in ids.split(",")]
        return rows[: city.habits.updates_limit]

    def _between(self, rows: list[Any], key: str, given: dict[str, str], after: str, before: str) -> list[Any]:
        begin, end = self._time(given.get(after)), self._time(given.get(before))
        return [row for row in rows if (begin is None or _when(row, key) >= begin) and (end is None or _when(row, key) <= end)]

    def _time(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        moment = datetime.fromisoformat(text)
        if self.server.city.habits.omits_time_zone:
            if moment.tzinfo is not None:
                raise Refused(400, "time is not in the expected form")
            return (moment - self.server.city.habits.zone).replace(tzinfo=UTC)
        if moment.tzinfo is None:
            raise Refused(400, "time without a zone")
        return moment

    # -- writing

    def _write(self, name: str, given: dict[str, str]) -> tuple[str, str, list[Any]]:
        city = self.server.city
        if given.get("api_key") != city.habits.key:
            raise Refused(403, "Invalid api_key received -- can't proceed with create_request.")
        try:
            if name == "requests":
                return "service_requests", "request", [city.take_request(given)]
            if name == "servicerequestupdates" and city.habits.updates:
                return "service_request_updates", "request_update", [city.take_update(given)]
        except KeyError:
            raise Refused(404, "service_request_id was not found") from None
        except ValueError as problem:
            raise Refused(400, str(problem)) from None
        raise Refused(404, "there is no such resource")

    # -- the wire

    def _media(self, name: str) -> None:
        data = self.server.city.media.get(name)
        self.send(200 if data is not None else 404, data or b"", "text/plain")

    def send(self, status: int, body: bytes, media_type: str, **headers: str) -> None:
        """Send an answer whole."""
        if self.server.city.habits.needs_plain_encoding and self.headers.get("Accept-Encoding") != "identity":
            body, headers = zlib.compress(body)[:-3] + b"xyz", {**headers, "Content-Encoding": "deflate"}
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def body_of(root: str, kind: str, found: list[Any], ending: str, city: City) -> tuple[bytes, str]:
    """Write rows as this city writes them."""
    rows = [{name: _plain(name, value, city) for name, value in row.items()} for row in found]
    if ending == "xml":
        text = f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{"".join(map(lambda row: _element(kind, row), rows))}</{root}>'
        head = "HTTP/1.1 200 OK\r\n\r\n" if city.habits.status_line else ""
        return (head + text).encode(), "text/xml"
    said: Any = rows
    if city.habits.odd_json and root != "errors":
        said = {root: [{kind: {name: _odd(value) for name, value in row.items()}} for row in rows]}
    return json.dumps(said).encode(), "application/json"


def _when(row: dict[str, Any], key: str) -> datetime:
    # What a test has spoilt lies where any window finds it.
    moment = row[key]
    return moment if isinstance(moment, datetime) else datetime(2026, 2, 1, tzinfo=UTC)


def _plain(name: str, value: Any, city: City) -> Any:
    if not isinstance(value, datetime):
        return value
    if name == "updated_datetime" and city.habits.empty_times:
        return ""
    if city.habits.naive_times:
        return (value + city.habits.zone).replace(tzinfo=None).isoformat()
    return value.isoformat().replace("+00:00", "Z")


def _odd(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool | float) else "" if value is None else value


def _element(name: str, row: dict[str, Any]) -> str:
    inside = "".join(f"<{key}>{escape('' if value is None else str(value))}</{key}>" for key, value in row.items())
    return f"<{name}>{inside}</{name}>"


if __name__ == "__main__":
    city = City()
    city.file("Jalan berlubang di depan pasar.", address="Jalan Contoh 1")
    with serving(city) as server:
        print(server.base, flush=True)
        threading.Event().wait()
