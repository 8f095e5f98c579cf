"""`simpul backup` and `restore`: one file, checked before anything is lost, after which every app is heard before any is told."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from connectors.memory.app import MemoryApp
from connectors.memory.faults import Fault
from contracts.content import Field
from hub.cli import transfer
from hub.cli.exits import Exit
from hub.keys import KeyRing
from hub.operations.entering import by_token
from tests.hub.cli import withdrawing
from tests.hub.cli.limits import limited
from tests.hub.cli.office import NIK, Office


def again(office: Office, **environ: str) -> Office:
    """The same hub in a process that starts anew; the one before has ended."""
    office.terminal.close()
    anew = Office(office.home)
    anew.environ.update({**office.environ, **environ})
    anew.clock = office.clock
    anew.terminal.clock = office.clock
    return anew


def back_up(office: Office, name: str = "b.zip", *options: str) -> Path:
    path = office.home / name
    office.ok("backup", str(path), *options)
    return path


def said_by(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as file:
        manifest: dict[str, Any] = json.loads(file.read("manifest.json"))
        return manifest


def rewritten(path: Path, name: str, change: Any) -> Path:
    """A copy of a backup in which one part is another."""
    copy = path.with_name("other.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, change(old.read(entry)) if entry == name else old.read(entry))
    return copy


def watched(apps: tuple[MemoryApp, ...]) -> list[tuple[str, str]]:
    """Note every call to the apps, in order."""
    calls: list[tuple[str, str]] = []

    def noted(app: MemoryApp) -> None:
        def note(operation: str) -> Fault | None:
            calls.append((app.name, operation))
            return None

        app.faults = note

    for app in apps:
        noted(app)
    return calls


def test_after_a_restore_every_connection_is_read_before_any_is_written_to(office: Office) -> None:
    first, second = apps = office.live("a", "b")
    known = office.filed(first, "Lampu mati")
    path = back_up(office)
    office.ok("complaints", "assign", known, "--agency", "B")
    office.ok("sync", "b")
    office.filed(first, "Jalan rusak")
    second.set_status("1", "in_progress")
    office.ok("sync", "--all")
    office = again(office)
    assert "2 koneksi" in office.ok("restore", str(path), "--replace", "--yes")
    calls = watched(apps)
    office.ok("sync", "a")
    assert {operation for _, operation in calls} & {"create", "apply"} == set()
    for _ in range(3):
        office.run("sync", "--all")
    wrote = next((place for place, (_, operation) in enumerate(calls) if operation in ("create", "apply")), len(calls))
    assert {name for name, operation in calls[:wrote] if operation == "page"} == {app.name for app in apps}
    assert [row.fields[Field.TITLE] for row in second.store.rows.values()] == ["Lampu mati"]
    assert sorted(str(row.fields[Field.TITLE]) for row in first.store.rows.values()) == ["Jalan rusak", "Lampu mati"]
    assert office.status(known) == "in_progress" and len(office.json("complaints", "list")) == 2


def test_the_file_is_its_owner_s_alone_and_holds_no_key(office: Office) -> None:
    office.live("a")
    office.filed(office.app("a"), reporter_identity=NIK)
    path = back_up(office)
    ring = office.terminal.hub.keys
    with zipfile.ZipFile(path) as file:
        everything = b"".join(file.read(name) for name in file.namelist())
        assert file.namelist() == ["hub.db", "manifest.json"]
    assert path.stat().st_mode & 0o077 == 0
    assert not any(key in everything or key.hex().encode() in everything for key in (*ring.sealing.values(), ring.digesting, ring.signing))
    said = said_by(path)
    assert said["facts"]["sealed_with"] == [key_id.hex() for key_id in ring.sealing] and said["facts"]["complaints"] == 1
    assert said["made_at"].endswith("Z") and said["database"] == "sqlite" and said["facts"]["head"][0] >= 1
    assert NIK.encode() not in everything


def test_into_a_folder_it_gets_a_name_of_the_moment_and_nothing_is_overwritten(office: Office) -> None:
    told = office.json("backup", str(office.home))
    assert Path(told["path"]).name == "simpul-20261101-000101Z.zip" and os.path.getsize(told["path"]) == told["size"]
    assert "is there already" in office.fails(Exit.REFUSED, "backup", told["path"])
    assert not [name for name in os.listdir(office.home) if name.startswith(".")]


def test_a_database_that_holds_something_is_only_replaced_when_asked_for(office: Office) -> None:
    office.live("a")
    path = back_up(office)
    office.add("b")
    office = again(office)
    assert "--replace" in office.fails(Exit.REFUSED, "restore", str(path))
    assert "Tidak ada yang diubah" in office.fails(Exit.WAITS, "restore", str(path), "--replace", typed="t\n")
    assert len(office.json("connections", "list")) == 2
    office = again(office)
    office.ok("restore", str(path), "--replace", typed="ya\n")
    assert [one["name"] for one in office.json("connections", "list")] == ["a"]


def test_an_open_database_is_not_replaced(office: Office) -> None:
    path = back_up(office)
    office.everything()  # whose connection stays open, as that of any process that serves
    assert "in use" in office.fails(Exit.REFUSED, "restore", str(path), "--replace", "--yes")
    office.ok("agencies", "list")


def test_a_lost_machine_is_put_back_with_the_keys_that_were_kept_apart(office: Office) -> None:
    (app,) = office.live("a")
    complaint = office.filed(app, reporter_identity=NIK)
    path = back_up(office)
    office = again(office, SIMPUL_HOME=str(office.home / "new"))
    assert "holds no keys" in office.fails(Exit.CONFIGURATION, "restore", str(path))
    KeyRing.create(office.home / "new" / "keys.json")
    assert "lacks keys" in office.fails(Exit.REFUSED, "restore", str(path))
    (office.home / "new" / "keys.json").write_bytes((office.home / "hub" / "keys.json").read_bytes())
    office.ok("restore", str(path))
    assert office.status(complaint) == "received"


def test_keys_travel_along_only_when_asked_for_and_with_a_warning(office: Office) -> None:
    (app,) = office.live("a")
    office.filed(app, reporter_identity=NIK)
    path = office.home / "k.zip"
    assert "Peringatan" in office.ok("backup", str(path), "--with-keys")
    office = again(office, SIMPUL_HOME=str(office.home / "new"))
    office.ok("restore", str(path))
    old, new = (office.home / folder / "keys.json" for folder in ("hub", "new"))
    assert new.read_bytes() == old.read_bytes() and new.stat().st_mode & 0o077 == 0


def test_the_same_key_ids_do_not_make_it_the_same_ring(office: Office) -> None:
    path = back_up(office)
    strange = office.home / "strange.json"
    KeyRing.create(strange)
    office = again(office, SIMPUL_KEYS=str(strange), SIMPUL_DATABASE=f"sqlite:///{office.home / 'x.db'}")
    assert "not the one of this backup" in office.fails(Exit.REFUSED, "restore", str(path))


def test_a_key_that_is_not_in_the_ring_any_more_is_told_when_the_backup_is_made(office: Office) -> None:
    (app,) = office.live("a")
    office.filed(app, reporter_identity=NIK)
    keys = Path(office.home / "hub" / "keys.json")
    content = json.loads(keys.read_text())
    KeyRing.load(keys).rotate(keys)
    rotated = json.loads(keys.read_text())
    keys.write_text(json.dumps({**rotated, "sealing": rotated["sealing"][1:]}))
    path = office.home / "b.zip"
    assert content["sealing"][0]["id"] in office.fails(Exit.WAITS, "backup", str(path))
    office = again(office)
    assert "lacks keys" in office.fails(Exit.REFUSED, "restore", str(path), "--replace", "--yes")
    keys.write_text(json.dumps(rotated))
    office.ok("restore", str(path), "--replace", "--yes")


def test_a_backup_that_was_altered_cut_or_is_none_is_refused_and_nothing_changes(office: Office) -> None:
    path = back_up(office)
    office = again(office)
    before = (office.home / "hub" / "hub.db").read_bytes()
    cut = office.write("cut.zip", "")
    Path(cut).write_bytes(path.read_bytes()[:-100])
    altered = rewritten(path, "hub.db", lambda data: data[:-1] + b"!")
    for file in (cut, altered, office.write("note.txt", "Lampu mati"), office.home / "nowhere.zip"):
        office.fails(Exit.REFUSED, "restore", str(file), "--replace", "--yes")
    for number, told in ((1, "Make a new one"), (3, "the release that made it")):
        other = rewritten(path, "manifest.json", lambda _, number=number: json.dumps(said_by(path) | {"format": number}).encode())
        assert told in office.fails(Exit.REFUSED, "restore", str(other), "--replace", "--yes")
    assert (office.home / "hub" / "hub.db").read_bytes() == before


def test_a_backup_that_was_altered_with_care_but_without_the_keys_is_refused(office: Office) -> None:
    path = back_up(office)
    office = again(office)
    before = (office.home / "hub" / "hub.db").read_bytes()
    database = office.home / "forged.db"
    with zipfile.ZipFile(path) as file:
        database.write_bytes(file.read("hub.db"))
    with closing(sqlite3.connect(database)) as sql:
        row = "'penyusup', 'x', 'x', 'admin', 0, 0, '2026-11-01 00:00:00'"
        sql.execute(f"INSERT INTO accounts (name, hash, stamp, role, disabled, failures, created_at) VALUES ({row})")
        sql.commit()
    data, said = database.read_bytes(), said_by(path)
    part = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    other = {name: said[name] for name in ("made_at", "release")} | {"made_at": "2026-10-31T00:00:00Z"}
    for change in ({"parts": {"hub.db": part}}, {"parts": {**said["parts"], "keys.json": part}}, other, {"whole": ""}):
        forged = office.home / "forged.zip"
        with zipfile.ZipFile(forged, "w") as new:
            new.writestr("hub.db", data if change.get("parts") == {"hub.db": part} else zipfile.ZipFile(path).read("hub.db"))
            new.writestr("keys.json", data)
            new.writestr("manifest.json", json.dumps(said | change))
        assert "was altered" in office.fails(Exit.REFUSED, "restore", str(forged), "--replace", "--yes")
    assert (office.home / "hub" / "hub.db").read_bytes() == before


def test_a_backup_of_a_newer_release_or_another_kind_of_database_is_refused(office: Office) -> None:
    path = back_up(office)
    office = again(office)
    said = said_by(path)
    for change, word in (({"facts": {**said["facts"], "migration": "9999"}}, "newer release"), ({"database": "postgresql"}, "sqlite")):
        other = rewritten(path, "manifest.json", lambda _, change=change: json.dumps(said | change).encode())
        assert word in office.fails(Exit.REFUSED, "restore", str(other), "--replace", "--yes")


def test_what_was_erased_after_the_backup_is_named_and_its_tombstone_kept(office: Office) -> None:
    (app,) = office.live("a")
    kept = office.filed(app, "Lampu mati")
    path = back_up(office)
    gone = office.filed(app, "Jalan rusak")
    for complaint in (kept, gone):
        office.ok("complaints", "erase", complaint, "--yes")
    old = app.snapshot()
    office.ok("sync", "a")
    app.restore(old)
    office = again(office)
    told = office.fails(Exit.WAITS, "restore", str(path), "--replace", "--yes")
    assert kept in told and gone in told
    office.run("sync", "a")
    assert [one["tracking_id"] for one in office.json("complaints", "list")] == [kept]


def test_what_was_withdrawn_after_the_backup_stays_so_or_is_named(office: Office) -> None:
    was = withdrawing.before(office)
    path = back_up(office)
    withdrawing.withdraw(office)
    withdrawing.stays(again(office), was, str(path))


def test_without_the_old_database_all_that_counts_again_is_named(office: Office) -> None:
    was = withdrawing.before(office)
    path = back_up(office)
    withdrawing.withdraw(office)
    office = again(office, SIMPUL_HOME=str(office.home / "new"), SIMPUL_KEYS=str(office.home / "hub" / "keys.json"))
    told = office.ok("restore", str(path), "--lang", "en")
    named = [line.split()[-1].strip("()") for line in told.splitlines() if line.startswith("  ")]
    assert named == ["ada/bocor", "ada/peta", "budi/lama", "ada", "budi", "citra", "a", "a", "b", "c"]
    assert "withdraw again what must not count" in told and by_token(office.terminal.hub, was.revoked)


def test_in_a_log_it_says_now_and_then_how_far_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "_EVERY", 0.0)
    office.live("a")
    path = office.home / "b.zip"
    assert "Menyalin basis data: 100 %" in office.run("backup", str(path)).stderr
    office = again(office)
    told = office.run("restore", str(path), "--replace", "--yes", "--lang", "en").stderr
    assert "Checking the backup: 100 %" in told and "Loading: 100 %" in told


def test_a_running_process_is_asked_whether_it_is_well(office: Office) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}/health/ready"

        def answer(status: str) -> None:
            with closing(door.accept()[0]) as caller:
                caller.recv(1000)
                caller.sendall(f"HTTP/1.0 {status}\r\n\r\ndatabase".encode())

        for status, code, told in (("200 OK", Exit.OK, ""), ("503 Not ready", Exit.WAITS, "Tidak sehat: database")):
            thread = Thread(target=answer, args=(status,))
            thread.start()
            assert told in office.fails(code, "health", address)
            thread.join()
    assert "Not well: Connection refused" in office.fails(Exit.WAITS, "health", address, "--lang", "en")
    office.fails(Exit.USAGE, "health", "file:///etc/hostname")


def test_a_hub_that_is_not_there_cannot_be_backed_up(office: Office) -> None:
    office = again(office, SIMPUL_DATABASE=f"sqlite:///{office.home / 'no.db'}")
    assert "no hub's database" in office.fails(Exit.REFUSED, "backup", str(office.home / "b.zip"))
    assert not (office.home / "no.db").exists() and not (office.home / "b.zip").exists()


@pytest.mark.long
def test_a_full_disk_leaves_neither_half_a_backup_nor_half_a_hub(office: Office) -> None:
    office.live("a")
    path = back_up(office)
    before = office.everything()
    office = again(office)
    for most in (0, 5_000, 50_000, 150_000):
        ended = limited(office, most, "backup", str(office.home / "full.zip"))
        assert ended.returncode == Exit.WAITS and "Traceback" not in ended.stderr, ended.stderr
        ended = limited(office, most, "restore", str(path), "--replace", "--yes")
        assert ended.returncode in (Exit.WAITS, Exit.UNREACHABLE) and "Traceback" not in ended.stderr, ended.stderr
        assert office.everything() == before
        office = again(office)
    assert not [name for folder in (office.home, office.home / "hub") for name in os.listdir(folder) if "full" in name or name[0] == "."]


def test_a_damaged_database_is_replaced_and_stays_beside(office: Office) -> None:
    office.live("a")
    path = back_up(office)
    database = office.home / "hub" / "hub.db"
    office = again(office)
    database.write_bytes(b"not a database at all" * 1_000)
    office.fails(Exit.REFUSED, "restore", str(path))
    assert "tidak dikenal" in office.ok("restore", str(path), "--replace", "--yes")
    assert [one["name"] for one in office.json("connections", "list")] == ["a"]
    assert database.with_name("hub.db.damaged").read_bytes().startswith(b"not a database")
