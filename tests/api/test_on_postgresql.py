"""The login and the lists on the database of production."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from connectors.memory.app import MemoryApp
from hub.accounts.roles import Role
from hub.operations.accounts import accounts, add_account
from hub.operations.entering import by_password
from tests.api.desk import NAMES, PASSWORD, Desk


@pytest.mark.real
def test_login_lists_and_status_do_the_same_on_postgresql(tmp_path: Path, postgresql_url: str, web: Flask) -> None:
    desk = Desk(tmp_path, web, postgresql_url)
    hub = desk.terminal.hub
    for role in Role:
        add_account(hub, NAMES[role], PASSWORD, role)
    (app,) = desk.live("a")
    for number in range(5):
        app.file(f"Laporan {number}", f"Keluhan {number}", place_code="35.02")
    desk.ok("sync", "a")
    for order in ("oldest", "newest"):
        first = desk.get(f"/complaints?province=35&limit=3&order={order}")
        rest = desk.get(f"/complaints?province=35&limit=3&order={order}&cursor={first['next_cursor']}")
        assert len({one["id"] for one in first["items"] + rest["items"]}) == 5 and rest["next_cursor"] is None
    given = first["items"][0]["tracking_id"]
    assert desk.post(f"/complaints/{given}/assign", agency="A").status_code == 200
    assert desk.get("/health")["complaints"]["agency"] == 1 and len(desk.ok("status", "--lang", "en").splitlines()) == 10
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: by_password(hub, "mira", "bukan-kata-sandinya"), range(12)))
    assert [one.name for one in accounts(hub) if one.locked_until] == ["mira"]
    assert desk.person(Role.ADMIN).get("/login").status_code == 303
    desk.terminal.close()
    MemoryApp.forget()
