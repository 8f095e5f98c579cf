"""A secret file on disk: appears whole or not at all, and only its owner may read it."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from contracts.errors import ConfigurationProblems

# Others must not read it, nor the group write it; a group may read, as a secret mounted for a service is.
_TOO_OPEN = stat.S_IRWXO | stat.S_IWGRP


def read_private(path: Path) -> str:
    """Return the content; raises ConfigurationProblems if it is absent, not text, or open to others."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except OSError as error:
        raise _problem(path, f"cannot be read ({error.strerror}); restore it from your backup or correct its permissions") from error
    if mode & _TOO_OPEN:
        raise _problem(path, f"can be read or changed by others; run: chmod 600 {path}")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _problem(path, "is not text; restore it from your backup") from None


def write_private(path: Path, content: str, *, replace: bool) -> None:
    """Write with mode 0600 and flush to disk, in one step as seen from outside; makes the folder (0700) if need be.

    Raises ConfigurationProblems if it cannot be written, or exists while ``replace`` is false.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(beside, content)
            if replace:
                os.replace(beside, path)
            else:
                os.link(beside, path)  # unlike a rename, refuses to overwrite
        finally:
            beside.unlink(missing_ok=True)
        _flush(path.parent)
    except FileExistsError:
        raise _problem(path, "exists already and is not overwritten; name another file in SIMPUL_KEYS") from None
    except OSError as error:
        raise _problem(path, f"cannot be written ({error.strerror}); name a place you may write to in SIMPUL_KEYS") from error


def _write(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Make the new name itself durable: without this a power cut may forget it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _problem(path: Path, what: str) -> ConfigurationProblems:
    return ConfigurationProblems([(str(path), what)])
