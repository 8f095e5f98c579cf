"""Complaints over the API: lists that lose nothing while they change, the wire form without the reporter, and the acts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.schema import ComplaintSchema
from hub.accounts.roles import Role
from hub.api.paging import cursor_of
from tests.api.desk import API, Desk
from tests.hub.cli.office import NIK

REPORTER = {"reporter_name": "Sekar Contoh", "reporter_phone": "+6281200000001", "reporter_identity": NIK}


def items(desk: Desk, query: str = "") -> list[dict[str, Any]]:
    return list(desk.get(f"/complaints{query}")["items"])


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [str(one["tracking_id"]) for one in found]


def pages(desk: Desk, query: str) -> Iterator[list[str]]:
    cursor = ""
    while True:
        page = desk.get(f"/complaints?{query}{cursor}")
        yield ids(page["items"])
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


def test_complaints_are_listed_by_what_is_asked_for(desk: Desk) -> None:
    first, second = desk.live("a", "b")
    lamp = desk.filed(first, "Lampu", place_code="35.02.17")
    road = desk.filed(second, "Jalan", place_code="34.03", confidential=True)
    desk.ok("complaints", "assign", road, "--agency", "B")
    assert set(ids(items(desk))) == {lamp, road}
    for query, found in {
        "?status=assigned": [road],
        "?status=received": [lamp],
        "?province=35": [lamp],
        "?province=99": [],
        "?origin=b": [road],
        "?holder=B": [road],
        f"?q={road}": [road],
        f"?q={road[:6].lower()}": [road],
        f"?q={road.replace('-', '')[:6]}": [road],
        "?q=-": [],
        "?words=merdeka%20LAMPU": [lamp],
        "?updated_since=2027-01-01T00:00:00Z": [],
        "?updated_since=2026-01-01T07:00:00%2B07:00&origin=a": [lamp],
        "?order=newest&limit=1": [road],
        "?order=oldest&limit=1": [lamp],
    }.items():
        assert ids(items(desk, query)) == found, query
    (one,) = items(desk, "?origin=b")
    assert (one["title"], one["province"], one["confidential"], one["holder"]) == ("Jalan", "34", True, "B")
    assert "a" in desk.refused(404, desk.anybody.get(f"{API}/complaints?origin=c", headers=desk.token(Role.MONITOR)))["advice"]


def test_going_through_the_pages_misses_nothing_while_complaints_change(desk: Desk) -> None:
    (app,) = desk.live("a")
    for number in range(7):
        app.file(f"Laporan {number}", f"Keluhan nomor {number}")
    desk.ok("sync", "a")  # all in one transaction: the same moment
    everything = set(ids(items(desk)))
    assert len(everything) == 7
    for order in ("oldest", "newest"):
        seen: list[str] = []
        changed: set[str] = set()
        for page in pages(desk, f"limit=2&order={order}"):
            seen += page
            if not changed and len(seen) == 4:
                # One that was given already changes, and a new one comes in.
                changed = {seen[0]}
                desk.ok("complaints", "answer", seen[0], "--text", "Dicatat")
                app.file("Baru", f"Datang di tengah {order}")
                desk.ok("sync", "a")
        assert everything <= set(seen)
        twice = {one for one in seen if seen.count(one) > 1}
        assert twice == (changed if order == "oldest" else set())


def test_one_complaint_is_in_the_wire_form_and_without_its_reporter(desk: Desk) -> None:
    (app,) = desk.live("a")
    given = desk.filed(app, place_code="35.02", category="Lampu", tags=["malam"], **REPORTER)
    desk.ok("complaints", "assign", given, "--agency", "A", "--unit", "Bidang 2")
    desk.ok("complaints", "answer", given, "--text", "Sedang dilihat", "--internal")
    one = desk.get(f"/complaints/{given}")
    loaded = ComplaintSchema().load(one["complaint"])
    assert loaded.title == "Lampu mati" and loaded.holder.unit == "Bidang 2" and not loaded.extra and loaded.reporter is None
    assert [(said.text, said.visibility.value) for said in loaded.responses] == [("Sedang dilihat", "internal")]
    assert (one["tracking_id"], one["origin"], one["erased"]) == (given, "a", False)
    assert [(record["connection"], record["state"], record["ref"]) for record in one["records"]] == [("a", "linked", "1")]
    assert desk.get(f"/complaints/{one['id']}") == one == desk.get(f"/complaints/{given.replace('-', '').lower()}")


def test_nobody_is_told_who_filed_a_complaint(desk: Desk) -> None:
    (app,) = desk.live("a")
    given = desk.filed(app, **REPORTER)
    app.edit("1", next(name for name in app.store.rows["1"].fields if name.value == "reporter_name"), "Sekar Lain")
    desk.run("sync", "a")
    asked = ("/complaints", f"/complaints/{given}", f"/complaints/{given}/timeline", "/conflicts?state=all", "/deliveries", "/quarantine")
    for address in (*asked, "/connections", "/connections/a", "/health"):
        told = str(desk.get(address, Role.ADMIN))
        assert not any(secret in told for secret in (*REPORTER.values(), "Sekar")), address


def test_the_story_says_who_and_when(desk: Desk) -> None:
    (app,) = desk.live("a")
    given = desk.filed(app, **REPORTER)
    assert desk.post(f"/complaints/{given}/assign", agency="A").status_code == 200
    told = desk.get(f"/complaints/{given}/timeline")
    assert told["tracking_id"] == given and told["events"][0]["connection"] == "a"
    assert {(event["actor"], event["new"]) for event in told["events"] if event["field"] == "status"} >= {("koko", "assigned")}
    assert {event["new"] for event in told["events"] if str(event["field"]).startswith("reporter")} <= {"•••"}


def test_a_coordinator_does_what_the_command_line_does_in_their_own_name(desk: Desk) -> None:
    first, second = desk.live("a", "b")
    given = desk.filed(first)
    one = desk.post(f"/complaints/{given}/assign", agency="B", unit="Bidang 1").json
    assert one and one["complaint"]["holder"] == {"agency": "B", "unit": "Bidang 1"}
    desk.ok("sync", "b")
    assert len(second.store.rows) == 1
    assert desk.post(f"/complaints/{given}/return", reason="bukan wewenang").status_code == 200
    assert desk.status(given) == "returned"
    desk.post(f"/complaints/{given}/assign", agency="A")
    told = desk.post(f"/complaints/{given}/answer", text="Sudah menyala", status="answered").json
    assert told and told["complaint"]["status"] == "answered"
    assert told["complaint"]["responses"][0] | {"written_at": ""} == {
        "text": "Sudah menyala",
        "visibility": "public",
        "author": "koko",
        "written_at": "",
    }
    assert desk.post(f"/complaints/{given}/close").status_code == 200
    assert desk.status(given) == "closed"


def test_a_person_does_it_with_the_cookie(desk: Desk) -> None:
    (app,) = desk.live("a")
    given = desk.filed(app)
    client = desk.person(Role.COORDINATOR)
    with client.session_transaction() as session:
        header = {"X-CSRF-Token": session["csrf"]}
    assert client.post(f"{API}/complaints/{given}/assign", json={"agency": "A"}, headers=header).status_code == 200


def test_what_the_rules_do_not_allow_is_refused_and_changes_nothing(desk: Desk) -> None:
    (app,) = desk.live("a")
    given = desk.filed(app)
    before = desk.everything()
    header = desk.token(Role.COORDINATOR)
    told = desk.refused(409, desk.anybody.post(f"{API}/complaints/{given}/close", json={}, headers=header))
    assert "Selesai" in told["detail"] and "Allowed now" in told["advice"]
    wrong = desk.anybody.post(f"{API}/complaints/{given}/assign", json={"agency": "AA"}, headers=header)
    assert "Did you mean A?" in desk.refused(404, wrong)["advice"]
    for where in ("ABCD-EFGH-JKLM", "01890000-0000-7000-8000-000000000000", "x", "%00", "..%2f", "é"):
        desk.refused(404, desk.anybody.get(f"{API}/complaints/{where}", headers=header))
    assert [table for table in desk.everything() if table[0] != "api_tokens"] == [table for table in before if table[0] != "api_tokens"]


def test_a_cursor_that_is_none_of_this_list_is_refused(desk: Desk) -> None:
    desk.live("a")
    header = desk.token(Role.MONITOR)
    other = cursor_of("newest", "2026-01-01T00:00:00Z", "x")
    odd = [cursor_of("oldest", "x", "y"), cursor_of("oldest", "9999-99-99", "y"), cursor_of("oldest", 1, "y"), cursor_of("oldest")]
    for cursor in ("", "x", "W10", "é", "=", "bnVsbA", "%00", other, *odd):
        answer = desk.anybody.get(f"{API}/complaints?cursor={cursor}", headers=header)
        assert list(desk.refused(422, answer)["errors"]) == ["cursor"], cursor
    for where in ("connections", "conflicts"):
        answer = desk.anybody.get(f"{API}/{where}?cursor={cursor_of(7, 'x')}", headers=header)
        assert list(desk.refused(422, answer)["errors"]) == ["cursor"]
