"""The file of a backup: a ZIP of parts and a manifest, that appears whole or not at all, readable by its owner only."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from contracts.errors import Refused, SimpulError
from hub.operations.archives.manifest import Manifest, Part

# What is going on (copy, pack, check, load), how many bytes or pages of it are done, and of how many if that is known.
Told = Callable[[str, int, int | None], None]

MANIFEST = "manifest.json"
KEYS = "keys.json"
CHUNK = 1 << 20

# One fixed name: what a killed backup left is overwritten by the next, so that such leftovers never pile up.
_UNFINISHED = ".simpul-backup.part"


class Sink:
    """Where one part goes: counts and digests what passes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._sha256, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._file.write(data)
        self._sha256.update(data)
        self.size += len(data)

    def part(self) -> Part:
        """Return what the manifest says of it."""
        return Part(self.size, self._sha256.hexdigest())


class NewArchive:
    """An archive that is being written; ``folder`` is where it will be, and has room for what has to be put aside meanwhile."""

    def __init__(self, file: ZipFile, folder: Path) -> None:
        self._file, self.folder = file, folder
        self.parts: dict[str, Part] = {}

    @contextmanager
    def part(self, name: str, *, packed: bool = False) -> Iterator[Sink]:
        """Write one part; ``packed`` already, it is only stored."""
        with self._file.open(_entry(name, ZIP_STORED if packed else ZIP_DEFLATED), "w", force_zip64=True) as file:
            sink = Sink(file)
            yield sink
        self.parts[name] = sink.part()

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, the last of all."""
        self._file.writestr(_entry(MANIFEST, ZIP_DEFLATED), manifest.dump())


def _entry(name: str, how: int) -> ZipInfo:
    entry = ZipInfo(name)
    entry.compress_type, entry.external_attr = how, 0o600 << 16
    return entry


@contextmanager
def new_archive(path: Path) -> Iterator[NewArchive]:
    """Write an archive beside its place and move it there when it is whole and on disk. Raises Refused, SimpulError (no room)."""
    beside = path.parent / _UNFINISHED
    with on_disk("The backup could not be written"):
        if os.path.lexists(path):
            raise Refused(f"{path} is there already and is not overwritten.", "Name another file, or a folder.")
        with _alone(beside) as file:
            try:
                file.truncate()
                with ZipFile(file, "w") as archive:
                    yield NewArchive(archive, path.parent)
                file.flush()
                os.fsync(file.fileno())
                os.rename(beside, path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
        flush_folder(path.parent)


def _alone(beside: Path) -> IO[bytes]:
    """Open the file that will be written to, for this backup only; raises Refused while another has it."""
    while True:
        file = os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        try:
            if not _locked(file, beside.parent) or _still_at(file, beside):
                return file
        except BaseException:
            file.close()
            raise
        # Between the two steps another backup ended: what was opened is its whole archive, under its own name now.
        file.close()


def _locked(file: IO[bytes], folder: Path) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused(f"Another backup is being written to {folder}.", "Wait until it is done, or name another folder.") from None
    except OSError:
        return False  # a share that knows no locks: two at once would be the operator's own doing
    return True


def _still_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


@contextmanager
def on_disk(what: str) -> Iterator[None]:
    """Let a disk that is full or refuses be told as such; raises SimpulError."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SimpulError(f"{what} ({why}).", "Make room or correct the permissions, then do it again; nothing was changed.") from error


def flush_folder(folder: Path) -> None:
    """Make a new name durable: without this a power cut may forget it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network shares do not let a folder be flushed
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Archive:
    """An archive to read; nothing in it is believed before `check`."""

    def __init__(self, path: Path, file: ZipFile) -> None:
        self.path, self._file = path, file
        self.manifest = Manifest.parse(file.read(MANIFEST))

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.manifest.parts.values())

    def read(self, name: str) -> Iterator[bytes]:
        """Give one part piece by piece."""
        with self._file.open(name) as file:
            while data := file.read(CHUNK):
                yield data

    def check(self, told: Told) -> None:
        """Compare every part with its digest; raises Refused."""
        done = 0
        for name, part in self.manifest.parts.items():
            sha256, size = hashlib.sha256(), 0
            for data in self.read(name):
                sha256.update(data)
                size += len(data)
                done += len(data)
                told("check", done, self.size)
            if (size, sha256.hexdigest()) != (part.size, part.sha256):
                raise _damaged(self.path)


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a backup; raises Refused if it is none, or damaged."""
    try:
        with ZipFile(path) as file:
            yield Archive(path, file)
    except FileNotFoundError as error:
        raise Refused(f"There is no file {path}.", "Name the file of a backup.") from error
    except (BadZipFile, KeyError, EOFError, zlib.error) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> Refused:
    return Refused(f"{path} is damaged or no backup of a hub.", "Take another copy of it. Nothing was changed.")
