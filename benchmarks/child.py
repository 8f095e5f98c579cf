"""Runs `simpul` as a process of its own on a terminal of its own, and watches it: its memory, what it shows, how far it is."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SIMPUL = str(Path(sys.executable).with_name("simpul"))
_SHOWN = re.compile(rb"(\d+) read, ")
_EVERY = 0.1
_COUNTED_EVERY = 0.25


@dataclass(slots=True)
class Watched:
    """What was seen: (records kept, resident MB) many times, the counts that were shown, and how it ended."""

    samples: list[tuple[int, float]] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    said: str = ""
    status: int = -1
    seconds: float = 0.0


def simpul(*words: str, environ: Mapping[str, str]) -> str:
    """Run one command to its end and return what it printed; raises CalledProcessError."""
    done = subprocess.run([SIMPUL, *words], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()
    return done.stdout


def watch(name: str, environ: Mapping[str, str], kept: Callable[[], int], stop: tuple[int, signal.Signals] | None = None) -> Watched:
    """Run ``simpul sync`` and watch it until it ends; ``stop``: from how many records on which signal is sent."""
    seen = Watched()
    master, slave = pty.openpty()
    began = time.monotonic()
    process = subprocess.Popen(
        [SIMPUL, "--lang", "en", "sync", name], env=environ, stdin=slave, stdout=subprocess.PIPE, stderr=slave, start_new_session=True
    )
    os.close(slave)
    reader = threading.Thread(target=_read, args=(master, seen.shown), daemon=True)
    reader.start()
    try:
        _sample(process, seen, kept, stop)
    finally:
        process.kill()
        said, _ = process.communicate()
        reader.join(10)
        os.close(master)
    seen.said, seen.status, seen.seconds = said.decode(), process.returncode, time.monotonic() - began
    return seen


def _sample(process: subprocess.Popen[bytes], seen: Watched, kept: Callable[[], int], stop: tuple[int, signal.Signals] | None) -> None:
    count, due = 0, 0.0
    while process.poll() is None:
        if time.monotonic() >= due:
            count, due = kept(), time.monotonic() + _COUNTED_EVERY
        seen.samples.append((count, _resident(process.pid)))
        if stop is not None and count >= stop[0]:
            process.send_signal(stop[1])
            process.wait(60)
            return
        time.sleep(_EVERY)


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _read(master: int, shown: list[int]) -> None:
    while True:
        try:
            told = os.read(master, 65_536)
        except OSError:
            return
        if not told:
            return
        for count in _SHOWN.findall(told):
            if not shown or int(count) > shown[-1]:
                shown.append(int(count))
