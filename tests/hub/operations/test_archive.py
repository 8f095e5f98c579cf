"""The file of a backup, while more than one is made at a time."""

from __future__ import annotations

import fcntl
import os
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

from contracts.errors import Refused
from hub.operations.archives.archive import NewArchive, new_archive


def fill(archive: NewArchive, content: bytes) -> None:
    with archive.part("x") as sink:
        sink.write(content)


def test_a_backup_that_ends_while_another_begins_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, lock = ExitStack(), fcntl.flock

    def late(file: IO[bytes], how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        first.close()  # what the second has opened already is a finished archive from here on
        lock(file, how)

    fill(first.enter_context(new_archive(tmp_path / "one.zip")), b"one" * 1_000)
    monkeypatch.setattr(fcntl, "flock", late)
    with new_archive(tmp_path / "two.zip") as second:
        fill(second, b"two")
    assert zipfile.ZipFile(tmp_path / "one.zip").read("x") == b"one" * 1_000
    assert zipfile.ZipFile(tmp_path / "two.zip").read("x") == b"two"
    assert sorted(os.listdir(tmp_path)) == ["one.zip", "two.zip"]


def test_two_backups_are_not_written_to_one_folder_at_once(tmp_path: Path) -> None:
    with new_archive(tmp_path / "one.zip") as first:
        with pytest.raises(Refused, match="Another backup"), new_archive(tmp_path / "two.zip"):
            pass
        fill(first, b"one")
    assert os.listdir(tmp_path) == ["one.zip"]
