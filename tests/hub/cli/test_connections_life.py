"""`simpul connections pause | resume | reset | remove | approve`, and `simpul checkpoint`."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from connectors.memory.faults import FaultKind
from contracts.content import Field
from hub.cli.exits import Exit
from hub.store import tables
from tests.hub.cli.office import Office, breaks, mends

pytestmark = pytest.mark.long


def state(office: Office, name: str) -> tuple[str, str | None]:
    one = next(each for each in office.json("connections", "list") if each["name"] == name)
    return one["state"], one["detail"]


def test_a_paused_connection_reads_nothing_and_says_who_and_why(office: Office) -> None:
    (app,) = office.live("dinas")
    office.ok("connections", "pause", "dinas", "--reason", "pemeliharaan", "--as", "sari")
    assert state(office, "dinas") == ("paused", "sari: pemeliharaan")
    app.file("Lampu", "Lampu mati")
    assert "Dijeda oleh sari" in office.fails(Exit.WAITS, "sync", "dinas")
    assert office.json("complaints", "list") == []
    office.ok("connections", "resume", "dinas")
    office.ok("sync", "dinas")
    assert state(office, "dinas")[0] == "running"
    assert len(office.json("complaints", "list")) == 1
    office.fails(Exit.USAGE, "connections", "pause", "dinas")
    office.fails(Exit.NOT_FOUND, "connections", "resume", "dina")


def test_one_direction_can_be_paused(office: Office) -> None:
    (app,) = office.live("dinas")
    office.ok("connections", "pause", "dinas", "--push", "--reason", "uji")
    app.file("Lampu", "Lampu mati")
    office.run("sync", "dinas")
    assert len(office.json("complaints", "list")) == 1


def test_an_app_that_refuses_us_is_a_configuration_error_until_it_is_resumed(office: Office) -> None:
    (app,) = office.live("dinas")
    breaks(app, FaultKind.STOP)
    office.fails(Exit.WAITS, "sync", "dinas")
    assert state(office, "dinas")[0] == "configuration_error"
    mends(app)
    office.ok("connections", "resume", "dinas")
    office.ok("sync", "dinas")


def test_why_a_connection_stopped_is_said_once_in_a_sync(office: Office) -> None:
    (app,) = office.live("dinas")
    breaks(app, FaultKind.STOP)
    told = office.fails(Exit.WAITS, "sync", "dinas")
    why = str(state(office, "dinas")[1])
    assert told.count(why) == 1 and f"Galat konfigurasi: {why}" in told and ".." not in told


def test_after_a_resume_what_had_failed_is_sent_at_once(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    breaks(second, FaultKind.STOP, "create")
    for _ in range(4):
        office.fails(Exit.WAITS, "sync", "b")
        office.ok("connections", "resume", "b")
    mends(second)
    office.ok("sync", "b")
    assert len(second.store.rows) == 1


def test_a_question_is_answered_in_either_language(office: Office) -> None:
    office.add("dinas")
    for typed in ("t\n", "tidak\n", "apa?\n", "\n", ""):
        office.fails(Exit.WAITS, "connections", "approve", "dinas", typed=typed)
    assert "[y/T]" in office.ok("connections", "approve", "dinas", typed="Ya\n")


def test_a_silent_app_is_backed_off(office: Office) -> None:
    (app,) = office.live("dinas")
    breaks(app, FaultKind.REFUSE)
    told = [office.fails(Exit.UNREACHABLE, "sync", "dinas") for _ in range(3)]
    assert "Menunggu sampai" not in told[0] and "Menunggu sampai" in told[-1]


def test_reset_and_rewind_need_a_pause_and_read_again(office: Office) -> None:
    (app,) = office.live("dinas")
    for title in ("satu", "dua"):
        office.filed(app, title)
    first, *_ = reversed(office.json("checkpoint", "show", "dinas"))
    assert "Kursor" in office.ok("checkpoint", "show", "dinas")
    assert "Pause it first" in office.fails(Exit.REFUSED, "connections", "reset", "dinas")
    office.fails(Exit.REFUSED, "checkpoint", "rewind", "dinas", "--to", str(first["id"]))
    office.ok("connections", "pause", "dinas", "--pull", "--reason", "uji")
    office.ok("checkpoint", "rewind", "dinas", "--to", str(first["id"]))
    assert next(each for each in office.json("checkpoint", "show", "dinas") if each["current"])["id"] == first["id"]
    office.fails(Exit.NOT_FOUND, "checkpoint", "rewind", "dinas", "--to", "999")
    office.ok("connections", "reset", "dinas")
    assert office.json("connections", "show", "dinas")["cursor"] is None
    office.ok("connections", "resume", "dinas")
    office.ok("sync", "dinas")
    assert len(office.json("complaints", "list")) == 2
    office.fails(Exit.NOT_FOUND, "checkpoint", "show", "dina")


def test_removing_keeps_complaints_and_ledger_and_frees_the_name(office: Office) -> None:
    (app,) = office.live("dinas")
    complaint = office.filed(app)
    assert "linked to 1 complaints" in office.fails(Exit.REFUSED, "connections", "remove", "dinas", "--yes")
    office.fails(Exit.WAITS, "connections", "remove", "dinas", "--force", typed="n\n")
    ledger = office.json("complaints", "show", complaint)["events"]
    office.ok("connections", "remove", "dinas", "--force", "--yes")
    assert office.json("connections", "list") == []
    assert office.json("complaints", "show", complaint)["events"][0]["kind"] == ledger[0]["kind"] == "filed"
    assert app.store.rows["1"].status == "received"
    office.fails(Exit.NOT_FOUND, "sync", "dinas")
    office.add("dinas")
    office.ok("sync", "--all")
    with office.terminal.hub.store.reading() as sql:
        assert len(sql.execute(select(tables.connections)).all()) == 2


def test_a_connection_nothing_is_linked_to_is_removed_without_force(office: Office) -> None:
    office.add("dinas")
    office.ok("connections", "remove", "dinas", typed="y\n")
    assert office.json("agencies", "list")[0]["connection"] is None
    office.fails(Exit.NOT_FOUND, "connections", "remove", "dinas", "--yes")


def test_approving_shows_what_would_be_written_and_asks(office: Office) -> None:
    (first,) = office.live("a")
    second = office.add("b")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    told = office.fails(Exit.WAITS, "connections", "approve", "b", typed="n\n")
    assert "buat" in told and "Lampu mati" in told and "Tidak ada yang diubah." in told
    assert state(office, "b")[0] == "initialising" and not second.store.rows
    office.fails(Exit.WAITS, "connections", "approve", "b", typed="")
    office.ok("connections", "approve", "b", "--yes")
    assert not second.store.rows
    office.ok("sync", "b")
    assert len(second.store.rows) == 1
    assert "live already" in office.fails(Exit.REFUSED, "connections", "approve", "b", "--yes")


def test_what_was_filed_after_the_chosen_day_is_pushed_and_what_was_before_is_only_counted(office: Office) -> None:
    (reached,) = office.live("b")
    app = office.add("a")
    app.file("Lama", "Laporan lama sekali")
    office.clock.advance(3 * 86_400)
    app.file("Baru", "Laporan baru saja")
    office.ok("sync", "a")
    policy = office.write(
        "b.yaml", f"- {{name: b, kind: memory, agency: B, settings: {{app: {office.home}/b}}, policy: {{classes: [complaint]}}}}"
    )
    office.ok("connections", "apply", policy, "--yes")
    with office.terminal.hub.store.writing() as sql:
        for row in sql.execute(select(tables.complaints)).all():
            sql.execute(
                tables.complaints.update()
                .where(tables.complaints.c.id == row.id)
                .values(content={**row.content, "classification": "complaint"})
            )
    told = office.ok("connections", "approve", "a", "--live-from", "2026-11-03", "--yes")
    assert "Baru" in told and "Lama" not in told
    office.ok("sync", "b")
    assert [row.fields[Field.TITLE] for row in reached.store.rows.values()] == ["Baru"]
    office.fails(Exit.USAGE, "connections", "approve", "a", "--live-from", "kemarin")
