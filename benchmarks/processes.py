"""Runs the hub's own processes (`simpul web`, `worker`, `scheduler`, `serve`), and tells what processor time they took."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.child import SIMPUL

_TICK = os.sysconf("SC_CLK_TCK")
_URL = re.compile(r"url=\"?(http://[0-9.:]+)")
_READY = {"web": "answering", "worker": "working", "scheduler": "scheduling", "serve": "serving"}
_PATIENCE = 60.0


class Role:
    """One process of the hub; ``url`` is where it answers, if it does."""

    def __init__(self, role: str, words: tuple[str, ...], environ: Mapping[str, str], log: Path) -> None:
        self.role, self._log = role, log
        self._file = log.open("wb")
        self.process = subprocess.Popen([SIMPUL, role, *words], env=dict(environ), stdout=self._file, stderr=self._file)

    def wait(self) -> None:
        """Wait until it says that it is there; raises RuntimeError."""
        until = time.monotonic() + _PATIENCE
        while _READY[self.role] not in self.said():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"simpul {self.role} did not start:\n{self.said()}")
            time.sleep(0.05)

    def said(self) -> str:
        """Return what it has logged."""
        return self._log.read_text("utf-8", "replace")

    @property
    def url(self) -> str:
        """Where it answers."""
        found = _URL.search(self.said())
        return found[1] if found else ""

    def stop(self) -> None:
        """Ask it to end, and end it."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self._file.close()


class Roles:
    """The processes of one hub."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ, self._folder = environ, folder
        self.all: list[Role] = []

    def start(self, role: str, *words: str) -> Role:
        """Start one and wait until it is there."""
        log = self._folder / f"{role}-{len(self.all)}.log"
        started = Role(role, words, self._environ, log)
        self.all.append(started)
        started.wait()
        return started

    def stop(self) -> None:
        """Stop all of them, the last one first."""
        for role in reversed(self.all):
            role.stop()
        self.all.clear()

    def cpu(self) -> float:
        """Return the seconds of processor time, user and system, that they and their children have taken."""
        pids = {role.process.pid for role in self.all}
        return sum(_spent(pid) for pid in pids | _children(pids))

    def troubles(self) -> list[str]:
        """Return what they logged of worse than information."""
        return [line for role in self.all for line in role.said().splitlines() if "level=error" in line or "level=critical" in line]


def environment(folder: Path, database: str, broker: str | None = None) -> dict[str, str]:
    """Return what a process of a hub needs in its environment, and nothing of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    told = {"SIMPUL_HOME": str(folder), "SIMPUL_DATABASE": database, "SIMPUL_KEYS": str(folder / "keys.json")}
    return kept | told | ({"SIMPUL_BROKER": broker} if broker else {})


@contextmanager
def roles(folder: Path, database: str, broker: str | None = None) -> Iterator[Roles]:
    """Give the processes of a hub, none started yet; all end with the block, and their logs are shown if it fails."""
    running = Roles(environment(folder, database, broker), folder)
    try:
        yield running
    except BaseException:
        for role in running.all:
            sys.stderr.write(f"--- {role.role}\n{role.said()[-3_000:]}\n")
        raise
    finally:
        running.stop()


def spent_by(pids: set[int]) -> float:
    """Return the processor time of processes of others; what has ended counts no more."""
    return sum(_spent(pid) for pid in pids)


def _spent(pid: int) -> float:
    try:
        # utime, stime; the name of the process, in brackets, may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


def _children(pids: set[int]) -> set[int]:
    found: set[int] = set()
    for pid in pids:
        for each in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found |= {int(child) for child in each.read_text("ascii").split()}
            except OSError:
                continue
    return found
