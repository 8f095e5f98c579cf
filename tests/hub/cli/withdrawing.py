"""Everything that people withdraw between a backup and the day it is restored."""

from __future__ import annotations

from dataclasses import dataclass

from hub.cli.exits import Exit
from hub.operations.entering import by_session, by_token
from tests.hub.cli.office import Office

_PASSWORD, _LATER = "kucing-hujan-sepeda-7", "gajah-kemarau-becak-8"


@dataclass(frozen=True)
class Withdrawn:
    """What let somebody in when the backup was made: two tokens, of which one is revoked later, and a session of a changed password."""

    revoked: str
    kept: str
    stamp: str


def _token(office: Office, name: str, account: str) -> str:
    said = office.ok("tokens", "add", name, "--account", account)
    return next(word for word in said.split() if len(word) > 30)


def _stamp(office: Office, name: str) -> str:
    with office.terminal.hub.store.reading() as sql:
        return str(sql.exec_driver_sql(f"SELECT stamp FROM accounts WHERE name = '{name}'").scalar_one())


def before(office: Office) -> Withdrawn:
    """Let people, programs and apps in."""
    office.live("a", "b", "c")
    for name in ("ada", "budi", "citra"):
        office.ok("accounts", "add", name, "--role", "admin", "--password-stdin", typed=f"{_PASSWORD}\n")
    office.ok("connections", "webhook", "a")
    revoked, kept = (_token(office, name, "ada") for name in ("bocor", "peta"))
    _token(office, "lama", "budi")
    return Withdrawn(revoked, kept, _stamp(office, "citra"))


def withdraw(office: Office) -> None:
    """Take back a token, an account, a password, a webhook's secret and a connection, and pause another."""
    (leaked,) = [one["id"] for one in office.json("tokens", "list") if one["name"] == "bocor"]
    office.ok("tokens", "revoke", leaked)
    office.ok("accounts", "disable", "budi")
    office.ok("accounts", "password", "citra", "--password-stdin", typed=f"{_LATER}\n")
    office.ok("connections", "webhook", "a", "--rotate")
    office.ok("connections", "remove", "b", "--force", "--yes")
    office.ok("connections", "pause", "c", "--reason", "rusak")


def stays(office: Office, was: Withdrawn, backup: str) -> None:
    """Restore: nobody is let in whom the hub had shut out, and what it cannot shut out itself is named."""
    told = office.fails(Exit.WAITS, "restore", backup, "--replace", "--yes", "--lang", "en")
    hub = office.terminal.hub
    assert by_token(hub, was.revoked) is None and by_token(hub, was.kept) is not None
    assert {one["name"]: one["disabled"] for one in office.json("accounts", "list")}["budi"]
    assert by_session(hub, "citra", was.stamp) is None
    lines = told.splitlines()
    expected = {"accounts password": "citra", "webhook --rotate": "a", "connections remove": "b", "connections apply": "c"}
    for word, name in expected.items():
        (place,) = (number for number, line in enumerate(lines) if word in line)
        assert lines[place].endswith(":") and lines[place + 1] == f"  {name}", told
    assert len([line for line in lines if line.startswith("  ")]) == len(expected) and "Start the hub again" not in told
