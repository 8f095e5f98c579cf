"""`simpul serve`: one process that answers, works and keeps the schedule, and ends within two seconds of being asked to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from hub.build import Hub
from hub.work.announcing import announcing
from hub.work.app import celery_app
from hub.work.door import Web, Wsgi, bind
from hub.work.hands import Hands
from hub.work.process import Stop, leave, watch
from hub.work.turns import TURN

# Seconds that may pass between Ctrl-C and the end of the process; what hangs is left to the next start.
_PATIENCE = 1.7

_log = structlog.get_logger("simpul.serve")


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve. ``threads``: sessions at once; ``every``: seconds between rounds; ``turn``: seconds of one session.

    ``broker``: where changes are announced, and nothing else; None: nowhere.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 8
    every: float = 1.0
    turn: float = TURN
    broker: str | None = None


def serve(how: Serving, open_hub: Callable[[], Hub], pages: Callable[[Hub], Wsgi]) -> None:
    """Serve until Ctrl-C or SIGTERM; ends the process itself if something hangs. Raises Refused when the port is taken.

    ``open_hub`` is called once the port is ours, ``pages`` makes what is answered there.
    """
    door = bind(how.host, how.port)
    stop = Stop()
    with door:
        hub = open_hub()
        app, turns = celery_app(hub, wanted=stop.wanted, every=how.every, turn=how.turn, threads=how.threads)
        web = Web(pages(hub), door, threads=4)
        hands = Hands(app, threads=how.threads)
        _log.info("serving", url=address(door.getsockname()), threads=how.threads)
        threads = [*hands.threads, web.thread]
        if how.broker is not None:
            threads.append(announcing(hub.store, how.broker, stop))
        broken = watch(stop, threads, turns.tell)
        _log.info("stopping", at_work=sorted(turns.wakeups.at_work))
        hands.stop()
        web.stop()
        leave(stop, threads, lambda: sorted(turns.wakeups.at_work), patience=_PATIENCE, broken=broken)
        hub.close()


def address(name: tuple[str, int]) -> str:
    """Write a bound socket's name as a URL."""
    host, port = name[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
