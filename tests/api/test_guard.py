"""Nobody comes in without a login, and nobody does what is not theirs to do: every route, also those of tomorrow."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from hub.accounts.roles import Role, Scope
from hub.api.app import create_app
from hub.api.guard import OPEN
from hub.operations.tokens import revoke, tokens
from tests.api.desk import API, NAMES, PASSWORD, Desk, mark

SAFE = {"GET", "HEAD", "OPTIONS"}
OF_ADMINS = {"connections.pause", "connections.resume"}


def address(rule: Rule) -> str:
    given = {name: 1 if "int" in str(kind).lower() else "x" for name, kind in rule._converters.items()}
    built = rule.build(given)
    assert built is not None
    return built[1]


def calls(desk: Desk) -> list[tuple[str, str, str]]:
    """Every method of every route behind the login: method, address, endpoint."""
    rules = [rule for rule in desk.web.url_map.iter_rules() if rule.endpoint not in OPEN and not rule.endpoint.endswith(".static")]
    return [(method, address(rule), rule.endpoint) for rule in rules for method in sorted(rule.methods or ())]


def is_asked_in(where: str, answer: TestResponse) -> bool:
    if where.startswith((API, "/metrics")):
        return answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    return answer.status_code == 303 and answer.location.startswith("/login")


def test_every_route_needs_a_login(desk: Desk) -> None:
    assert len(calls(desk)) > 40
    for method, where, _ in calls(desk):
        assert is_asked_in(where, desk.anybody.open(where, method=method)), (method, where)


def test_what_is_open_is_this_and_no_more(desk: Desk) -> None:
    found = {rule.rule for rule in desk.web.url_map.iter_rules() if rule.endpoint in OPEN or rule.endpoint.endswith("static")}
    assert found == {"/login", "/health/live", "/health/ready", "/hooks/<connection>", "/assets/<path:filename>"}


def test_an_address_that_does_not_exist_tells_strangers_nothing_else(desk: Desk) -> None:
    assert is_asked_in(f"{API}/secret", desk.anybody.get(f"{API}/secret"))
    assert is_asked_in("/secret", desk.anybody.get("/secret"))
    assert is_asked_in(f"{API}/complaints", desk.anybody.delete(f"{API}/complaints"))
    headers = desk.token(Role.MONITOR)
    desk.refused(404, desk.anybody.get(f"{API}/secret", headers=headers))


def test_a_monitor_changes_nothing_and_a_coordinator_no_connection(desk: Desk) -> None:
    everything = desk.everything()
    for role, allowed in ((Role.MONITOR, {"login.leave"}), (Role.COORDINATOR, {"login.leave"} | _below_admin(desk))):
        client = desk.person(role)
        header = {"X-CSRF-Token": mark(client)}
        for method, where, endpoint in calls(desk):
            if method not in SAFE and endpoint not in allowed:
                answer = client.open(where, method=method, headers=header, json={})
                assert answer.status_code == 403 and "needs the role" in answer.text, (role, where)
    assert desk.everything() == everything


def _below_admin(desk: Desk) -> set[str]:
    return {endpoint for method, _, endpoint in calls(desk) if method not in SAFE} - OF_ADMINS


def test_a_view_that_does_not_say_who_may_needs_an_administrator_to_change_anything(desk: Desk) -> None:
    app = create_app(desk.terminal.hub)
    app.add_url_rule(f"{API}/new", view_func=lambda: "done", endpoint="new", methods=["POST"])
    client = app.test_client()
    assert client.post(f"{API}/new").status_code == 401
    desk.refused(403, client.post(f"{API}/new", headers=desk.token(Role.COORDINATOR)))
    assert client.post(f"{API}/new", headers=desk.token(Role.ADMIN)).text == "done"


def test_a_change_by_cookie_needs_the_mark_of_our_own_pages(desk: Desk) -> None:
    client, other = desk.person(Role.ADMIN), desk.person(Role.ADMIN)
    theirs = mark(other)
    for method, where, _ in calls(desk):
        if method not in SAFE:
            for header in ({}, {"X-CSRF-Token": theirs}, {"X-CSRF-Token": "é"}):
                answer = client.open(where, method=method, json={}, headers=header)
                assert answer.status_code == 403 and "X-CSRF-Token" in answer.text, where
    mine = mark(client)
    assert client.post(f"{API}/connections/x/resume", json={}, headers={"X-CSRF-Token": mine}).status_code == 404


def test_the_mark_in_a_body_of_the_api_does_not_count(desk: Desk) -> None:
    client = desk.person(Role.ADMIN)
    form = {"csrf_token": mark(client)}
    desk.refused(403, client.post(f"{API}/connections/x/resume", data=form))


def test_a_token_that_may_read_changes_nothing(desk: Desk) -> None:
    header = desk.token(Role.ADMIN, Scope.READ)
    for method, where, _ in calls(desk):
        if method not in SAFE and where.startswith(API):
            told = desk.refused(403, desk.anybody.open(where, method=method, json={}, headers=header))
            assert "may only read" in told["detail"], where


def test_a_token_opens_the_api_and_no_page(desk: Desk) -> None:
    header = desk.token(Role.ADMIN)
    assert desk.anybody.get(f"{API}/health", headers=header).status_code == 200
    assert is_asked_in("/", desk.anybody.get("/", headers=header))


def test_a_wrong_token_is_not_made_good_by_a_cookie(desk: Desk) -> None:
    client = desk.person(Role.ADMIN)
    for shown in ("", "Bearer", "Bearer ", "Bearer simpul_x", "Basic YWRhOng=", "Bearer é", "Bearer " + "x" * 5000):
        desk.refused(401, client.get(f"{API}/health", headers={"Authorization": shown}))


def test_a_token_ends_when_it_expires_is_revoked_or_its_account_is_closed(desk: Desk) -> None:
    def alive(header: dict[str, str]) -> bool:
        return desk.anybody.get(f"{API}/health", headers=header).status_code == 200

    short, long = desk.token(Role.MONITOR, days=1), desk.token(Role.MONITOR, days=30)
    assert alive(short) and alive(long)
    desk.clock.advance(timedelta(days=1))
    assert not alive(short) and alive(long)
    desk.ok("accounts", "disable", NAMES[Role.MONITOR])
    assert not alive(long)
    desk.ok("accounts", "disable", NAMES[Role.MONITOR], "--undo")
    assert alive(long)
    for each in tokens(desk.terminal.hub):
        revoke(desk.terminal.hub, each.id)
    assert not alive(long)


def test_the_last_use_of_a_token_is_kept_at_most_once_a_minute(desk: Desk) -> None:
    header = desk.token(Role.MONITOR)

    def used() -> str:
        desk.anybody.get(f"{API}/health", headers=header)
        return str(tokens(desk.terminal.hub)[0].last_used_at)

    first = used()
    desk.clock.advance(59)
    assert used() == first
    desk.clock.advance(1)
    assert used() > first


def test_nothing_of_a_token_or_a_password_is_in_the_database(desk: Desk) -> None:
    header = desk.token(Role.MONITOR)
    everything = repr(desk.everything())
    assert header["Authorization"].split()[1] not in everything and PASSWORD not in everything
    assert everything.count("$argon2id$") == len(Role)
