"""`simpul serve`: one process that answers, works and keeps the schedule, and ends within two seconds of being asked to."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from types import FrameType

import structlog

from hub.build import Hub
from hub.work.app import celery_app
from hub.work.door import Web, Wsgi, bind
from hub.work.hands import Hands
from hub.work.turns import TURN, Turns

# Seconds that may pass between Ctrl-C and the end of the process; what hangs is left to the next start.
_PATIENCE = 1.7
_MINUTE = 60.0
_BROKEN, _INTERRUPTED = 70, 130

_log = structlog.get_logger("simpul.serve")


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve. ``threads``: sessions at once; ``every``: seconds between rounds; ``turn``: seconds of one session."""

    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 8
    every: float = 1.0
    turn: float = TURN


def serve(how: Serving, open_hub: Callable[[], Hub], pages: Callable[[Hub], Wsgi]) -> None:
    """Serve until Ctrl-C or SIGTERM; ends the process itself if something hangs. Raises Refused when the port is taken.

    ``open_hub`` is called once the port is ours, ``pages`` makes what is answered there.
    """
    door = bind(how.host, how.port)
    stop = _Stop()
    with door:
        hub = open_hub()
        app, turns = celery_app(hub, wanted=stop.wanted, every=how.every, turn=how.turn)
        web = Web(pages(hub), door, threads=4)
        hands = Hands(app, threads=how.threads)
        _log.info("serving", url=_address(door.getsockname()), threads=how.threads)
        threads = (*hands.threads, web.thread)
        broken = _watch(stop, threads, turns)
        _log.info("stopping", at_work=sorted(turns.wakeups.at_work))
        hands.stop()
        web.stop()
        _leave(stop, threads, turns, broken)
        hub.close()


class _Stop:
    """Listens to Ctrl-C and SIGTERM: the first asks for the end, the second is the end."""

    def __init__(self) -> None:
        self._event = Event()
        self.asked_at = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        if self._event.is_set():
            _end(_INTERRUPTED)
        self.asked_at = time.monotonic()
        self._event.set()

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


def _watch(stop: _Stop, threads: tuple[Thread, ...], turns: Turns) -> bool:
    """Wait for the end, tell every minute what was done, and notice a thread that died: then there is nothing to wait for."""
    told = time.monotonic()
    while not stop.wait(0.5):
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            _log.critical("a thread has died; start again", threads=dead)
            stop.now()
            return True
        if time.monotonic() - told >= _MINUTE:
            told = time.monotonic()
            _log.info("the last minute", **{"sessions": 0, **turns.done()}, at_work=len(turns.wakeups.at_work))
    return False


def _leave(stop: _Stop, threads: tuple[Thread, ...], turns: Turns, broken: bool) -> None:
    """Wait for what is at work; after two seconds the process ends in spite of it, as it would by a power cut."""
    for thread in threads:
        thread.join(max(stop.asked_at + _PATIENCE - time.monotonic(), 0.0))
    hanging = sorted(turns.wakeups.at_work)
    _log.info("stopped", seconds=round(time.monotonic() - stop.asked_at, 2), hanging=hanging)
    if broken or any(thread.is_alive() for thread in threads):
        _end(_BROKEN if broken else 0)


def _end(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _address(name: tuple[str, int]) -> str:
    host, port = name[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
