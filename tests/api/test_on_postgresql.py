"""The login and the lists on the database of production."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from connectors.memory.app import MemoryApp
from hub.accounts.roles import Role
from hub.operations import browsing
from hub.operations.accounts import accounts, add_account
from hub.operations.entering import by_password
from hub.work.due import due
from tests.api.desk import NAMES, PASSWORD, Desk
from tests.api.hooking import Sender, inbox


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
    assert [one["title"] for one in desk.get("/complaints?words=keluhan%203%20laporan")["items"]] == ["Laporan 3"]
    assert desk.get("/complaints?words=keluhan%2033")["items"] == []
    _words_and_status(desk)
    _the_same_by_words_and_by_list(desk)
    given = first["items"][0]["tracking_id"]
    assert [one["tracking_id"] for one in desk.get(f"/complaints?q={given[:7]}")["items"]] == [given]
    assert desk.post(f"/complaints/{given}/assign", agency="A").status_code == 200
    assert desk.get("/health")["complaints"]["agency"] == 2 and len(desk.ok("status", "--lang", "en").splitlines()) == 10
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: by_password(hub, "mira", "bukan-kata-sandinya"), range(12)))
    assert [one.name for one in accounts(hub) if one.locked_until] == ["mira"]
    assert desk.person(Role.ADMIN).get("/login").status_code == 303
    desk.terminal.close()
    MemoryApp.forget()


def _words_and_status(desk: Desk) -> None:
    """Ask for words and a status together, as the status is then and as it was before; the mark of a status is no word."""
    one = desk.get("/complaints?words=keluhan%202")["items"][0]
    ask = "/complaints?words=keluhan&status="
    assert len(desk.get(f"{ask}received")["items"]) == 5
    assert desk.post(f"/complaints/{one['tracking_id']}/assign", agency="A").status_code == 200
    assert [each["title"] for each in desk.get(f"{ask}assigned")["items"]] == ["Laporan 2"]
    assert len(desk.get(f"{ask}received")["items"]) == 4
    assert not desk.get("/complaints?words=assigned")["items"] and not desk.get("/complaints?words=%3Dassigned")["items"]


def _the_same_by_words_and_by_list(desk: Desk) -> None:
    """Ask as if few speak of something, and as if many do: another way through the database, and the same complaints."""
    asked = [
        *("words=keluhan", "words=keluhan%202", "words=keluhan&status=received", "words=keluhan&status=assigned&order=newest"),
        *("words=keluhan&status=received&province=35&limit=3", "words=100%25%20%25(x)s", "words=o%27clock%20%5C"),
    ]
    found = []
    for few in (0, 10**9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(browsing, "_FEW", few)
            found.append([[one["id"] for one in desk.get(f"/complaints?{query}")["items"]] for query in asked])
    assert found[0] == found[1]
    assert [len(each) for each in found[0]] == [5, 1, 4, 1, 3, 0, 0]


@pytest.mark.real
def test_webhooks_and_metrics_do_the_same_on_postgresql(tmp_path: Path, postgresql_url: str, web: Flask) -> None:
    desk = Desk(tmp_path, web, postgresql_url)
    hub = desk.terminal.hub
    add_account(hub, NAMES[Role.MONITOR], PASSWORD, Role.MONITOR)
    (app,) = desk.live("kota")
    sender = Sender(desk)
    desk.ok("sync", "kota")
    ref = app.file("Lampu mati", "Lampu mati di jalan merdeka")
    headers = [sender.headers(b'{"refs": ["%s"]}' % ref.encode(), f"msg_{number % 5}", desk.clock.now()) for number in range(40)]

    def send(signed: dict[str, str]) -> int:
        body = b'{"refs": ["%s"]}' % ref.encode()
        return web.test_client().post("/hooks/kota", data=body, headers={"Content-Type": "application/json", **signed}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, headers)) == {202}
    assert len(inbox(desk)) == 5, "each was written down once, also at the same moment"
    assert sender.send(body=b"{", message="msg_x").status_code == 422 and sender.send(message="msg_x").status_code == 202
    assert due(hub.store) == ["kota"]
    told = desk.anybody.get("/metrics", headers=desk.token(Role.MONITOR)).text
    assert 'simpul_hints_waiting{connection="kota"} 6.0' in told
    desk.terminal.hub.session("kota").run()
    assert due(hub.store) == [] and [one["title"] for one in desk.json("complaints", "list")] == ["Lampu mati"]
    assert desk.anybody.get("/health/ready").status_code == 200
    desk.terminal.close()
    MemoryApp.forget()
