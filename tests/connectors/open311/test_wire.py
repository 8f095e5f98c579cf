"""Whatever form the rows come in, they are the same rows; and what are no rows is said to be none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.open311.plan import marked, unmarked
from connectors.open311.wire import Unreadable, errors, rows

ONE = {"service_request_id": "007", "status": "open"}
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(b'<!ENTITY lol%d "%s">' % (n, b"&lol%d;" % (n - 1) * 10 if n > 1 else b"&lol;" * 10) for n in range(1, 10))
    + b"]><service_requests>&lol9;</service_requests>"
)


@pytest.mark.parametrize(
    "body",
    [
        b'[{"service_request_id": "007", "status": "open"}]',
        b'\xef\xbb\xbf [{"service_request_id": "007", "status": "open"}]',
        b'[{"service_request_id": 007, "status": "open"}]',
        b'{"service_request_id": "007", "status": "open"}',
        b'[{"request": {"service_request_id": "007", "status": "open"}}]',
        b'{"service_requests": [{"service_request_id": "007", "status": "open"}]}',
        b'{"service_requests": {"request": [{"service_request_id": "007", "status": "open"}]}}',
        b'{"total": 1, "requests": [{"service_request_id": "007", "status": "open"}]}',
        b"<service_requests><request><service_request_id>007</service_request_id><status>open</status></request></service_requests>",
        b'<?xml version="1.0"?><r xmlns="urn:x"><request><service_request_id>007</service_request_id><status>open</status></request></r>',
        b"HTTP/1.1 200 OK\r\n\r\n<?xml version='1.0'?>"
        b"<r><request><service_request_id>007</service_request_id><status>open</status></request></r>",
        b"<r><request><request><service_request_id>007</service_request_id><status>open</status></request></request></r>",
    ],
)
def test_the_same_row_in_every_wrapping(body: bytes) -> None:
    assert rows(body, "request") == [ONE]


@pytest.mark.parametrize("body", [b"[]", b'{"service_requests": []}', b"<service_requests/>", b"<requests></requests>"])
def test_an_empty_list_is_one(body: bytes) -> None:
    assert rows(body, "request") == []


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{}", "something else"),
        (b'{"message": "down"}', "something else"),
        (b"<maintenance/>", "something else"),
        (b'[{"service_request_id": "0', "cut off"),
        (b"<service_requests><request>", "cut off"),
        (b"[NaN]", "no JSON"),
        (b"<!DOCTYPE html><p>x", "web page"),
        (b"<html><body/></html>", "web page"),
        (b"not now", "neither"),
        (BOMB, "definitions"),
        (b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><service_requests/>', "definitions"),
    ],
)
def test_what_are_no_rows_is_said_to_be_none(body: bytes, what: str) -> None:
    with pytest.raises(Unreadable, match=what):
        rows(body, "request")


def test_an_empty_element_is_nothing_and_a_nil_is_too() -> None:
    nil = b'xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="true"'
    body = b"<r><request><service_request_id>1</service_request_id><a/><b " + nil + b"> </b></request></r>"
    assert rows(body, "request") == [{"service_request_id": "1", "a": None, "b": None}]


def test_errors_are_told_from_rows() -> None:
    assert errors(rows(b'[{"code": 404, "description": "not found"}]', "request"))
    assert errors(rows(b"<errors><error><code>404</code><description>no</description></error></errors>", "request"))
    assert not errors(rows(b'[{"service_request_id": "1", "code": 1, "description": "Jalan"}]', "request"))
    assert not errors(rows(b"[]", "request"))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_break_the_reading(body: bytes) -> None:
    for start in (b"", b"[", b"{", b"<r>"):
        try:
            assert isinstance(rows(start + body, "request"), list)
        except Unreadable:
            continue


@given(st.text(max_size=200), st.text("ABCdef0189:-", min_size=1, max_size=200))
def test_a_mark_comes_off_as_it_was_put_on(text: str, token: str) -> None:
    said, found = unmarked(marked(text, token))
    assert (said, found) == (text.rstrip() if text != text.rstrip() else text, token)
