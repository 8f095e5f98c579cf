"""Every failure a city can show is one of our errors, chosen by what certainly happened; and none quotes the city."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses

from connectors.open311.connector import Open311Connector
from contracts.complaint import Complaint, Place, Response
from contracts.connector import Edit
from contracts.errors import ConnectorError, Gone, NotDone, Reject, Stop, Unknown
from contracts.vocabulary import Status
from tests.apps.open311_city.city import City, Habits
from tests.apps.open311_city.server import Fault, Handler, serving
from tests.connectors.open311.city_world import connector

HOST = "https://kota.example/v2/"
ANY = re.compile(r"https://kota\.example/.*")
KEY = "kunci-rahasia"
COMPLAINT = Complaint(description="Lampu mati milik Pak Contoh", place=Place(address="Jalan 1"))
EDIT = Edit(status=Status.ANSWERED, response=Response("Sudah diperbaiki."))
BOMB = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><service_requests>&b;</service_requests>'

Call = Callable[[Open311Connector], Any]
CALLS: dict[str, Call] = {
    "listing": lambda made: list(made.changes(None)),
    "record": lambda made: made.fetch("000001"),
    "new": lambda made: made.create(COMPLAINT, "TANDA", "kunci"),
    "edit": lambda made: made.apply("000001", EDIT, None, "kunci"),
    "check": lambda made: made.check(),
}


def said(description: str, code: int = 400) -> dict[str, Any]:
    return {"status": code, "json": [{"code": code, "description": description}]}


# What the city answers: listing, reading one record, filing, and writing an update.
ANSWERS: list[tuple[str, dict[str, Any], type[ConnectorError], type[ConnectorError], type[ConnectorError], type[ConnectorError]]] = [
    ("400", {"status": 400}, Stop, Reject, Reject, Reject),
    ("401", {"status": 401}, Stop, Stop, Stop, Stop),
    ("403", {"status": 403}, Stop, Reject, Reject, Reject),
    ("404", {"status": 404}, Stop, Gone, Stop, Gone),
    ("405", {"status": 405}, Stop, Reject, Stop, Reject),
    ("410", {"status": 410}, Stop, Gone, Stop, Gone),
    ("422", {"status": 422}, Stop, Reject, Reject, Reject),
    ("429", {"status": 429, "headers": {"Retry-After": "7"}}, NotDone, NotDone, NotDone, NotDone),
    ("500", {"status": 500}, NotDone, NotDone, Unknown, Unknown),
    ("502", {"status": 502, "body": "<html>proxy</html>"}, NotDone, NotDone, Unknown, Unknown),
    ("503", {"status": 503, "headers": {"Retry-After": "7"}}, NotDone, NotDone, NotDone, NotDone),
    ("redirect", {"status": 302, "headers": {"Location": "https://elsewhere.example/?api_key=x"}}, Stop, Stop, Stop, Stop),
    ("bad key", said("Invalid api_key received", 403), Stop, Stop, Stop, Stop),
    ("bad jurisdiction", said("jurisdiction_id provided was not found", 404), Stop, Stop, Stop, Stop),
    ("duplicate", said("Base is a duplicate"), Stop, Reject, Unknown, Reject),
    ("attribute", said("attribute[KODE] is missing"), Stop, Reject, Reject, Reject),
    ("error with 200", {"status": 200, "json": [{"code": "404", "description": "not found"}]}, Stop, Gone, Stop, Gone),
    ("error without a code", {"status": 200, "json": [{"code": None, "description": "tidak dapat"}]}, Stop, Reject, Reject, Reject),
    ("web page with 200", {"body": "<!DOCTYPE html><html><body>Pemeliharaan</body></html>"}, NotDone, NotDone, Unknown, Unknown),
    ("cut off", {"body": '[{"service_request_id": "0000'}, NotDone, NotDone, Unknown, Unknown),
    ("something else", {"json": {"message": "maintenance"}}, NotDone, NotDone, Unknown, Unknown),
    ("deep", {"body": "[" * 100_000}, NotDone, NotDone, Unknown, Unknown),
    ("entities", {"body": BOMB}, NotDone, NotDone, Unknown, Unknown),
    ("no answer in time", {"body": requests.ReadTimeout("late")}, NotDone, NotDone, Unknown, Unknown),
    ("cannot be reached", {"body": requests.ConnectTimeout("no")}, NotDone, NotDone, NotDone, NotDone),
    ("reset", {"body": requests.ConnectionError("reset by peer")}, NotDone, NotDone, Unknown, Unknown),
    ("bad certificate", {"body": requests.exceptions.SSLError("self-signed")}, Stop, Stop, Stop, Stop),
]


def made() -> Open311Connector:
    """A connector that speaks to nobody real."""
    given = {"endpoint": HOST, "api_key": KEY, "since": "2026-01-01", "create": {"service_code": "001"}, "updates": {"by_request": True}}
    return Open311Connector(Open311Connector.settings_schema().load(given))


@pytest.mark.parametrize(("answer", "listing", "record", "new", "edit"), [each[1:] for each in ANSWERS], ids=[each[0] for each in ANSWERS])
def test_a_failure_is_the_error_that_says_what_to_do(
    answer: dict[str, Any],
    listing: type[ConnectorError],
    record: type[ConnectorError],
    new: type[ConnectorError],
    edit: type[ConnectorError],
) -> None:
    wanted = {"listing": listing, "record": record, "new": new, "edit": edit}
    for call, kind in wanted.items():
        with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
            if call == "edit":
                web.get(f"{HOST}requests/000001.json", json=[{"service_request_id": "000001", "status": "open"}])
            web.get(ANY, **answer)
            web.post(ANY, **answer)
            with pytest.raises(ConnectorError) as caught:
                CALLS[call](made())
        assert type(caught.value) is kind, call
        _says_nothing_private(caught.value)
        if "Retry-After" in answer.get("headers", {}):
            assert isinstance(caught.value, NotDone) and caught.value.retry_after == 7.0


def test_a_success_without_a_body_is_one_for_an_update_and_for_nothing_else() -> None:
    for call, kind in {"listing": NotDone, "record": NotDone, "new": Unknown}.items():
        with responses.RequestsMock(assert_all_requests_are_fired=False) as web, pytest.raises(kind):
            web.get(ANY, body="")
            web.post(ANY, body="")
            CALLS[call](made())
    with responses.RequestsMock() as web:
        web.get(f"{HOST}requests/000001.json", json=[{"service_request_id": "000001", "status": "open"}])
        web.post(ANY, status=204)
        assert CALLS["edit"](made()).response_ref is None


def _says_nothing_private(error: BaseException) -> None:
    seen: BaseException | None = error
    while seen is not None:
        for secret in (KEY, "Pak Contoh", "elsewhere.example/?", "Pemeliharaan", "tidak dapat"):
            assert secret not in f"{seen} {seen!r}"
        seen = seen.__cause__ or seen.__context__


def test_a_write_that_the_city_took_is_not_lost_with_its_answer() -> None:
    """It may have happened: the hub looks it up, and finds it by its mark."""
    city = City(Habits(updated_after=True, paging=True))
    with serving(city) as server:
        server.late = _cut
        app = connector(server, feed="updated", paging=True)
        with pytest.raises(Unknown):
            app.create(Complaint(description="Lampu mati", category="Perhubungan", place=Place(address="Jalan 1")), "TANDA", "kunci")
        server.late = None
        assert [record.token for page in app.changes(None) for record in page.records] == ["TANDA"]


def test_a_server_that_is_not_there_was_told_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = {"endpoint": f"http://127.0.0.1:{port}/", "allow_private": True, "since": "2026-01-01", "create": {"service_code": "001"}}
    app = Open311Connector(Open311Connector.settings_schema().load(given))
    with pytest.raises(NotDone, match="cannot be reached"):
        app.create(COMPLAINT, "TANDA", "kunci")


@pytest.mark.parametrize("call", ["listing", "record", "new", "edit"])
def test_an_answer_cut_off_on_the_way_is_not_believed(call: str) -> None:
    with serving(_filed()) as server:
        server.fault = _only(call, _half)
        with pytest.raises(Unknown if call in ("new", "edit") else NotDone):
            CALLS[call](connector(server, updates={"by_request": True}, create={"service_code": "001"}))


def test_a_huge_answer_is_not_taken_in() -> None:
    with serving(_filed()) as server:
        server.fault = _huge
        with pytest.raises(Stop, match="larger than"):
            CALLS["listing"](connector(server))


def test_a_wrong_compression_is_told_with_the_remedy() -> None:
    with serving(City(Habits(needs_plain_encoding=True))) as server, pytest.raises(NotDone, match="identity"):
        CALLS["listing"](connector(server))


def test_a_private_address_needs_permission() -> None:
    with serving(_filed()) as server:
        with pytest.raises(Stop, match="private"):
            connector(server, allow_private=False).fetch("000001")
        assert server.city.asked == []


def test_the_type_of_the_content_is_not_believed() -> None:
    with serving(_filed()) as server:
        server.fault = _plain
        assert connector(server, format="json").fetch("000001").ref == "000001"


def _filed() -> City:
    city = City()
    city.file("Jalan rusak", address="Jalan Contoh 1")
    return city


def _cut(request: Handler) -> bool:
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)
    return True


def _half(request: Handler) -> bool:
    request.send_response(200)
    request.send_header("Content-Length", "5000")
    request.end_headers()
    request.wfile.write(b'[{"service_request_id": "000001"')
    request.wfile.flush()
    return _cut(request)


def _huge(request: Handler) -> bool:
    request.send_response(200)
    request.send_header("Content-Length", str(64 * 2**20))
    request.end_headers()
    try:
        for _ in range(1024):
            request.wfile.write(b" " * 2**16)
    except OSError:
        pass
    return _cut_quietly(request)


def _cut_quietly(request: Handler) -> bool:
    try:
        return _cut(request)
    except OSError:
        return True


def _plain(request: Handler) -> bool:
    request.send(200, b'<?xml version="1.0"?><r><request><service_request_id>000001</service_request_id>'
                 b"<requested_datetime>2026-03-01T00:00:00Z</requested_datetime></request></r>", "text/html")  # fmt: skip
    return True


def _only(call: str, fault: Fault) -> Fault:
    """Let what an edit reads first pass."""
    return lambda request: fault(request) if call != "edit" or request.command == "POST" else False
