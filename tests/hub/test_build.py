"""Two machines of one hub: one database, and one key ring or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete

from contracts.errors import ConfigurationProblems
from hub.build import build
from hub.config import Settings
from hub.keys import KeyRing
from hub.store import tables
from hub.store.store import Store


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hub.db'}"


def machine(tmp_path: Path, name: str, database: str) -> Settings:
    return Settings.load({"SIMPUL_HOME": str(tmp_path / name), "SIMPUL_DATABASE": database})


def both(settings: Settings) -> None:
    """Start as a role and as a command that makes what is lacking: neither is let in, and no file is left."""
    there = settings.keys.exists()
    for migrate in (False, True):
        with pytest.raises(ConfigurationProblems, match="copy (it|that one) from another machine"):
            build(settings, migrate=migrate)
    assert settings.keys.exists() is there


def test_a_second_machine_makes_no_ring_and_is_let_in_with_no_other(tmp_path: Path, database: str) -> None:
    first, second = (machine(tmp_path, name, database) for name in ("first", "second"))
    build(first).close()
    both(second)
    KeyRing.create(second.keys)
    both(second)
    second.keys.unlink()
    second.keys.write_bytes(first.keys.read_bytes())
    second.keys.chmod(0o600)
    for migrate in (False, True):
        build(second, migrate=migrate).close()


def test_a_role_makes_no_ring_for_a_database_that_nobody_used_yet(tmp_path: Path, database: str) -> None:
    first = machine(tmp_path, "first", database)
    store = Store(database, lambda: None)  # type: ignore[arg-type,return-value]
    store.migrate()
    store.close()
    with pytest.raises(ConfigurationProblems, match="`simpul init` makes it"):
        build(first, migrate=False)
    assert not first.keys.exists()


def test_a_database_of_before_takes_the_ring_it_is_used_with(tmp_path: Path, database: str) -> None:
    first, second = (machine(tmp_path, name, database) for name in ("first", "second"))
    hub = build(first)
    with hub.store.writing() as sql:
        sql.execute(delete(tables.meta).where(tables.meta.c.key == "ring"))
    hub.close()
    build(first, migrate=False).close()
    KeyRing.create(second.keys)
    both(second)


def test_of_two_machines_that_begin_together_one_is_refused(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (machine(tmp_path, name, database) for name in ("first", "second"))
    note = Store.note_ring

    def late(store: Store, mark: str) -> str:
        monkeypatch.setattr(Store, "note_ring", note)
        build(first).close()
        return store.note_ring(mark)

    monkeypatch.setattr(Store, "note_ring", late)
    with pytest.raises(ConfigurationProblems, match="not the ring that this database is used with"):
        build(second)
    build(first).close()
