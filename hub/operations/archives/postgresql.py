"""Copying a PostgreSQL database with pg_dump, and putting a copy back with pg_restore and psql, in one transaction.

The address goes to these programs as arguments, the password by the environment alone: a list of processes shows arguments.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from threading import Thread
from typing import IO

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, make_url, text

from contracts.errors import Refused, SimpulError
from hub.operations.archives.archive import CHUNK, Archive, Sink, Told
from hub.operations.archives.facts import hub_tables

PART = "hub.dump"
_PROGRAMS = ("pg_dump", "pg_restore", "psql")

# Seconds that a restore waits for whoever still reads the tables that it replaces.
_LOCK = 10


def address(database: str) -> tuple[str, dict[str, str]]:
    """Return what libpq's programs take: a conninfo without the password, and the environment that holds it."""
    url: URL = make_url(database).set(drivername="postgresql+psycopg")
    _, given = url.get_dialect()().create_connect_args(url)
    password = given.pop("password", None)
    environ = dict(os.environ) | ({"PGPASSWORD": str(password)} if password else {})
    return make_conninfo(**given), environ


def dump(sql: Connection, database: str, sink: Sink, told: Told) -> None:
    """Copy the hub's tables, as of the moment that ``sql`` sees, while others write. Raises Refused, SimpulError."""
    # It stands still for as long as pg_dump works, and would be taken for one whose process is gone.
    sql.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    check_programs(sql)
    schema, names = str(sql.dialect.default_schema_name), hub_tables(sql)
    conninfo, environ = address(database)
    # Shared, this view lets pg_dump see the very moment at which everything else is asked here.
    moment = sql.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    wanted = [f"--table={quoted(schema, name)}" for name in names]
    options = ["--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--snapshot={moment}", *wanted]
    with _program("pg_dump", [*options, f"--dbname={conninfo}"], environ) as process:
        for data in _pieces(process.stdout):
            sink.write(data)
            told("copy", sink.size, None)


def check_programs(sql: Connection) -> None:
    """Make sure that PostgreSQL's programs are here and of the server's release; raises Refused with what to install."""
    info = sql.dialect.server_version_info
    server = str(info[0]) if info else ""
    for name in _PROGRAMS:
        said = subprocess.run([_found(name, server), "--version"], capture_output=True, text=True, check=False).stdout
        release = re.search(r"\d+", said)
        # An older one refuses, and what a newer one writes an older server may not understand.
        if release is None or release[0] != server:
            raise Refused(f"{name} is not of the server's release ({server}).", _install(server))


def _found(name: str, server: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Refused(f"The program {name} is not on the PATH.", _install(server))
    return found


def _install(server: str) -> str:
    return f"Install PostgreSQL's client programs of release {server} (on Debian: postgresql-client-{server}), then do it again."


def quoted(*names: str) -> str:
    """Write a name, with those that lead to it, so that PostgreSQL takes it as it stands."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def others(sql: Connection) -> int:
    """Count the connections that the hub's own user has open to this database, but for this one."""
    ours = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    return int(sql.execute(text(f"{ours} AND backend_type = 'client backend'")).scalar_one())


def load(archive: Archive, database: str, drops: Iterable[str], then: Iterable[str], told: Told) -> None:
    """Put a copy in the place of the tables ``drops``, then do the statements ``then``: all in one transaction.

    The end of the input is no COMMIT: whatever is cut off leaves the old tables. Raises SimpulError.
    """
    conninfo, environ = address(database)
    options = ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-", "--output=/dev/null", f"--dbname={conninfo}"]
    with _program("psql", options, environ) as psql, closing(_script(archive, environ, told)) as script:
        _write(psql.stdin, _transaction(drops, script, then))


def _transaction(drops: Iterable[str], script: Iterable[bytes], then: Iterable[str]) -> Iterator[bytes]:
    yield f"BEGIN;\nSET LOCAL lock_timeout = '{_LOCK}s';\n".encode()
    yield from (f"DROP TABLE {name} CASCADE;\n".encode() for name in drops)
    yield from script
    yield from (f"{statement};\n".encode() for statement in then)
    yield b"COMMIT;\n"


def _script(archive: Archive, environ: dict[str, str], told: Told) -> Generator[bytes, None, None]:
    """Give a dump as the statements that make it again; ends without an error only if all of it came."""
    with _program("pg_restore", ["--no-owner", "--no-privileges", "--file=-"], environ) as process:
        feeder = Thread(target=_write, args=(process.stdin, _dumped(archive, told)))
        feeder.start()
        try:
            yield from _pieces(process.stdout)
        except BaseException:
            process.kill()
            raise
        finally:
            feeder.join()


def _dumped(archive: Archive, told: Told) -> Iterator[bytes]:
    done, whole = 0, archive.manifest.parts[PART].size
    for data in archive.read(PART):
        yield data
        done += len(data)
        told("load", done, whole)


def _write(pipe: IO[bytes] | None, pieces: Iterable[bytes]) -> None:
    """Write to a program's input and close it; one that reads no more says itself why when it ends."""
    assert pipe is not None
    with suppress(BrokenPipeError), closing(pipe):
        for data in pieces:
            pipe.write(data)


def _pieces(pipe: IO[bytes] | None) -> Iterator[bytes]:
    assert pipe is not None
    while data := pipe.read(CHUNK):
        yield data


@contextmanager
def _program(name: str, options: Sequence[str], environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of PostgreSQL's programs; raises SimpulError with its first word if it fails."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen([name, *options], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            errors.seek(0)
            raise SimpulError(f"{name} failed: {_first(errors.read())}", "Nothing was changed; correct that, then do it again.")


def _first(errors: bytes) -> str:
    """Return the first complaint of a program, without what it quotes of rows, statements or addresses."""
    lines = [line for line in errors.decode("utf-8", "replace").splitlines() if re.search(r"(error|ERROR|FATAL):", line)]
    said = re.sub(r'"(?![a-z_]+")[^"]*"', "…", lines[0]) if lines else "it gave no reason"
    return re.sub(r"^.*?(error|ERROR|FATAL):\s*", "", said)[:300].rstrip(".") + "."
