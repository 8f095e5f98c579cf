"""Whatever is sent: a problem that names the field, nothing changed, and never a trace of the inside."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from hub.accounts.roles import Role
from hub.api.headers import LARGEST_BODY
from tests.api.desk import API, Desk

NOTHING: list[Any] = [None, True, 0, -1, 1.5, "", [], {}, ["x"], {"x": 1}, "x" * 20_001, "a\x00b"]
BODIES: dict[str, dict[str, list[Any]]] = {
    "/complaints/x/assign": {"agency": NOTHING, "unit": [*NOTHING[1:]]},
    "/complaints/x/return": {"reason": [*NOTHING, " ", "\n"]},
    "/complaints/x/answer": {"text": [*NOTHING, " \n "], "internal": ["yes", 1, {}], "status": ["closed", "answer", 1, {}, [], ""]},
    "/complaints/x/close": {"reason": NOTHING[1:]},
    "/connections/x/pause": {"reason": [*NOTHING, "a\nb"], "directions": ["pull", [], ["both"], [1], [["pull"]], {}]},
    "/connections/x/resume": {"directions": ["pull", [], ["both"], ["pull", "push", "pull"]]},
    "/deliveries/x/resend": {"all_alike": ["true", 1, {}]},
    "/conflicts/1/resolve": {"keep": [*NOTHING, "both"], "value": [1, {}, [], "x" * 20_001]},
}
GOOD = {"agency": "A", "text": "teks", "reason": "sebab", "keep": "hub"}
QUERIES = {
    "/complaints": ["status=open", "status=", "province=3", "province=٣٥", "province=35x", "q=%27", "q=%25", "updated_since=2026-01-01"]
    + ["updated_since=2026-01-01T00:00:00", "order=random", "limit=0", "limit=201", "limit=-1", "limit=1e2", "limit=x", "limit=٣", "limit="]
    + [f"holder={'x' * 61}", "holder=%00", "origin=%00", "page=2", "status=closed&status=closed", "limit=" + "9" * 5000],
    "/connections": ["limit=0", "name=a"],
    "/deliveries": ["connection=%00", "limit=1.0"],
    "/conflicts": ["state=closed", "all=1"],
    "/quarantine": ["raw=1", "raw=true"],
}


def typed(client: FlaskClient, where: str, body: bytes | str, kind: str, header: dict[str, str]) -> Any:
    return client.post(API + where, data=body, content_type=kind, headers=header)


@pytest.mark.parametrize("where", BODIES)
def test_a_wrong_value_is_refused_at_its_name(desk: Desk, where: str) -> None:
    header = desk.token(Role.ADMIN)
    names = set(BODIES[where])
    for name, values in BODIES[where].items():
        for value in values:
            body = {each: GOOD[each] for each in names if each in GOOD} | {name: value}
            if where.endswith("resume") or where.endswith("close"):
                body = {name: value}
            told = desk.refused(422, desk.anybody.post(API + where, json=body, headers=header))
            assert all(field.split(".")[0] == name for field in told["errors"]), (name, value, told)


def test_an_unknown_name_is_refused_with_the_nearest(desk: Desk) -> None:
    header = desk.token(Role.ADMIN)
    for where, fields in BODIES.items():
        name = next(iter(fields))
        told = desk.refused(422, desk.anybody.post(API + where, json={f"{name}z": "x"}, headers=header))
        assert f"Did you mean {name}?" in told["errors"][f"{name}z"][0]


@pytest.mark.parametrize("where", QUERIES)
def test_a_wrong_question_is_refused_at_its_name(desk: Desk, where: str) -> None:
    header = desk.token(Role.MONITOR)
    for query in QUERIES[where]:
        told = desk.refused(422, desk.anybody.get(f"{API}{where}?{query}", headers=header))
        assert list(told["errors"]) == [query.partition("=")[0]], query


def test_a_body_that_is_no_json_object_is_refused(desk: Desk) -> None:
    header = desk.token(Role.ADMIN)
    where = "/complaints/x/assign"
    for body in (
        b"{",
        b"\xff",
        b'{"agency": NaN}',
        b"[" * 50_000,
        b"{" * 50_000,
        b'{"agency": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        b"1" * 5_000,
    ):
        desk.refused(400, typed(desk.anybody, where, body, "application/json", header))
    for body in (b"[]", b"null", b"1", b'"x"', b'[{"agency": "A"}]'):
        told = desk.refused(422, typed(desk.anybody, where, body, "application/json", header))
        assert list(told["errors"]) == ["body"], (body, told)
    desk.refused(415, typed(desk.anybody, where, "agency=A", "application/x-www-form-urlencoded", header))
    desk.refused(415, typed(desk.anybody, where, '{"agency": "A"}', "text/plain", header))


def test_what_is_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    header = desk.token(Role.ADMIN)
    body = b'{"agency": "' + b"x" * LARGEST_BODY + b'"}'
    desk.refused(413, typed(desk.anybody, "/complaints/x/assign", body, "application/json", header))
    client = desk.web.test_client()
    assert client.post("/login", data={"name": "x" * LARGEST_BODY}).status_code == 413


def test_a_wrong_method_is_told_the_right_ones(desk: Desk) -> None:
    answer = desk.anybody.delete(f"{API}/complaints", headers=desk.token(Role.ADMIN))
    desk.refused(405, answer)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_mistake_in_the_program_tells_nothing_of_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("rahasia 3502170101900001")

    monkeypatch.setattr("hub.api.connections.overview", broken)
    answer = desk.anybody.get(f"{API}/connections", headers=desk.token(Role.ADMIN))
    assert "mistake in the program" in desk.refused(500, answer)["detail"]
    logged = capsys.readouterr()
    assert "rahasia" not in answer.text + logged.out + logged.err
    assert "ValueError" in logged.out + logged.err and "broken:" in logged.out + logged.err


def test_a_busy_database_is_told_as_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("SELECT rahasia", {"x": "rahasia"}, Exception("database is locked"))

    monkeypatch.setattr("hub.api.connections.overview", locked)
    answer = desk.anybody.get(f"{API}/connections", headers=desk.token(Role.ADMIN))
    assert "busy" in desk.refused(503, answer)["detail"] and "rahasia" not in answer.text and answer.headers["Retry-After"]


def test_every_answer_is_armoured(desk: Desk) -> None:
    header = desk.token(Role.ADMIN)
    answers = [desk.anybody.get(where, headers=header) for where in (f"{API}/health", f"{API}/none", "/login", "/", "/health/live")]
    for answer in [*answers, desk.person(Role.MONITOR).get("/none")]:
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy and "default-src 'self'" in policy and "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Referrer-Policy"] == "same-origin"
    assert all(answer.headers["Cache-Control"].endswith("no-store") for answer in answers[:4])
    for answer in answers:
        assert "<script" not in answer.text and " style=" not in answer.text and " onclick" not in answer.text


def test_an_id_with_a_slash_is_an_id_that_does_not_exist(desk: Desk) -> None:
    answer = desk.anybody.post(f"{API}/complaints/0%2F/assign", json={}, headers=desk.token(Role.ADMIN))
    assert answer.status_code == 404 and answer.is_json


def test_a_page_that_does_not_exist_says_so_as_a_page(desk: Desk) -> None:
    answer = desk.person(Role.MONITOR).get("/none/<script>")
    assert answer.status_code == 404 and answer.mimetype == "text/html" and "<script>" not in answer.text


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "value", "directions"]) | st.text(max_size=5), inner)
    ),
    max_leaves=6,
)


@pytest.mark.long
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_sent_is_answered_and_never_by_a_mistake(desk: Desk, data: st.DataObject) -> None:
    header = desk.token(Role.ADMIN)
    given = quote(data.draw(st.text(max_size=40) | st.sampled_from(["1", "a", "%", "01890000-0000-7000-8000-000000000000"])), safe="")
    where = data.draw(st.sampled_from([*BODIES])).replace("/x/", f"/{given or 'x'}/")
    sent = desk.anybody.post(API + where, json=data.draw(ANYTHING), headers=header)
    names = st.sampled_from(["status", "province", "q", "cursor", "limit", "updated_since", "connection", "origin", "state", "order"])
    query = data.draw(st.dictionaries(names, st.text(max_size=30) | st.sampled_from(["1", "all", "newest", "W10", "x"]), max_size=3))
    asked = desk.anybody.get(
        API + data.draw(st.sampled_from([*QUERIES, f"/complaints/{given or 'x'}"])), query_string=query, headers=header
    )
    for answer in (sent, asked):
        assert answer.status_code in (200, 400, 404, 405, 409, 422), answer.text
        assert answer.is_json
