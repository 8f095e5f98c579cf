"""Logging in: the same no for every reason, waiting after wrong passwords, and what ends a session."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from hub.accounts.roles import Role
from hub.api.app import create_app
from hub.api.login import local
from hub.operations.accounts import accounts, set_disabled, set_password
from hub.operations.entering import by_password
from tests.api.desk import API, NAMES, PASSWORD, Desk, csrf, mark

WRONG = "bukan-kata-sandinya"


def inside(client: FlaskClient) -> bool:
    return client.get(f"{API}/health").status_code == 200


def without_marks(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", page)


def test_a_person_logs_in_and_goes_on_where_they_wanted(desk: Desk) -> None:
    client = desk.anybody
    asked = client.get("/complaints?status=closed")
    assert asked.status_code == 303 and "next=/complaints?status%3Dclosed" in asked.location
    page = client.get(asked.location).text
    form = {"csrf_token": csrf(page), "name": " ADA ", "password": PASSWORD, "next": "/complaints?status=closed"}
    answer = client.post("/login", data=form)
    assert (answer.status_code, answer.location) == (303, "/complaints?status=closed")
    assert inside(client)
    assert client.get("/login?next=/complaints").location == "/complaints"


def test_the_cookie_is_out_of_reach_and_goes_only_over_https_where_there_is_https(desk: Desk) -> None:
    _, answer = desk.enter("ada")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    hub = desk.terminal.hub
    secure = create_app(replace(hub, settings=replace(hub.settings, tls=True)))
    page = secure.test_client().get("/login", base_url="https://localhost")
    assert "; Secure" in page.headers["Set-Cookie"] and "max-age" in page.headers["Strict-Transport-Security"]


def test_a_login_needs_the_mark_of_our_own_form(desk: Desk) -> None:
    client = desk.web.test_client()
    assert client.post("/login", data={"name": "ada", "password": PASSWORD}).status_code == 403
    assert not inside(client)


def test_a_login_begins_a_new_session(desk: Desk) -> None:
    client = desk.web.test_client()
    before = csrf(client.get("/login").text)
    client.post("/login", data={"csrf_token": before, "name": "ada", "password": PASSWORD})
    assert mark(client) != before


def test_every_no_is_the_same_no(desk: Desk) -> None:
    set_disabled(desk.terminal.hub, "mira", True)
    pages = set()
    for name, password in (("ada", WRONG), ("nobody", WRONG), ("mira", PASSWORD), ("", ""), ("x" * 9000, "y" * 9000), ("a\x00", "b\x00")):
        client, answer = desk.enter(name, password)
        assert answer.status_code == 401 and not inside(client)
        pages.add(without_marks(answer.text))
    for _ in range(6):
        _, answer = desk.enter("koko", WRONG)
    _, locked = desk.enter("koko", PASSWORD)
    assert locked.status_code == 401
    assert pages == {without_marks(locked.text)}


def test_after_five_wrong_passwords_the_right_one_has_to_wait_too_also_after_a_restart(desk: Desk) -> None:
    hub = desk.terminal.hub
    for _ in range(4):
        desk.enter("ada", WRONG)
    assert desk.enter("ada")[1].status_code == 303  # and the count begins again
    for _ in range(5):
        desk.enter("ada", WRONG)
    assert desk.enter("ada", app=create_app(hub))[1].status_code == 401
    assert desk.enter("koko")[1].status_code == 303
    desk.clock.advance(timedelta(seconds=31))
    assert desk.enter("ada", WRONG)[1].status_code == 401
    desk.clock.advance(timedelta(seconds=31))
    assert desk.enter("ada")[1].status_code == 401  # twice as long now
    desk.clock.advance(timedelta(seconds=31))
    assert desk.enter("ada")[1].status_code == 303


def test_many_guesses_at_once_are_no_more_guesses(desk: Desk) -> None:
    hub = desk.terminal.hub
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: by_password(hub, "ada", WRONG), range(16)))
    (ada,) = (one for one in accounts(hub) if one.name == "ada")
    # The fifth was the last one that was looked at: a sixth would have doubled the wait.
    assert ada.locked_until == hub.store.now() + timedelta(seconds=30)
    assert by_password(hub, "ada", PASSWORD) is None


def test_a_new_password_given_by_an_administrator_ends_the_waiting(desk: Desk) -> None:
    for _ in range(7):
        desk.enter("ada", WRONG)
    desk.ok("accounts", "password", "ada", "--password-stdin", typed="hujan-sepeda-kucing-9\n")
    assert desk.enter("ada", "hujan-sepeda-kucing-9")[1].status_code == 303


def test_a_session_ends_with_its_password_its_account_its_time_and_at_the_logout(desk: Desk) -> None:
    hub = desk.terminal.hub
    client = desk.person(Role.ADMIN)
    set_password(hub, "ada", PASSWORD)
    assert not inside(client)
    client = desk.person(Role.MONITOR)
    set_disabled(hub, NAMES[Role.MONITOR], True)
    assert not inside(client)
    client = desk.person(Role.ADMIN)
    desk.clock.advance(timedelta(hours=11, minutes=59))
    assert inside(client)
    desk.clock.advance(timedelta(minutes=1))
    assert not inside(client)
    client = desk.person(Role.ADMIN)
    assert client.post("/logout").status_code == 403 and inside(client)
    answer = client.post("/logout", data={"csrf_token": mark(client)})
    assert answer.location == "/login" and not inside(client)


def test_a_cookie_that_was_changed_or_signed_by_another_hub_opens_nothing(desk: Desk) -> None:
    client = desk.person(Role.MONITOR)
    cookie = client.get_cookie("simpul_session")
    assert cookie is not None
    stranger = desk.web.test_client()
    for value in (cookie.value[:-2] + "xx", "e30." + cookie.value, "", "é"):
        stranger.set_cookie("simpul_session", value)
        assert not inside(stranger)
    foreign = create_app(desk.terminal.hub)
    foreign.secret_key = b"another hub's"
    forged, _ = desk.enter("mira", app=foreign)
    taken = forged.get_cookie("simpul_session")
    assert taken is not None
    stranger.set_cookie("simpul_session", taken.value)
    assert not inside(stranger)


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "x",
        "",
        None,
    ]
    + ["///evil.example", "/\n//evil.example", "//[", "/\u202e/evil"],
)
def test_a_login_leads_nowhere_else(wanted: str | None) -> None:
    assert local(wanted) == "/"


def test_a_login_leads_to_pages_of_this_site() -> None:
    assert local("/complaints?status=closed&q=a//b") == "/complaints?status=closed&q=a//b"


def test_the_page_speaks_both_languages(desk: Desk) -> None:
    assert "Kata sandi" in desk.anybody.get("/login").text
    assert "Password" in desk.web.test_client().get("/login?lang=en").text
