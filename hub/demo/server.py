"""Runs one web server as a process of its own and makes sure that it ends."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import requests

from contracts.errors import NotDone

_PATIENCE = 30.0  # seconds for an app to start, and for one page
_MANNERS = 5.0  # seconds for an app to end by itself


class Server:
    """One web server started by us, in a process group of its own; whoever starts it must stop it, and exit does.

    The command prints its port as the first line and ends when its standard input closes.
    """

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._command, self._log, self._environment = list(command), log, environment
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    @property
    def pid(self) -> int | None:
        """The process, or None while it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, path: str = "/") -> None:
        """Start it and wait until ``path`` answers; raises NotDone, with the log's place, if it does not."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **(self._environment or {})},
                start_new_session=True,
            )
        atexit.register(self.stop)
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode().strip()
        if not line.isdigit():
            self.stop()
            raise NotDone("The local app did not start.", f"Read {self._log}.")
        self.url = f"http://127.0.0.1:{line}"
        self._wait(path)

    def _wait(self, path: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while self.pid and time.monotonic() < deadline:
            with suppress(requests.ConnectionError), requests.get(self.url + path, timeout=_PATIENCE) as answer:
                if answer.status_code < 500:
                    return
            time.sleep(0.05)
        self.stop()
        raise NotDone("The local app started but does not answer.", f"Read {self._log}.")

    def stop(self) -> None:
        """End it and what it started; doing it twice is fine."""
        process, self._process = self._process, None
        atexit.unregister(self.stop)
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        _end(process, signal.SIGTERM)
        try:
            process.wait(_MANNERS)
        except subprocess.TimeoutExpired:
            _end(process, signal.SIGKILL)
            process.wait(_MANNERS)


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
