"""A role refuses tables it cannot work with in one sentence, and works with newer ones that say it may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from contracts.errors import Refused
from hub.cli.exits import Exit
from hub.clock import SystemClock
from hub.store import tables
from hub.store.store import Store
from tests.hub.cli.office import Office


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'hub.db'}", SystemClock().now)
    yield store
    store.close()


def newer(store: Store, runs_with: str) -> None:
    """Make the tables such as a later release would leave them."""
    with store.writing() as sql:
        sql.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        sql.execute(update(tables.meta).where(tables.meta.c.key == "runs_with").values(value=runs_with))


def test_no_tables_and_old_tables_are_refused(store: Store) -> None:
    with pytest.raises(Refused, match="has no tables yet. Run `simpul migrate`"):
        store.check()
    store.migrate("0003")
    with pytest.raises(Refused, match="of an older release .0003; this one needs ....*Run `simpul migrate`"):
        store.check()
    store.migrate()
    store.check()


def test_newer_tables_are_worked_with_where_their_migration_says_so_and_never_touched(store: Store) -> None:
    mine = store.migrate()
    newer(store, runs_with=mine)
    store.check()
    assert store.migrate() == "9999"
    newer(store, runs_with="9999")
    with pytest.raises(Refused, match=f"of a newer release .9999. that this one .{mine}. cannot work with"):
        store.check()
    with pytest.raises(Refused):
        store.migrate()


@pytest.mark.parametrize("words", [("web", "--port", "0"), ("worker",), ("scheduler",)])
def test_a_role_says_so_and_ends(tmp_path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    # What counts in this process goes on counting here.
    monkeypatch.setattr("hub.metrics.shared.share", lambda: None)
    office = Office(tmp_path)
    office.environ["SIMPUL_BROKER"] = "amqp://guest:rahasia@127.0.0.1:1//"
    said = office.fails(Exit.REFUSED, *words, "--lang", "en")
    assert said == "Error: The database has no tables yet. Run `simpul migrate`.\n"


@pytest.mark.parametrize("role", ["worker", "scheduler"])
def test_a_role_without_a_broker_says_which_setting_is_missing(tmp_path: Path, role: str) -> None:
    assert "SIMPUL_BROKER: is not set" in Office(tmp_path).fails(Exit.CONFIGURATION, role)


def test_migrating_is_a_command_and_may_be_repeated(tmp_path: Path) -> None:
    office = Office(tmp_path)
    assert office.ok("migrate") == office.ok("migrate")
