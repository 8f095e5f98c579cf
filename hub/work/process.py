"""How a process of ours ends: when it is asked to, when a thread of it has died, and in spite of whatever hangs."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from threading import Event, Thread
from types import FrameType

import structlog

_MINUTE = 60.0
_BROKEN, _INTERRUPTED = 70, 130

_log = structlog.get_logger("simpul.process")


class Stop:
    """Listens to Ctrl-C and SIGTERM: the first asks for the end, the second is the end."""

    def __init__(self) -> None:
        self._event = Event()
        self.asked_at = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        if self._event.is_set():
            end(_INTERRUPTED)
        self.now()

    def wanted(self) -> bool:
        """Tell whether to go on."""
        return not self._event.is_set()

    def now(self) -> None:
        """Ask for the end from inside."""
        self.asked_at = time.monotonic()
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Wait until the end is asked for."""
        return self._event.wait(seconds)


def watch(stop: Stop, threads: Sequence[Thread], every_minute: Callable[[], None]) -> bool:
    """Wait for the end; True if that was a thread that died, after which there is nothing to wait for."""
    told = time.monotonic()
    while not stop.wait(0.5):
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            _log.critical("a thread has died; start again", threads=dead)
            stop.now()
            return True
        if time.monotonic() - told >= _MINUTE:
            told = time.monotonic()
            every_minute()
    return False


def leave(stop: Stop, threads: Sequence[Thread], at_work: Callable[[], Sequence[str]], *, patience: float, broken: bool = False) -> None:
    """Wait for what is at work; after ``patience`` seconds the process ends in spite of it, as it would by a power cut."""
    for thread in threads:
        thread.join(max(stop.asked_at + patience - time.monotonic(), 0.0))
    _log.info("stopped", seconds=round(time.monotonic() - stop.asked_at, 2), hanging=list(at_work()))
    if broken or any(thread.is_alive() for thread in threads):
        end(_BROKEN if broken else 0)


def end(code: int) -> None:
    """End the process now."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
