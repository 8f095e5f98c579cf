"""Backing the hub up while it serves: one file with its database as of one moment, and what is needed to judge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, make_url

from contracts.errors import Refused
from hub.clock import Clock
from hub.config import Settings
from hub.keyfile import read_private
from hub.keys import KeyRing
from hub.operations.archives import postgresql, sqlite
from hub.operations.archives.archive import CHUNK, KEYS, NewArchive, Told, new_archive
from hub.operations.archives.facts import facts, opened, revision
from hub.operations.archives.manifest import Facts, Manifest, proofs_of, signed
from hub.store.store import new_id


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made. ``lacking``: ids of keys that sealed data in it and are not in the hub's own ring."""

    path: Path
    size: int
    manifest: Manifest
    lacking: tuple[str, ...]


def back_up(settings: Settings, clock: Clock, target: Path, *, with_keys: bool = False, told: Told) -> Backup:
    """Write a backup to a file, or into a folder under a name made of the moment. The tables stay of the release they are of.

    Raises Refused (the file is there, no hub is, a program is missing), SimpulError (no room) and ConfigurationProblems (the keys).
    """
    made_at, backup = clock.now().astimezone(UTC), new_id()
    path = target / f"simpul-{made_at:%Y%m%d-%H%M%S}Z.zip" if target.is_dir() else target
    ring = KeyRing.load(settings.keys)
    kind = make_url(settings.database).get_backend_name()
    take: Callable[[NewArchive, str, Told], Facts] = _take_sqlite if kind == "sqlite" else _take_postgresql
    with new_archive(path) as archive:
        if with_keys:
            with archive.part(KEYS) as sink:
                sink.write(read_private(settings.keys).encode())
        found = take(archive, settings.database, told)
        proofs = proofs_of(ring, backup)
        manifest = signed(Manifest(backup, version("simpul"), kind, made_at, found, proofs, "", archive.parts), ring)
        archive.finish(manifest)
    lacking = set(found.sealed_with) - set(proofs)
    return Backup(path, path.stat().st_size, manifest, tuple(sorted(lacking)))


def _take_sqlite(archive: NewArchive, database: str, told: Told) -> Facts:
    source, beside = Path(str(make_url(database).database)), archive.folder / ".simpul-backup.db"
    if not source.exists():
        raise _no_hub()
    try:
        sqlite.copy(source, beside, told)
        found = _facts(f"sqlite:///{beside}")
        with archive.part(sqlite.PART) as sink, beside.open("rb") as file:
            whole = beside.stat().st_size
            while data := file.read(CHUNK):
                sink.write(data)
                told("pack", sink.size, whole)
        return found
    finally:
        sqlite.forget(beside)


def _facts(database: str) -> Facts:
    with opened(database) as store, store.reading() as sql:
        return _asked(sql)


def _take_postgresql(archive: NewArchive, database: str, told: Told) -> Facts:
    with opened(database) as store, store.reading() as sql:
        found = _asked(sql)
        with archive.part(postgresql.PART, packed=True) as sink:
            postgresql.dump(sql, database, sink, told)
        return found


def _asked(sql: Connection) -> Facts:
    migration = revision(sql)
    if migration is None:
        raise _no_hub()
    return facts(sql, migration)


def _no_hub() -> Refused:
    return Refused("There is no hub's database to back up.", "Name it in SIMPUL_DATABASE or SIMPUL_HOME; `simpul init` makes a new one.")
