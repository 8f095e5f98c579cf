"""The commands on the database of production."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.memory.app import MemoryApp
from connectors.memory.faults import FaultKind
from hub.cli.exits import Exit
from tests.hub.cli.office import Office, breaks, mends


@pytest.mark.real
def test_the_commands_do_the_same_on_postgresql(tmp_path: Path, postgresql_url: str) -> None:
    office = Office(tmp_path)
    office.environ["SIMPUL_DATABASE"] = postgresql_url
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
