"""The log tells every change in order and by name, and no content; history is no news."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.memory.app import MemoryApp
from contracts.events import Change, Kind
from hub.cli.exits import Exit
from hub.events.log import Log
from tests.hub.cli.office import NIK, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.terminal.close()
    MemoryApp.forget()


def told(office: Office) -> list[Change]:
    """Everything the log says."""
    log = Log(office.terminal.hub.store)
    return [change for _, changes in log.spans(0, log.settled()) for change in changes]


def test_a_complaint_s_life_is_told_in_order_by_the_names_of_what_changed_and_nothing_else(office: Office) -> None:
    kota, _ = office.live("kota", "dinas")
    tracking = office.filed(kota, "Lampu mati", reporter_name="Ratna Wulandari", reporter_identity=NIK, place_code="35.02.17")
    office.ok("complaints", "assign", tracking, "--agency", "DINAS", "--as", "ani")
    office.ok("sync", "dinas")
    office.ok("complaints", "answer", tracking, "--text", "Sudah kami perbaiki semalam", "--as", "budi")
    changes = told(office)
    assert [str(change.kind) for change in changes] == ["filed", "assigned", "status", "delivered", "responded"]
    assert [change.sequence for change in changes] == sorted(change.sequence for change in changes)
    assert {change.region for change in changes} == {"3502"}
    assert [change.connection for change in changes] == ["kota", None, None, "dinas", None]
    assert "reporter_name" in changes[0].fields
    assert [change.fields for change in changes[1:]] == [("holder",), ("status",), (), ("responses",)]
    said = office.ok("events", "replay", "--from", "1")
    assert [int(json.loads(line)["sequence"]) for line in said.splitlines()] == [change.sequence for change in changes]
    for secret in ("Ratna", NIK, "Lampu", "perbaiki", "ani", "budi", tracking):
        assert secret not in said


def test_history_is_not_told_until_it_becomes_news(office: Office) -> None:
    kota = office.add("kota")
    tracking = office.filed(kota)
    assert told(office) == []
    office.ok("connections", "approve", "kota", "--yes")
    office.live("dinas")
    assert told(office) == []
    office.ok("complaints", "assign", tracking, "--agency", "DINAS", "--as", "ani")
    assert {change.kind for change in told(office)} >= {Kind.ASSIGNED}


def test_a_replay_is_cut_where_it_is_asked_to_be(office: Office) -> None:
    (kota,) = office.live("kota")
    for title in ("Lampu", "Jalan", "Parit"):
        office.filed(kota, title)
    first, second, third = told(office)
    said = office.ok("events", "replay", "--from", str(second.sequence), "--to", str(second.sequence)).splitlines()
    assert [json.loads(line)["id"] for line in said] == [second.id]
    assert len(office.ok("events", "replay", "--from", str(second.sequence)).splitlines()) == 2
    assert office.ok("events", "replay", "--from", str(third.sequence + 1)) == ""
    assert "SIMPUL_BROKER" in office.fails(Exit.CONFIGURATION, "events", "replay", "--from", "1", "--publish")
    assert first.id != third.id


def test_a_tail_that_begins_while_something_is_being_written_does_not_show_what_was_there_before(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    (app,) = office.live("a")
    office.filed(app)
    looks: list[int] = []

    def look(_: float) -> None:
        looks.append(len(looks))
        if len(looks) == 2:
            app.file("Lampu mati", "Lampu mati di jalan merdeka")
            office.ok("sync", "a")
        if len(looks) == 4:
            raise KeyboardInterrupt

    real = Log.settled
    monkeypatch.setattr("hub.cli.events.time.sleep", look)
    monkeypatch.setattr(Log, "settled", lambda log: real(log) if looks else 0)
    shown = [json.loads(line) for line in office.run("events", "tail").output.splitlines() if line.startswith("{")]
    assert [event["type"].rpartition(".")[2] for event in shown] == ["filed"]
