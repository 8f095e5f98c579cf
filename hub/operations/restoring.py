"""Putting the hub back from a backup, and letting it hear from every app before it says anything to any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Update, make_url, select, text, update
from sqlalchemy.exc import DBAPIError

from contracts.errors import ConfigurationProblems, Refused
from hub.config import Settings
from hub.keyfile import write_private
from hub.keys import KeyRing
from hub.operations.archives import postgresql, sqlite
from hub.operations.archives.access import SINCE, Access, Revived, access, revived, withdrawals
from hub.operations.archives.archive import KEYS, Archive, Told, on_disk, open_archive
from hub.operations.archives.facts import erased, filled, hub_tables, opened, tombstones
from hub.operations.archives.manifest import Manifest, check_keys
from hub.store import tables
from hub.store.rows import ConnectionRow
from hub.store.schema import MIGRATIONS
from hub.store.store import Store
from hub.sync.recovery import begin, remember
from hub.words import Phase, Recovery

# What was numbered since the backup keeps its numbers: a session that slept through it all finds its own fence gone, and a
# subscriber to changes is not told of new ones under numbers that it has seen.
_AHEAD = 1_000_000


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. ``erased``: tracking ids of complaints whose erasure the backup does not know: it must be asked for again.

    None where the database that was there could not say: a new one, or one that is damaged. ``revived``: what was withdrawn
    since and counts again; where nobody could say, all that counts.
    """

    manifest: Manifest
    connections: tuple[str, ...]
    erased: tuple[str, ...] | None
    revived: Revived


@dataclass(frozen=True, slots=True)
class _Old:
    """The database that will be lost: whether there is anything in it, what is erased there, and who is let in.

    ``kept``: statements that carry over what must not come back to life.
    """

    filled: list[str]
    erased: frozenset[str] = frozenset()
    kept: tuple[str, ...] = ()
    access: Access | None = None
    damaged: bool = False


