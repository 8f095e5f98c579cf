"""`simpul status`: ten lines, and an exit code that a script can watch."""

from __future__ import annotations

from datetime import timedelta

from connectors.memory.faults import FaultKind
from hub.cli.exits import Exit
from tests.hub.cli.office import Office, breaks, mends


def lines(office: Office, code: Exit) -> list[str]:
    told = office.fails(code, "status", "--lang", "en").splitlines()
    assert len(told) == 10 and all(line.endswith(".") for line in told)
    return told


def trouble(office: Office) -> list[tuple[str, str]]:
    return [(one["name"], one["trouble"]) for one in office.json("status")["ailing"]]


def test_an_empty_hub_is_well(office: Office) -> None:
    assert lines(office, Exit.OK)[-1] == "All is well."
    assert "Semua baik." in office.ok("status")


def test_complaints_are_counted_by_who_they_wait_for_and_by_the_day_they_came_in(office: Office) -> None:
    (app,) = office.live("a")
    first = office.filed(app)
    office.filed(app, "Jalan")
    office.ok("complaints", "assign", first, "--agency", "A")
    office.ok("reconcile", "a")
    office.ok("sync", "a")
    told = lines(office, Exit.OK)
    assert told[1] == "2 complaints: 1 with the coordinator, 1 with an agency, 0 answered, 0 closed or archived."
    assert told[2] == "2 complaints came in today, 2 within 7 days."
    assert told[3] == "1 connections: 1 live, 0 paused, 0 failing, 0 silent."
    assert told[8].startswith("Every connection is verified equal as of")
    office.clock.advance(timedelta(days=3))
    found = office.json("status")
    assert (found["today"], found["week"]) == (0, 2)
    office.clock.advance(timedelta(days=4))
    assert office.json("status")["week"] == 0


def test_a_paused_a_failing_and_a_silent_connection_are_named_with_the_reason(office: Office) -> None:
    one, two, three = office.live("a", "b", "c")
    for name in ("a", "b", "c"):
        office.ok("sync", name)
    office.ok("connections", "pause", "a", "--reason", "server pindah")
    breaks(two, FaultKind.REFUSE)
    office.run("sync", "b")
    told = lines(office, Exit.WAITS)
    assert "server pindah" in told[4] and "b failing" in told[4] and "connections list" in told[9]
    office.clock.advance(301)
    assert trouble(office) == [("b", "failing"), ("c", "silent"), ("a", "paused")]  # the worst first
    office.ok("connections", "resume", "a")
    office.ok("sync", "a", "c")
    assert trouble(office) == [("b", "failing")]
    assert lines(office, Exit.UNREACHABLE)[9] == "What fails is tried again by itself."
    mends(two)
    office.clock.advance(3600)
    office.ok("sync", "--all")
    assert trouble(office) == []


def test_a_connection_is_silent_by_its_own_interval(office: Office) -> None:
    office.live("a")
    office.ok("sync", "a")
    settings = f"- {{name: a, kind: memory, agency: A, settings: {{app: {office.home}/a}}, policy: {{interval: 3600}}}}"
    office.ok("connections", "apply", office.write("a.yaml", settings), "--yes")
    office.clock.advance(4 * 3600)
    assert trouble(office) == []
    office.clock.advance(3600)
    assert trouble(office) == [("a", "silent")]


def test_what_waits_for_a_person_is_counted_and_the_command_for_it_is_named(office: Office) -> None:
    first, second = office.live("a", "b")
    given = office.filed(first)
    breaks(second, FaultKind.REJECT, "create")
    office.ok("complaints", "assign", given, "--agency", "B")
    first.spoil(first.file("Jalan", "Jalan rusak"))
    assert office.json("status")["waiting"] >= 1 and office.json("status")["oldest_due"]
    office.run("sync", "--all")
    told = lines(office, Exit.WAITS)
    assert told[6] == "1 deliveries are parked." and told[7] == "0 conflicts and 1 quarantined records wait for a person."
    assert "deliveries list" in told[9] and "quarantine list" in told[9] and "conflicts list" not in told[9]


def test_a_connection_that_was_stopped_by_its_failure_waits_for_a_person(office: Office) -> None:
    (app,) = office.live("a")
    breaks(app, FaultKind.STOP)
    office.run("sync", "a")
    (one,) = office.json("status")["ailing"]
    assert (one["trouble"], one["waits"]) == ("failing", True) and one["reason"]
    assert "connections list" in lines(office, Exit.WAITS)[9]
