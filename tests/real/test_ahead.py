"""Indexes of large tables are made before the migration, beside those who write, and again if that was broken off."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from hub.cli.root import root
from hub.cli.terminal import Terminal
from hub.clock import SystemClock
from hub.store import ahead
from hub.store.ahead import Making
from hub.store.schema import MIGRATIONS
from hub.store.store import Store
from tests import services
from tests.real.test_upgrade import filled, tables_of
from tests.work.test_hands import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]
BEFORE, HEAD = "0006", sorted(path.stem[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))[-1]
WRITES = "UPDATE links SET attempts = attempts + 1"
_BEING_MADE = "SELECT count(*) FROM pg_stat_progress_create_index WHERE datname = current_database() AND phase LIKE 'waiting%'"
# Of the table that is being written in: the others only seem to wait for a moment.
_HELD_UP = f"{_BEING_MADE} AND relid = 'complaints'::regclass"
_DEFINED = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
_INVALID = "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid"


@pytest.fixture
def old(postgresql_url: str) -> Iterator[Store]:
    """A database of a release before the large indexes, with data."""
    store = Store(postgresql_url, SystemClock().now)
    store.migrate(BEFORE)
    filled(store, tables_of(store))
    yield store
    store.close()


def ask(store: Store, question: str) -> list[tuple[object, ...]]:
    with store.reading() as sql:
        return [tuple(row) for row in sql.execute(text(question))]


def write(store: Store) -> None:
    """What the old code does meanwhile; it gives up if it has to wait."""
    with store.writing() as sql:
        sql.execute(text("SET LOCAL lock_timeout = '2s'"))
        sql.execute(text(WRITES))


@contextmanager
def migrating(url: str, told: list[Making]) -> Iterator[Future[str]]:
    """The new release's migration, in another process's place."""
    new = Store(url, SystemClock().now)
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(new.migrate, tell=told.append)
    new.close()


def test_those_who_write_go_on_while_an_index_is_made(old: Store, postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_LOOK", 0.05)
    told: list[Making] = []
    other = Store(postgresql_url, SystemClock().now)
    with migrating(postgresql_url, told) as migrated:
        with other.writing() as sql:
            # A long transaction that has written: the index waits for its end, and nobody may wait for the index.
            sql.execute(text("UPDATE complaints SET version = version"))
            until(lambda: bool(ask(old, _BEING_MADE)[0][0]), 30.0)
            for _ in range(5):
                write(old)
            until(lambda: any(each.phase.startswith("waiting") for each in told))
            assert not migrated.done() and ask(old, "SELECT version_num FROM alembic_version") == [(BEFORE,)]
        assert migrated.result(60) == HEAD
    other.close()
    assert [each.name for each in told if not each.phase] == [
        "ix_links_due_0007",
        "ix_links_in_doubt",
        "ix_complaints_holder_0007",
        "ix_links_apart",
        "ix_links_restless",
    ]
    assert ask(old, "SELECT attempts FROM links") == [(5,)] and ask(old, _INVALID) == []


def test_what_is_made_before_is_what_a_migration_of_an_empty_database_makes(old: Store) -> None:
    old.migrate()
    with services.postgresql_database() as url:
        fresh = Store(url, SystemClock().now)
        fresh.migrate()
        assert ask(old, _DEFINED) == ask(fresh, _DEFINED)
        fresh.close()


def test_an_index_whose_making_was_broken_off_is_made_again_and_one_that_is_whole_is_kept(old: Store) -> None:
    with old.writing() as sql:
        sql.execute(text("CREATE INDEX ix_links_apart ON links (id)"))
        sql.execute(text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_links_apart'::regclass"))
        sql.execute(text("CREATE INDEX ix_links_in_doubt ON links (connection_id) WHERE state IN ('ambiguous', 'creating')"))
    number = ask(old, "SELECT 'ix_links_in_doubt'::regclass::oid")
    assert old.migrate() == HEAD
    assert ask(old, "SELECT 'ix_links_in_doubt'::regclass::oid") == number
    assert ask(old, _INVALID) == []
    [(made,)] = ask(old, "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_links_apart'")
    assert "(connection_id)" in str(made)


def test_a_making_that_is_cancelled_leaves_the_old_release_as_it_was_and_the_next_goes_on(old: Store, postgresql_url: str) -> None:
    other = Store(postgresql_url, SystemClock().now)
    with migrating(postgresql_url, []) as migrated:
        with other.writing() as sql:
            sql.execute(text("UPDATE complaints SET version = version"))
            until(lambda: bool(ask(old, _HELD_UP)[0][0]), 30.0)
            cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()"
            assert ask(old, cancel) == [(True,)]
            until(migrated.done)
        assert migrated.exception() is not None
    other.close()
    assert ask(old, _INVALID) and ask(old, "SELECT version_num FROM alembic_version") == [(BEFORE,)]
    write(old)
    assert old.migrate() == HEAD and ask(old, _INVALID) == []


def test_two_migrations_at_once_make_every_index_once(old: Store, postgresql_url: str) -> None:
    told: list[Making] = []
    with migrating(postgresql_url, told) as one, migrating(postgresql_url, told) as two:
        assert one.result(60) == two.result(60) == HEAD
    names = [each.name for each in told if not each.phase]
    assert len(names) == len(set(names)) and ask(old, _INVALID) == []


def test_the_command_says_which_index_it_makes(old: Store, postgresql_url: str, tmp_path: Path) -> None:
    terminal = Terminal({"SIMPUL_HOME": str(tmp_path), "HOME": str(tmp_path), "SIMPUL_DATABASE": postgresql_url, "SIMPUL_LANGUAGE": "en"})
    told = CliRunner().invoke(root, ["migrate"], obj=terminal)
    assert told.exit_code == 0, told.output
    assert "ix_links_due_0007 (1/5)" in told.output and "ix_links_restless (5/5)" in told.output
    assert f"{HEAD}." in told.output
    again = CliRunner().invoke(root, ["migrate"], obj=terminal)
    assert again.exit_code == 0 and "ix_" not in again.output