class Restore:
    """A backup that is checked against the hub it is for; `carry_out` replaces the database, and until then nothing is changed."""

    def __init__(self, archive: Archive, settings: Settings) -> None:
        self._archive, self._settings = archive, settings
        self.manifest = archive.manifest
        self._old = _Old([])

    @property
    def replaces(self) -> bool:
        """Tell whether anything will be lost."""
        return bool(self._old.filled)

    def check(self, *, replace: bool, told: Told) -> None:
        """Compare digests, release, keys and target; raises Refused with what to do."""
        self._archive.check(told)
        self._check_kind()
        self._check_keys()
        self._old = self._look()
        if self.replaces and not replace:
            advice = "Say --replace to lose what is there (after a backup of it), or name an empty database."
            raise Refused(f"The hub's database is not empty ({', '.join(self._old.filled[:3])}).", advice)

    def carry_out(self, told: Told) -> Restored:
        """Replace the database in one step, of which a cut leaves nothing; every connection recovers. Raises SimpulError."""
        if not self._settings.keys.exists():
            self._unpack_keys(self._settings.keys)
        self._put_sqlite(told) if self.manifest.database == "sqlite" else self._put_postgresql(told)
        with self._store() as store:
            store.migrate()
            with store.reading() as sql:
                forgotten = tuple(sorted(self._old.erased - erased(sql)))
                known = self.replaces and not self._old.damaged
                again = revived(access(sql), self._old.access if known else None)
                return Restored(self.manifest, _recovering(sql), forgotten if known else None, again)

    def _check_kind(self) -> None:
        kind = make_url(self._settings.database).get_backend_name()
        if self.manifest.database != kind:
            advice = "Name a database of the backup's kind in SIMPUL_DATABASE."
            raise Refused(f"The backup is of {self.manifest.database}, the hub's database is {kind}.", advice)
        if self.manifest.facts.migration not in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}:
            advice = f"Install release {self.manifest.release}, or a newer one."
            raise Refused(f"The backup is of a newer release ({self.manifest.release}).", advice)

    def _check_keys(self) -> None:
        path, parts = self._settings.keys, self.manifest.parts
        if path.exists():
            check_keys(self.manifest, KeyRing.load(path))
            return
        if KEYS not in parts:
            advice = "is missing, and the backup holds no keys; put your copy of the key file there, or name it in SIMPUL_KEYS"
            raise ConfigurationProblems([(str(path), advice)])
        with TemporaryDirectory() as folder:
            check_keys(self.manifest, KeyRing.load(self._unpack_keys(Path(folder) / KEYS)))

    def _unpack_keys(self, path: Path) -> Path:
        write_private(path, b"".join(self._archive.read(KEYS)).decode(), replace=False)
        return path

    def _look(self) -> _Old:
        """Look at the database that will be lost; raises Refused if somebody is at work there."""
        if self.manifest.database == "sqlite":
            if not self._file.exists():
                return _Old([])
            with on_disk("The hub's database cannot be read"):
                sqlite.free(self._file)
        try:
            with self._store() as store, store.reading() as sql:
                if self.manifest.database != "sqlite":
                    self._check_postgresql(sql)
                return _Old(filled(sql), frozenset(erased(sql)), self._kept(sql), access(sql))
        except DBAPIError as error:
            if not sqlite.damaged(error.orig):
                raise
            return _Old(["damaged"], damaged=True)

    def _kept(self, sql: Connection) -> tuple[str, ...]:
        return (*tombstones(sql), *(withdrawals(sql) if self.manifest.facts.migration >= SINCE else ()))

    def _check_postgresql(self, sql: Connection) -> None:
        postgresql.check_programs(sql)
        if at_work := postgresql.others(sql):
            advice = "Stop every `simpul` process on every machine, and whatever else is connected as this user, then do it again."
            raise Refused(f"The hub's database is in use: {at_work} connections are open. Nothing was changed.", advice)
        here, there = sql.dialect.default_schema_name, self.manifest.facts.schema
        if here != there:
            raise Refused(f"The backup is of the schema {there}, this user's is {here}.", "Correct the user's search_path.")

    def _put_sqlite(self, told: Told) -> None:
        beside = self._file.with_name(f".{self._file.name}.restore")
        with on_disk("The backup could not be restored"):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                sqlite.unpack(self._archive, beside, told)
                self._prepare(beside)
                if self._old.damaged:
                    sqlite.replace(beside, self._file)
                else:
                    sqlite.put(beside, self._file, told)
            finally:
                sqlite.forget(beside)

    def _prepare(self, beside: Path) -> None:
        with opened(f"sqlite:///{beside}") as side, side.writing() as sql:
            for statement in (_literally(_afresh(), sql), *remember(side.now()), *self._old.kept):
                sql.exec_driver_sql(statement)

    def _put_postgresql(self, told: Told) -> None:
        with self._store() as store, store.reading() as sql:
            place = str(sql.dialect.default_schema_name)
            drops = [postgresql.quoted(place, name) for name in hub_tables(sql)]
            # The dump has emptied the search path.
            path = f"SET LOCAL search_path = {postgresql.quoted(place)}"
            ahead = f"SELECT setval(pg_get_serial_sequence('ledger', 'seq'), coalesce(max(seq), 0) + {_AHEAD}) FROM ledger"
            then = [path, _literally(_afresh(), sql), *remember(store.now()), ahead, *self._old.kept]
        postgresql.load(self._archive, self._settings.database, drops, then, told)
        with self._store() as store, store.writing() as sql:
            sql.execute(text("ANALYZE"))

    @property
    def _file(self) -> Path:
        return Path(str(make_url(self._settings.database).database))

    def _store(self) -> AbstractContextManager[Store]:
        return opened(self._settings.database)


@contextmanager
def restore_of(path: Path, settings: Settings) -> Iterator[Restore]:
    """Open a backup for the hub of these settings; raises Refused if it is none."""
    with open_archive(path) as archive:
        yield Restore(archive, settings)


def _afresh() -> Update:
    """Say in SQL what `hub.sync.recovery.begin` does to every connection, and that nobody of before the backup is at work."""
    row = SimpleNamespace()
    begin(cast(ConnectionRow, row), Recovery.HUB)
    values: dict[str, Any] = {**vars(row), "lease_owner": None, "lease_until": None}
    column = tables.connections.c
    return update(tables.connections).where(column.phase != Phase.REMOVED.value).values(**values, fence=column.fence + _AHEAD)


def _literally(statement: Update, sql: Connection) -> str:
    return str(statement.compile(dialect=sql.dialect, compile_kwargs={"literal_binds": True}))


def _recovering(sql: Connection) -> tuple[str, ...]:
    column = tables.connections.c
    return tuple(sql.execute(select(column.name).where(column.recovery == Recovery.HUB.value).order_by(column.name)).scalars())
