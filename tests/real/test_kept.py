"""What stands in the database after a synchronisation: nobody's identity, no secret, an unbroken ledger; and a dry run leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from hub.build import Hub
from hub.clock import ManualClock
from hub.store import ledger, tables
from tests.real.homemade import HomemadeApp, homemade
from tests.real.network import join, watch
from tests.real.rows import AT, dump

pytestmark = pytest.mark.timeout(60)
_REPORTER = {"nama": "Hasanuddin Wiratmaja", "telp": "081298765432", "nik": "3502170101900042"}
_SECRETS = (*_REPORTER.values(), "Hasanuddin Baru", "6281298765432", "81298765432", "sandi-basis-data")


class _Synchronised:
    """A hub that has taken a reported complaint from one app into another; its clock stands still between steps."""

    def __init__(self, home: Path, url: str, apps: tuple[HomemadeApp, HomemadeApp]) -> None:
        self.clock = ManualClock(datetime.now(UTC) - timedelta(hours=1))
        self.kota, self.dinas = apps
        join(home, url, apps, clock=self.clock)
        self.hub: Hub = watch(home, url, self.clock)
        self.kota.file("Lampu jalan di depan balai desa padam", **_REPORTER)
        self.kota.file("Status yang tidak dikenal", **{**_REPORTER, "status": "entah"})
        self.rounds(2)
        self.kota.run("UPDATE laporan SET nama = 'Hasanuddin Baru', diubah = '2030-01-01 00:00:00' WHERE status = 'baru'")
        self.kota.reply("Lampu jalan di depan balai desa padam", "Sedang diperiksa")
        self.rounds(2)

    def rounds(self, count: int) -> None:
        for _ in range(count):
            self.clock.advance(61)
            for app in (self.kota, self.dinas):
                self.hub.session(app.name).run()


@pytest.fixture
def synchronised(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Synchronised]:
    """Two apps in files and a hub on either database."""
    given = HomemadeApp.settings
    monkeypatch.setattr(HomemadeApp, "settings", lambda app: {**given(app), "password": "sandi-basis-data"})
    first, second = (f"sqlite:///{tmp_path / name}.db" for name in ("kota", "dinas"))
    with homemade("kota", first, careful=True) as kota, homemade("dinas", second, careful=False) as dinas:
        made = _Synchronised(tmp_path, url, (kota, dinas))
        yield made
        made.hub.close()


def test_nothing_that_identifies_a_reporter_and_no_secret_stands_in_the_database_in_plain_text(
    synchronised: _Synchronised, tmp_path: Path
) -> None:
    written = synchronised.dinas.run("SELECT nama, telp, nik FROM laporan")
    assert [tuple(row)[1:] for row in written] == [(_REPORTER["telp"], _REPORTER["nik"])], "the reporter did go through the hub"
    store = synchronised.hub.store
    with store.reading() as sql:
        columns = [(table.name, column.name) for table in tables.metadata.sorted_tables for column in table.columns]
        values = {where: [_bytes(row[0]) for row in sql.execute(text('SELECT "{1}" FROM "{0}"'.format(*where)))] for where in columns}
        assert len(values["quarantine", "raw"]) == 1
    found = {(where, word) for where, each in values.items() for value in each for word in _SECRETS if word.encode() in value}
    assert found == set()
    if store.engine.dialect.name == "sqlite":
        files = sorted(tmp_path.glob("hub.db*"))
        assert tmp_path / "hub.db-wal" in files
        assert [(file.name, word) for file in files for word in _SECRETS if word.encode() in file.read_bytes()] == []


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_a_dry_run_leaves_the_database_byte_for_byte_as_it_was(synchronised: _Synchronised) -> None:
    hub = synchronised.hub
    synchronised.kota.file("Jembatan gantung putus talinya", **_REPORTER)
    before = dump(hub.store)
    synchronised.clock.advance(61)
    with hub.store.dry():
        hub.session("kota", pushes=False).run()
        inside = dump(hub.store)
    assert len(inside["complaints"]) == len(before["complaints"]) + 1
    assert dump(hub.store) == before
    synchronised.rounds(2)
    assert sorted(dump(hub.store)["complaints"]) != sorted(before["complaints"])


def _chains(hub: Hub) -> dict[str, str | None]:
    with hub.store.reading() as sql:
        found = sql.execute(select(tables.complaints.c.id, tables.complaints.c.head)).all()
        return {row.id: ledger.broken(sql, row.id, row.head) for row in found}


def test_the_ledger_is_whole_after_a_synchronisation(synchronised: _Synchronised) -> None:
    assert list(_chains(synchronised.hub).values()) == [None]
    with synchronised.hub.store.reading() as sql:
        kinds = [row.kind for row in sql.execute(select(tables.ledger.c.kind).order_by(tables.ledger.c.seq))]
    assert kinds[0] == "filed"
    assert {"delivered", "responded", "changed"} <= set(kinds)


_ENTRY = tables.ledger.c
_TAMPERED = {
    "a value": update(tables.ledger).where(_ENTRY.kind == "responded").values(new={"text": "Sudah selesai"}),
    "a rule": update(tables.ledger).where(_ENTRY.kind == "filed").values(rule="invented"),
    "a moment": update(tables.ledger).where(_ENTRY.kind == "responded").values(learned_at=AT),
    "a digest": update(tables.ledger).where(_ENTRY.kind == "filed").values(digest="0" * 64),
    "the first entry taken out": delete(tables.ledger).where(_ENTRY.previous.is_(None)),
    "the last entry taken out": delete(tables.ledger).where(_ENTRY.hash.in_(select(tables.complaints.c.head))),
}


def test_a_ledger_that_was_tampered_with_is_found_out(synchronised: _Synchronised) -> None:
    unnoticed = []
    with synchronised.hub.store.writing() as sql:
        complaint = sql.execute(select(tables.complaints)).one()
        for what, statement in _TAMPERED.items():
            attempt = sql.begin_nested()
            assert sql.execute(statement).rowcount == 1
            unnoticed += [] if ledger.broken(sql, complaint.id, complaint.head) else [what]
            attempt.rollback()
        assert ledger.broken(sql, complaint.id, complaint.head) is None
    assert unnoticed == []
