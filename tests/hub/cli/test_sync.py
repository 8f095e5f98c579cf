"""`simpul sync`, its dry run, `reconcile` and `recover`."""

from __future__ import annotations

import signal

import pytest

from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour, Versions
from connectors.memory.faults import FaultKind
from contracts.content import Field
from hub.cli.exits import Exit
from hub.words import Phase
from tests.hub.cli.office import NIK, Office, breaks, mends


def test_a_sync_says_in_a_sentence_what_was_read_written_and_put_aside(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    assert "b: 0 dibaca, 1 dibuat, 0 diubah, 0 dikarantina." in office.ok("sync", "b")
    assert "1 changed" in office.ok("sync", "a", "--lang", "en")
    second.spoil("1")
    second.respond("1", "x")
    told = office.fails(Exit.WAITS, "sync", "b")
    assert "1 dikarantina" in told and "1 hal baru menunggu keputusan" in told
    office.ok("sync", "--all")


def test_sync_as_json_is_valid_and_names_its_connections(office: Office) -> None:
    office.live("a")
    (one,) = office.json("sync", "a")
    assert one["after"]["name"] == "a" and one["tally"]["records"] == 0


def test_connections_must_be_named_or_all_asked_for(office: Office) -> None:
    office.fails(Exit.USAGE, "sync")
    office.fails(Exit.USAGE, "sync", "a", "--all")
    office.fails(Exit.NOT_FOUND, "sync", "nowhere")


def test_a_sick_connection_does_not_stop_the_others(office: Office) -> None:
    first, second = office.live("a", "b")
    breaks(first, FaultKind.REFUSE)
    second.file("Lampu", "Lampu mati")
    assert "b: 1 dibaca" in office.fails(Exit.UNREACHABLE, "sync", "--all")


def test_a_connection_at_work_elsewhere_is_busy(office: Office) -> None:
    office.live("a")
    gateway = office.terminal.hub.engine.gateway("a", owner="another.host/1/x")
    gateway.lease(1)
    with office.terminal.hub.store.unit() as unit:
        unit.connection("a").lease_until = office.clock.now().replace(year=2027)
    assert "another session" in office.fails(Exit.BUSY, "sync", "a")


def test_a_dry_run_lists_every_write_and_leaves_nothing_behind(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first, reporter_name="Siti Aminah", reporter_identity=NIK)
    policy = (
        f"- {{name: b, kind: memory, agency: B, settings: {{app: {office.home}/b}}, policy: {{share: [reporter_name, reporter_identity]}}}}"
    )
    office.ok("connections", "apply", office.write("b.yaml", policy), "--yes")
    office.ok("complaints", "assign", complaint, "--agency", "B")
    before = office.everything()
    told = office.ok("sync", "b", "--dry-run")
    (write,) = office.json("sync", "b", "--dry-run")
    assert office.everything() == before and not second.store.rows
    assert "buat" in told and "Terdisposisi" in told and "Lampu mati" in told
    assert write["action"] == "create" and write["values"]["reporter_identity"] == "•••"
    assert "Siti" not in told + str(write) and NIK not in told + str(write)
    office.ok("sync", "b")
    assert second.store.rows["1"].fields[Field.REPORTER_NAME] == "Siti Aminah"


def test_a_dry_run_reads_the_app_and_shows_what_follows_elsewhere(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.ok("sync", "b")
    office.ok("sync", "--all")
    second.respond("1", "Sudah diperbaiki")
    before = office.everything()
    (write,) = office.json("sync", "b", "--dry-run")
    assert (write["connection"], write["action"], write["response"]) == ("a", "change", "Sudah diperbaiki")
    assert office.everything() == before
    assert "Tidak ada yang akan ditulis" in office.ok("sync", "a", "--dry-run")


def test_ctrl_c_ends_a_sync_after_the_step_under_way(office: Office) -> None:
    (app,) = office.live("a")
    app.file("Lampu", "Lampu mati")

    def press(operation: str) -> None:
        if operation == "page":
            signal.raise_signal(signal.SIGINT)

    app.faults, before = press, signal.getsignal(signal.SIGINT)
    assert "Ctrl-C" in office.fails(Exit.INTERRUPTED, "sync", "a")
    mends(app)
    with office.terminal.hub.store.unit() as unit:
        assert unit.connection("a").lease_owner is None
    assert "Lampu" in office.ok("complaints", "list"), "the page under way was taken in"
    assert signal.getsignal(signal.SIGINT) is before
    office.ok("sync", "a")


def test_an_interrupted_sync_gives_its_lease_back_and_a_second_run_goes_on(office: Office) -> None:
    (app,) = office.live("a")
    app.file("Lampu", "Lampu mati")

    def interrupt(operation: str) -> None:
        raise KeyboardInterrupt

    app.faults = interrupt
    assert "jalankan lagi" in office.fails(Exit.INTERRUPTED, "sync", "a")
    with office.terminal.hub.store.unit() as unit:
        assert unit.connection("a").lease_owner is None and unit.connection("a").phase is Phase.LIVE
    mends(app)
    assert "1 dibaca" in office.ok("sync", "a")


def test_reconcile_stamps_what_is_equal_and_lists_what_is_not(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.ok("sync", "--all")
    assert "terverifikasi sama per" in office.ok("reconcile", "b")
    assert office.json("reconcile", "b")["equal"] is True
    breaks(second, FaultKind.REJECT, "apply")
    office.ok("complaints", "answer", complaint, "--text", "Sedang dikerjakan")
    told = office.fails(Exit.WAITS, "reconcile", "b")
    assert "Belum terverifikasi" in told and "refuses this record" in told
    office.fails(Exit.NOT_FOUND, "reconcile", "nowhere")


def test_an_app_that_cannot_be_listed_is_not_reconciled(office: Office) -> None:
    office.add("a", Behaviour(can_list=False))
    assert "cannot list" in office.fails(Exit.REFUSED, "reconcile", "a")


@pytest.fixture
def restored(office: Office) -> MemoryApp:
    """An app that was put back to before the hub filed something there."""
    first = office.add("a")
    second = office.add("b", Behaviour(versions=Versions.RISING))
    for name in ("a", "b"):
        office.ok("connections", "approve", name, "--yes")
    backup = second.snapshot()
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.ok("sync", "b")
    second.restore(backup, detectable=False)
    return second


def test_recover_shows_the_plan_asks_and_files_again_what_the_app_lost(office: Office, restored: MemoryApp) -> None:
    before = office.everything()
    told = office.fails(Exit.WAITS, "recover", "b", typed="n\n")
    assert "1 dibuat lagi" in told and office.everything() == before and not restored.store.rows
    office.ok("recover", "b", "--yes")
    assert len(restored.store.rows) == 1
    office.fails(Exit.NOT_FOUND, "recover", "nowhere", "--yes")
    office.fails(Exit.USAGE, "recover")


def test_a_value_that_went_back_is_written_again(office: Office) -> None:
    (app,) = office.live("a")
    complaint = office.filed(app)
    backup = app.snapshot()
    office.ok("complaints", "assign", complaint, "--agency", "A")
    office.ok("sync", "a")
    app.restore(backup, detectable=False)
    told = office.ok("recover", "a", "--yes")
    assert "1 ditulis lagi" in told
    assert app.store.rows["1"].status == "assigned"


def test_after_the_hub_was_restored_every_connection_recovers(office: Office) -> None:
    office.live("a", "b")
    office.fails(Exit.WAITS, "recover", "--hub", typed="n\n")
    assert "2 koneksi" in office.ok("recover", "--hub", "--yes")
    assert [each["state"] for each in office.json("connections", "list")] == ["recovering", "recovering"]
    office.ok("sync", "--all")
    assert [each["state"] for each in office.json("connections", "list")] == ["running", "running"]


@pytest.fixture
def torn(office: Office) -> tuple[MemoryApp, str]:
    """A hub that was restored while the third app was away: the second is to be written to, the third cannot be read."""
    first, second, third = office.live("a", "b", "c")
    filed = office.filed(first)
    office.ok("sync", "--all")
    office.ok("recover", "--hub", "--yes")
    breaks(third, FaultKind.REFUSE)
    office.run("sync", "c")
    office.ok("complaints", "assign", filed, "--agency", "B")
    return second, filed


def _goes_round(office: Office, *names: str) -> None:
    for name in names * 3:
        office.clock.advance(600)
        office.run("sync", name)


def test_a_restored_hub_writes_nowhere_while_an_app_has_failed_that_nobody_has_paused(office: Office, torn: tuple[MemoryApp, str]) -> None:
    _goes_round(office, "a", "b")
    assert not torn[0].store.rows


@pytest.mark.parametrize("away", [("pause", "c", "--reason", "away"), ("remove", "c", "--yes", "--force")])
def test_an_app_that_is_gone_holds_up_a_restored_hub_until_a_person_says_so(
    office: Office, torn: tuple[MemoryApp, str], away: tuple[str, ...]
) -> None:
    office.ok("connections", *away)
    _goes_round(office, "a", "b")
    assert len(torn[0].store.rows) == 1
