"""A disk that is small enough to be filled: a file system of its own where it can be mounted, else limits that act like one."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SIZE = 448 * 2**20
_PIECE = 2**20


class Disk:
    """Where the hub's database lives. ``how``: for people, what a full disk is here."""

    def __init__(self, folder: Path, *, real: bool) -> None:
        self.folder, self.real = folder, real
        self._filler = folder / "filler"
        self.how = (
            "a file system of its own, filled" if real else "no file system could be mounted, so no file may be written (RLIMIT_FSIZE)"
        )

    def fill(self, pids: Iterable[int]) -> None:
        """Let nothing more be written; ``pids`` are the processes that feel it where the disk is only simulated."""
        if not self.real:
            for pid in pids:
                may_write(pid, False)
            return
        with suppress(OSError), self._filler.open("wb", buffering=0) as filler:
            for size in (_PIECE, 4096, 512):
                with suppress(OSError):
                    while filler.write(b"\1" * size):
                        pass

    def free(self, pids: Iterable[int]) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)
        for pid in () if self.real else pids:
            may_write(pid, True)


def may_write(pid: int, may: bool) -> None:
    """Let a process, and whatever it starts from now on, write files, or let every such write fail with EFBIG.

    Raises PermissionError where neither this user nor the process's own may say so.
    """
    most = resource.RLIM_INFINITY if may else 0
    try:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    except ProcessLookupError:
        return
    except PermissionError:
        # A root without all its powers may not, but it may become who may.
        with suppress(FileNotFoundError):
            owner = Path(f"/proc/{pid}").stat().st_uid
            said = ("prlimit", f"--pid={pid}", f"--fsize={'unlimited' if may else 0}:unlimited")
            if subprocess.run(said, user=owner, capture_output=True, check=False, timeout=10).returncode and Path(f"/proc/{pid}").exists():
                raise


@contextmanager
def small_disk(folder: Path, *, mount: bool = True) -> Iterator[Disk]:
    """Give a disk in ``folder``: mounted where this user may and the kernel can, simulated otherwise, or if ``mount`` says no."""
    place, image = folder / "disk", folder / "disk.img"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(_SIZE)
    mounted = mount and _ran("mkfs.ext4", "-q", "-F", "-m", "0", str(image)) and _ran("mount", "-o", "loop", str(image), str(place))
    try:
        yield Disk(place, real=mounted)
    finally:
        if mounted and not _ran("umount", str(place)):
            _ran("umount", "-l", str(place))


def _ran(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
