"""The commands on the database of production."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.memory.app import MemoryApp
from connectors.memory.faults import FaultKind
from hub.cli.exits import Exit
from hub.clock import SystemClock
from hub.store.store import Store
from tests.hub.cli.office import Office, breaks, mends


def revision(database: str) -> str:
    store = Store(database, SystemClock().now)
    with store.reading() as sql:
        found = str(sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
    store.close()
    return found


@pytest.mark.real
def test_no_command_but_migrate_changes_tables_that_others_work_with(tmp_path: Path, postgresql_url: str) -> None:
    old = Store(postgresql_url, SystemClock().now)
    old.migrate("0006")
    old.close()
    office = Office(tmp_path)
    office.environ["SIMPUL_DATABASE"] = postgresql_url
    for words in (("status",), ("connections", "list"), ("sync", "--all"), ("init",)):
        assert "of an older release (0006" in office.fails(Exit.REFUSED, *words) and revision(postgresql_url) == "0006"
    assert not (office.home / "hub" / "keys.json").exists()
    office.ok("migrate")
    assert "`simpul init` makes it" in office.fails(Exit.CONFIGURATION, "status") and revision(postgresql_url) > "0006"
    office.ok("init")
    assert office.json("connections", "list") == []
    office.terminal.close()


@pytest.mark.real
def test_the_commands_do_the_same_on_postgresql(tmp_path: Path, postgresql_url: str) -> None:
    office = Office(tmp_path)
    office.move(postgresql_url)
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    breaks(second, FaultKind.REJECT, "create")
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.fails(Exit.WAITS, "sync", "b")
    (stuck,) = office.json("deliveries", "list", "b")
    mends(second)
    office.ok("deliveries", "resend", stuck["id"], "--all-alike")
    before = office.everything()
    assert [write["action"] for write in office.json("sync", "b", "--dry-run")] == ["create"]
    assert office.everything() == before
    office.ok("sync", "b")
    second.spoil(second.file("Jalan", "Jalan rusak"))
    office.fails(Exit.WAITS, "sync", "b")
    assert len(office.json("quarantine", "list")) == 1 and len(office.json("checkpoint", "show", "b")) >= 1
    assert {one["name"]: one["quarantined"] for one in office.json("connections", "list")} == {"a": 0, "b": 1}
    office.ok("recover", "b", "--yes")
    head = "connection,ref,other_connection,other_ref\n"
    assert office.json("links", "import", office.write("p.csv", f"{head}a,9,b,9\n")) == {"new": 1, "known": 0, "duplicates": 0}
    office.ok("connections", "remove", "b", "--force", "--yes")
    assert "Riwayat" in office.ok("complaints", "show", complaint)
    office.terminal.close()
    MemoryApp.forget()
