"""`simpul serve` and the roles as real processes, to be killed: ``python -m tests.work.processes`` forks them on request.

The process that forks has imported everything and opened nothing, so that a new one costs milliseconds.
One JSON order a line comes in, one JSON answer a line goes out.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from connectors.database import connector  # noqa: F401  # imported before the fork, as everything else
from hub.api import app  # noqa: F401
from hub.cli.root import root
from hub.work import logs, roles, serving, web  # noqa: F401

_ROOT = Path(__file__).parents[2]


def _start(environ: dict[str, str], arguments: list[str], log: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        os.dup2(2, 1)
        os.environ.update(environ)
        # As at a terminal: what a script starts in its background ignores Ctrl-C, and so would whatever it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        root(arguments)
    except SystemExit as ended:
        os._exit(int(ended.code or 0))
    finally:
        traceback.print_exc()
        os._exit(1)


def end(pid: int, number: int) -> int:
    """Send a child a signal, continue it if it is paused, and wait for its end; negative if a signal ended it: SIGKILL after a minute."""
    os.kill(pid, number)
    os.kill(pid, signal.SIGCONT)
    patience = time.monotonic() + 60.0
    while not (ended := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() > patience:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)
    return os.waitstatus_to_exitcode(ended[1])


def _obey() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        do = order.pop("do")
        print(json.dumps(_start(**order) if do == "start" else end(**order)), flush=True)


class Processes:
    """The other end: starts, kills and stops servers of one hub, and ends every one when the test ends.

    ``arguments`` are those of `simpul serve`; ``environ`` is what the processes find beside the hub's home.
    """

    def __init__(self, home: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> None:
        self.log = home / "serve.log"
        self._arguments = ("serve", "--port", "0", *arguments)
        self._environ = {**(environ or {}), "SIMPUL_HOME": str(home)}
        self.running: set[int] = set()

    def __enter__(self) -> Processes:
        command = [sys.executable, "-m", "tests.work.processes"]
        self._process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for pid in list(self.running):
            self.end(pid, signal.SIGKILL)
        self._pipe(self._process.stdin).close()
        self._process.wait()
        self._pipe(self._process.stdout).close()

    def _pipe(self, pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    def _ask(self, **order: Any) -> int:
        print(json.dumps(order), file=self._pipe(self._process.stdin), flush=True)
        return int(json.loads(self._pipe(self._process.stdout).readline()))

    def start(self, *words: str, log: Path | None = None) -> int:
        """Start a server, or the command with these words; returns its process id."""
        arguments = list(words or self._arguments)
        pid = self._ask(do="start", environ=self._environ, arguments=arguments, log=str(log or self.log))
        self.running.add(pid)
        return pid

    def tell(self, pid: int, number: int) -> None:
        """Send a signal and do not wait."""
        os.kill(pid, number)

    def end(self, pid: int, number: int = signal.SIGINT) -> int:
        """Send a signal and wait for the end; returns the exit status, negative if the signal ended it."""
        self.running.discard(pid)
        return self._ask(do="end", pid=pid, number=int(number))


if __name__ == "__main__":
    _obey()
