"""The hub's processes as a supervisor keeps them: killed, suspended, and started again when they end by themselves."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, RLock, Thread

from benchmarks.child import SIMPUL

_LOOK, _PATIENCE = 0.5, 20.0


class Kept:
    """One process with all it starts. ``ended``: the exit statuses with which it ended although nobody had asked."""

    def __init__(self, name: str, words: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self.name, self.log = name, log
        self._command, self._environ = [SIMPUL, *words], dict(environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = RLock()
        self.ended: list[int] = []

    def start(self) -> None:
        """Start it, unless it runs."""
        with self._lock:
            if self._process is not None:
                return
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command, env=self._environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )

    def kill(self) -> None:
        """End it as a power cut does; it stays away until it is started."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and end it."""
        self._end(signal.SIGTERM)

    def suspend(self) -> None:
        """Let it stand still."""
        self._tell(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._tell(signal.SIGCONT)

    @property
    def suspended(self) -> bool:
        """Whether it stands still."""
        with self._lock, suppress(OSError):
            if self._process is not None:
                return Path(f"/proc/{self._process.pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] == "T"
        return False

    def look(self) -> None:
        """Start it again if it has ended by itself."""
        with self._lock:
            if self._process is not None and (status := self._process.poll()) is not None:
                self.ended.append(status)
                # What it had started may still hold the port.
                self._tell(signal.SIGKILL)
                self._process = None
                self.start()

    def _tell(self, number: signal.Signals) -> None:
        with self._lock, suppress(ProcessLookupError):
            if self._process is not None:
                os.killpg(self._process.pid, number)

    def _end(self, number: signal.Signals) -> None:
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return
            for each in (number, signal.SIGCONT):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, each)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Supervisor:
    """Looks after the processes until it is stopped."""

    def __init__(self, all_: Sequence[Kept]) -> None:
        self.all = list(all_)
        self._enough = Event()
        self._thread = Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start everything."""
        for each in self.all:
            each.start()
        self._thread.start()

    def stop(self) -> None:
        """End everything, at the same time."""
        self._enough.set()
        if self._thread.is_alive():
            self._thread.join()
        ending = [Thread(target=each.stop) for each in self.all]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join()

    def _watch(self) -> None:
        while not self._enough.wait(_LOOK):
            for each in self.all:
                each.look()
