"""`simpul accounts` and `simpul tokens`: a password is never an argument, a token is shown once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from hub.accounts import passwords
from hub.accounts.roles import Scope
from hub.cli.exits import Exit
from hub.operations.entering import by_password, by_token
from tests.hub.cli.office import Office

PASSWORD = "kucing-hujan-sepeda-7"


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is not how long argon2 takes."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def add(office: Office, name: str, role: str = "admin") -> None:
    office.ok("accounts", "add", name, "--role", role, "--password-stdin", typed=f"{PASSWORD}\n")


def test_accounts_are_added_listed_and_closed(office: Office) -> None:
    add(office, "siti")
    add(office, "budi", "monitor")
    told = office.ok("accounts", "list")
    assert "Pemantau" in told and "Administrator" in told and "Monitor" in office.ok("accounts", "list", "--lang", "en")
    hub = office.terminal.hub
    assert by_password(hub, "budi", PASSWORD)
    office.ok("accounts", "disable", "budi")
    assert by_password(hub, "budi", PASSWORD) is None
    assert [one["disabled"] for one in office.json("accounts", "list")] == [True, False]
    office.ok("accounts", "disable", "budi", "--undo")
    assert by_password(hub, "budi", PASSWORD)
    assert "Did you mean budi?" in office.fails(Exit.NOT_FOUND, "accounts", "disable", "bud")


def test_the_last_administrator_cannot_be_closed(office: Office) -> None:
    add(office, "siti")
    add(office, "budi", "coordinator")
    assert "last administrator" in office.fails(Exit.REFUSED, "accounts", "disable", "siti")
    assert not office.json("accounts", "list")[1]["disabled"]
    add(office, "ani")
    office.ok("accounts", "disable", "siti")


def test_a_password_is_asked_for_twice_and_not_shown(office: Office) -> None:
    told = office.ok("accounts", "add", "siti", "--role", "admin", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in told and by_password(office.terminal.hub, "siti", PASSWORD)
    office.ok("accounts", "password", "siti", typed=f"{PASSWORD}x\n{PASSWORD}x\n")
    assert by_password(office.terminal.hub, "siti", PASSWORD) is None


def test_all_that_is_wrong_with_a_new_account_is_said_at_once_without_the_password(office: Office) -> None:
    told = office.fails(Exit.CONFIGURATION, "accounts", "add", "Si ti", "--role", "admin", "--password-stdin", typed="rahasia\n")
    assert "name:" in told and "password:" in told and "rahasia" not in told
    add(office, "siti")
    assert "already" in office.fails(Exit.REFUSED, "accounts", "add", "siti", "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\n")
    office.fails(Exit.CONFIGURATION, "accounts", "password", "siti", "--password-stdin", typed="")
    office.fails(Exit.NOT_FOUND, "accounts", "password", "sito", "--password-stdin", typed=f"{PASSWORD}\n")


def test_a_token_is_shown_once_and_ends_when_it_is_revoked(office: Office) -> None:
    add(office, "siti")
    token = office.json("tokens", "add", "peta", "--account", "siti", "--scope", "write", "--days", "1")["token"]
    hub = office.terminal.hub
    found = by_token(hub, token)
    assert found and (found.name, found.scope) == ("siti", Scope.WRITE)
    (one,) = office.json("tokens", "list", "--account", "siti")
    assert one["name"] == "peta" and token not in str(one) and token not in office.ok("tokens", "list")
    assert "peta" in office.ok("tokens", "revoke", one["id"]) and by_token(hub, token) is None
    revoked = office.json("tokens", "list")[0]["revoked_at"]
    office.ok("tokens", "revoke", one["id"])
    assert office.json("tokens", "list")[0]["revoked_at"] == revoked
    office.fails(Exit.NOT_FOUND, "tokens", "revoke", token)
    office.fails(Exit.NOT_FOUND, "tokens", "add", "peta", "--account", "sito")
    office.fails(Exit.NOT_FOUND, "tokens", "list", "--account", "sito")


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\nb"])
def test_a_token_has_a_name_that_says_what_it_is_for(office: Office, name: str) -> None:
    assert "name" in office.fails(Exit.CONFIGURATION, "tokens", "add", name, "--account", "siti")


def test_the_token_alone_is_on_stdout_for_a_script(office: Office) -> None:
    add(office, "siti")
    result = office.run("tokens", "add", "peta", "--account", "siti")
    found = by_token(office.terminal.hub, result.stdout.strip())
    assert found and found.scope is Scope.READ and "Simpan sekarang" in result.stderr
    office.clock.advance(timedelta(days=365))
    assert by_token(office.terminal.hub, result.stdout.strip()) is None
