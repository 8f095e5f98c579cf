"""Copying a SQLite database that is in use, and putting a copy back: each as of one moment, or not at all."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from contracts.errors import Refused, SimpulError
from hub.operations.archives.archive import Archive, Told, flush_folder

PART = "hub.db"
_PAGES = 2_000
_PATIENCE = 30.0  # seconds for whoever writes at the moment
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOGS = ("-wal", "-shm", "-journal")


def copy(source: Path, target: Path, told: Told) -> None:
    """Copy a database while others write to it; raises SimpulError if the copy is not sound."""
    forget(target)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_connect(source)) as there, closing(_connect(target)) as here:
        # With its view held open the copy is of one moment, and what others write meanwhile does not make it start over.
        there.execute("BEGIN")
        there.execute("SELECT 1 FROM sqlite_master").fetchone()
        there.backup(here, pages=_PAGES, progress=lambda _, left, total: told("copy", total - left, total), sleep=0)
        here.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        _sound(here)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE, isolation_level=None)


def _sound(sql: sqlite3.Connection) -> None:
    if sql.execute("PRAGMA quick_check").fetchone() != ("ok",):
        raise SimpulError("The database file is damaged.", "Run `PRAGMA integrity_check` on it, and restore an earlier backup.")


def unpack(archive: Archive, side: Path, told: Told) -> None:
    """Lay a backup's database beside the hub's own; raises SimpulError if it is not sound."""
    forget(side)
    with os.fdopen(os.open(side, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for data in archive.read(PART):
            file.write(data)
            told("unpack", file.tell(), archive.manifest.parts[PART].size)
        file.flush()
        os.fsync(file.fileno())
    with closing(_connect(side)) as sql:
        _sound(sql)


def free(path: Path) -> None:
    """Make sure that no other process has a database open; raises Refused."""
    if not path.exists():
        return
    with closing(_connect(path)) as sql:
        sql.execute("PRAGMA busy_timeout=1000")
        try:
            # Giving up the log needs the file alone, and folds the log in; every process that serves keeps a connection open.
            sql.execute("PRAGMA journal_mode=DELETE")
            sql.execute("BEGIN EXCLUSIVE")
            sql.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in _DAMAGED:
                return
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            advice = "Stop `simpul serve` and every command that runs, then do it again. Nothing was changed."
            raise Refused("The hub's database is in use.", advice) from None


def damaged(error: BaseException | None) -> bool:
    """Tell whether an error means that a file is no sound database."""
    return isinstance(error, sqlite3.DatabaseError) and error.sqlite_errorcode & 0xFF in _DAMAGED


def replace(side: Path, path: Path) -> None:
    """Take the place of a file that is no database any more; it stays beside, as ``.damaged``."""
    for end in ("", *_LOGS):
        with suppress(FileNotFoundError):
            beside = path.with_name(f"{path.name}.damaged{end}")
            beside.unlink(missing_ok=True)
            os.link(path.with_name(path.name + end), beside)
            if end:
                path.with_name(path.name + end).unlink()
    os.replace(side, path)
    flush_folder(path.parent)


def forget(side: Path) -> None:
    """Remove a database that was put aside."""
    for end in ("", *_LOGS):
        side.with_name(side.name + end).unlink(missing_ok=True)


def put(side: Path, path: Path, told: Told) -> None:
    """Make the database what the copy beside it is, in one transaction: cut off in between, the next to open it finds the old one."""
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    with closing(_connect(side)) as new, closing(_connect(path)) as there:
        there.execute("PRAGMA synchronous=FULL")
        new.backup(there, pages=_PAGES, progress=lambda _, left, total: told("load", total - left, total), sleep=0.05)
