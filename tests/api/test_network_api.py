"""Connections, deliveries, conflicts, quarantine and health over the API."""

from __future__ import annotations

import pytest

from connectors.memory.faults import FaultKind
from contracts.content import Field
from hub.accounts.roles import Role
from hub.cli.exits import Exit
from hub.operations.detail import detail
from tests.api.desk import API, Desk
from tests.hub.cli.office import NIK, breaks, mends

pytestmark = pytest.mark.long


def test_an_administrator_stops_a_connection_and_lets_it_go_on(desk: Desk) -> None:
    desk.live("a", "b")
    told = desk.get("/connections?limit=1")
    assert [one["name"] for one in told["items"]] == ["a"]
    assert [one["name"] for one in desk.get(f"/connections?cursor={told['next_cursor']}")["items"]] == ["b"]
    paused = desk.post("/connections/a/pause", Role.ADMIN, reason="server pindah", directions=["push"]).json
    assert paused and (paused["state"], paused["detail"]) == ("paused", "ada: server pindah")
    with desk.terminal.hub.store.unit() as unit:
        assert unit.connection("a").pull_paused is None
    assert (desk.post("/connections/a/resume", Role.ADMIN).json or {})["state"] == "running"
    shown = desk.get("/connections/a")
    assert shown["standing"]["name"] == "a" and "settings" not in shown and set(shown) == {"standing", "policy", "sheet"}
    assert detail(desk.terminal.hub, "a").settings  # which there are
    desk.refused(404, desk.post("/connections/c/pause", Role.ADMIN, reason="x"))


def test_what_got_stuck_is_listed_with_its_reason_and_sent_again(desk: Desk) -> None:
    first, second = desk.live("a", "b")
    for title in ("Lampu", "Jalan"):
        desk.ok("complaints", "assign", desk.filed(first, title), "--agency", "B")
    breaks(second, FaultKind.REJECT, "create")
    desk.run("sync", "b")
    stuck = desk.get("/deliveries?connection=b")["items"]
    assert [one["state"] for one in stuck] == ["parked", "parked"] and "refuses" in stuck[0]["reason"]
    page = desk.get("/deliveries?connection=b&limit=1")
    assert [one["id"] for one in desk.get(f"/deliveries?connection=b&cursor={page['next_cursor']}")["items"]] == [stuck[1]["id"]]
    mends(second)
    again = desk.post(f"/deliveries/{stuck[0]['id']}/resend", all_alike=True).json
    assert again and sorted(again["resent"]) == sorted(one["id"] for one in stuck)
    desk.ok("sync", "b")
    assert len(second.store.rows) == 2 and desk.get("/deliveries?connection=b")["items"] == []
    desk.refused(404, desk.post("/deliveries/0123456789/resend"))


def test_a_conflict_is_decided_in_the_name_of_who_decides(desk: Desk) -> None:
    (app,) = desk.live("a")
    given = desk.filed(app, category="Lampu")
    desk.ok("complaints", "assign", given, "--agency", "A")
    desk.ok("sync", "a")
    app.edit("1", Field.CATEGORY, "Jalan")
    desk.fails(Exit.WAITS, "sync", "a")
    (one,) = desk.get("/conflicts")["items"]
    assert (one["kind"], one["field"], one["local_value"], one["tracking_id"]) == ("proposal", "category", "Jalan", given)
    decided = desk.post(f"/conflicts/{one['id']}/resolve", keep="local").json
    assert decided and (decided["state"], decided["kept"], decided["decided_by"]) == ("decided", "local", "koko")
    assert desk.get("/conflicts")["items"] == [] and len(desk.get("/conflicts?state=all")["items"]) == 1
    assert desk.get(f"/complaints/{given}")["complaint"]["category"] == "Jalan"
    desk.refused(409, desk.post(f"/conflicts/{one['id']}/resolve", keep="hub"))
    desk.refused(404, desk.post("/conflicts/77/resolve", keep="hub"))
    desk.refused(404, desk.post(f"/conflicts/{10**30}/resolve", keep="hub"))


def test_what_decides_about_a_whole_app_is_for_administrators(desk: Desk) -> None:
    (app,) = desk.live("a")
    for number in range(12):
        app.file(f"Laporan {number}", f"Keluhan nomor {number}")
    desk.ok("sync", "a")
    for ref in list(app.store.rows):
        app.delete(ref)
    desk.clock.advance(86_400)
    desk.run("reconcile", "a")
    (one,) = desk.get("/conflicts")["items"]
    assert one["kind"] == "deletions"
    desk.refused(403, desk.post(f"/conflicts/{one['id']}/resolve", keep="hub"))
    assert desk.post(f"/conflicts/{one['id']}/resolve", Role.ADMIN, keep="hub").status_code == 200


def test_quarantine_is_listed_without_what_the_app_said(desk: Desk) -> None:
    (app,) = desk.live("a")
    app.spoil(app.file("Lampu", "Lampu mati", reporter_identity=NIK))
    desk.run("sync", "a")
    (one,) = desk.get("/quarantine")["items"]
    assert "0000-00-00" in one["problem"] and "raw" not in one and NIK not in str(one)
    assert desk.get("/quarantine?connection=a")["items"] == [one]


def test_health_says_what_status_says(desk: Desk) -> None:
    (app,) = desk.live("a")
    desk.filed(app)
    desk.ok("connections", "pause", "a", "--reason", "pindah")
    told, typed = desk.get("/health"), desk.json("status")
    assert told["ailing"] == [{"name": "a", "trouble": "paused", "reason": typed["ailing"][0]["reason"], "waits": True}]
    assert told["waits"] and not told["well"] and set(told) == set(typed)
    assert {**typed, "at": ""} == {**told, "at": ""}


def test_a_supervisor_is_answered_in_one_word_without_a_login(desk: Desk) -> None:
    assert desk.anybody.get("/health/live").json == {"status": "live"}
    assert desk.anybody.get("/health/ready").json == {"status": "ready"}
    with desk.terminal.hub.store.writing() as sql:
        sql.exec_driver_sql("DROP TABLE alembic_version")
    gone = desk.anybody.get("/health/ready")
    assert gone.status_code == 503 and gone.json == {"status": "not ready", "reason": "migration"}
    assert desk.anybody.get(f"{API}/health").status_code == 401
