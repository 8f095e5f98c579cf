"""Which release the tables are of: they are brought to this one, or compared with what this code can work with.

A migration that says ``additive = True`` leaves the code of the release before it working beside it: it only adds, and
what it adds may stay empty. Indexes of tables that were there before it names in ``ahead`` (see `hub.store.ahead`). How far
back old code works is written into the database, because old code cannot read it in migrations it does not have.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, insert, select

from contracts.errors import Refused
from hub.store import tables

MIGRATIONS = Path(__file__).parent / "migrations"
_RUNS_WITH = "runs_with"


def upgrade(sql: Connection, to: str = "head") -> str:
    """Bring the tables to this release, or to the revision ``to``, and return what they are now; raises Refused.

    Tables of a newer release that this code can work with are left as they are.
    """
    config = _config(sql)
    scripts = ScriptDirectory.from_config(config)
    found = _revision(sql)
    if found is not None and found not in _known(scripts):
        _must_run_with(sql, found, scripts)
        return found
    command.upgrade(config, to)
    _write(sql, _oldest(scripts, str(_revision(sql))))
    return str(_revision(sql))


def ahead(sql: Connection, to: str = "head") -> dict[str, str]:
    """Return the indexes that the migrations to come name, each with what it is of, in their order; empty for a fresh database."""
    scripts, found = ScriptDirectory.from_config(_config(sql)), _revision(sql)
    if found is None or found not in _known(scripts):
        return {}
    coming = [script for script in scripts.walk_revisions() if found < script.revision and (to == "head" or script.revision <= to)]
    return {name: on for script in reversed(coming) for name, on in getattr(script.module, "ahead", {}).items()}


def empty(sql: Connection) -> bool:
    """Tell whether no migration was ever run here."""
    return _revision(sql) is None


def check(sql: Connection) -> None:
    """Raise Refused, with what to do, unless the tables are of this release or of a newer one that this code can work with."""
    found, needed = _revision(sql), _needed()
    if found == needed:
        return
    scripts = ScriptDirectory.from_config(_config(sql))
    if found is None:
        raise Refused("The database has no tables yet.", "Run `simpul migrate`.")
    if found in _known(scripts):
        raise Refused(f"The database is of an older release ({found}; this one needs {needed}).", "Run `simpul migrate`.")
    _must_run_with(sql, found, scripts)


@cache
def _needed() -> str | None:
    # Asked by every probe; the migrations of a process are those it was started with.
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _must_run_with(sql: Connection, found: str, scripts: ScriptDirectory) -> None:
    # Revisions are numbers of four digits, so they compare as texts.
    told, mine = sql.execute(select(tables.meta.c.value).where(tables.meta.c.key == _RUNS_WITH)).scalar(), scripts.get_current_head()
    if not isinstance(told, str) or mine is None or told > mine:
        raise Refused(
            f"The database is of a newer release ({found}) that this one ({mine}) cannot work with.", "Install that release here."
        )


def _oldest(scripts: ScriptDirectory, revision: str) -> str:
    """Return the oldest revision whose code works with tables of ``revision``."""
    while (script := scripts.get_revision(revision)) is not None and getattr(script.module, "additive", False):
        revision = str(script.down_revision)
    return revision


def _write(sql: Connection, runs_with: str) -> None:
    sql.execute(delete(tables.meta).where(tables.meta.c.key == _RUNS_WITH))
    sql.execute(insert(tables.meta).values(key=_RUNS_WITH, value=runs_with))


def _known(scripts: ScriptDirectory) -> set[str]:
    return {script.revision for script in scripts.walk_revisions()}


def _revision(sql: Connection) -> str | None:
    return MigrationContext.configure(sql).get_current_revision()


def _config(sql: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = sql
    return config
