"""Real processes that synchronise without end, to be killed: ``python -m tests.real.sessions`` forks them on request.

The process that forks has imported everything and opened nothing, so that a new session costs milliseconds and shares
no socket with another. One JSON order a line comes in, one JSON answer a line goes out.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psycopg  # noqa: F401  # imported before the fork, as everything else
import pymysql  # noqa: F401

from contracts.errors import LeaseLost
from hub.build import build
from hub.config import Settings
from hub.store.rows import ConnectionRow
from hub.store.unit import Unit
from hub.sync import lease
from tests.work.processes import end

_ROOT = Path(__file__).parents[2]
_IDLE = 0.02


def careless_acquire(unit: Unit, name: str, owner: str) -> ConnectionRow:
    """Take a lease as if nobody else could hold it."""
    row = unit.connection(name, lock=True)
    row.fence += 1
    row.lease_owner = owner
    return row


def careless_verify(unit: Unit, name: str, fence: int) -> ConnectionRow:
    """Go on whoever has taken the lease meanwhile."""
    return unit.connection(name, lock=True)


def synchronise(home: str, database: str, name: str) -> None:
    """Run sessions of one connection until told to stop; what goes wrong is appended to a file and goes wrong again next time."""
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    hub = build(Settings.load({"SIMPUL_HOME": home, "SIMPUL_DATABASE": database}))
    nursery = os.getppid()
    while not asked and os.getppid() == nursery:
        try:
            written = hub.session(name).run().writes
        except LeaseLost:
            written = 0
        except Exception:
            written = 0
            with open(Path(home) / "errors", "a", encoding="utf-8") as errors:
                errors.write(f"--- {name} {os.getpid()}\n{traceback.format_exc()}\n")
            time.sleep(10 * _IDLE)
        if not written:
            time.sleep(_IDLE)
    hub.close()


def _start(home: str, database: str, name: str, fenced: bool) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        if not fenced:
            lease.acquire, lease.verify = careless_acquire, careless_verify
        synchronise(home, database, name)
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


def _obey() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        do = order.pop("do")
        print(json.dumps(_start(**order) if do == "start" else end(**order)), flush=True)


class Sessions:
    """The other end: starts, kills, pauses and stops synchronising processes, and ends every one when the test ends."""

    def __init__(self, home: Path, database: str, *, fenced: bool = True) -> None:
        self._hub = {"home": str(home), "database": database, "fenced": fenced}
        self._errors = home / "errors"
        self.running: dict[int, str] = {}

    def __enter__(self) -> Sessions:
        command = [sys.executable, "-m", "tests.real.sessions"]
        self._process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for pid in list(self.running):
            self.kill(pid)
        self._pipe(self._process.stdin).close()
        self._process.wait()
        self._pipe(self._process.stdout).close()

    def _pipe(self, pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    def _ask(self, **order: Any) -> int:
        print(json.dumps(order), file=self._pipe(self._process.stdin), flush=True)
        return int(json.loads(self._pipe(self._process.stdout).readline()))

    def start(self, name: str) -> int:
        """Start a process that synchronises one connection; returns its id."""
        pid = self._ask(do="start", name=name, **self._hub)
        self.running[pid] = name
        return pid

    def kill(self, pid: int) -> bool:
        """Kill with SIGKILL; tells whether it was still alive."""
        del self.running[pid]
        return self._ask(do="end", pid=pid, number=signal.SIGKILL) == -signal.SIGKILL

    def pause(self, pid: int) -> None:
        """Let a process stand still, as a machine that swaps or a virtual one that is moved."""
        os.kill(pid, signal.SIGSTOP)

    def wake(self, pid: int) -> None:
        """Let it go on as if nothing had been."""
        os.kill(pid, signal.SIGCONT)

    def stop(self) -> list[int]:
        """Let every process finish what it does; returns how each ended."""
        ended = [self._ask(do="end", pid=pid, number=signal.SIGTERM) for pid in self.running]
        self.running.clear()
        return ended

    def errors(self) -> str:
        """What went wrong in any of them, as tracebacks."""
        return self._errors.read_text("utf-8") if self._errors.exists() else ""


if __name__ == "__main__":
    _obey()
