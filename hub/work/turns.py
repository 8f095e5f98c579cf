"""One connection's turn: a session of bounded time; whatever goes wrong stays with that connection and is shown there."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable
from threading import Lock

import structlog

from contracts.errors import LeaseLost, NotDone, NotFound, SimpulError
from hub.build import Hub
from hub.session.session import Session, Tally
from hub.sync import backoff
from hub.sync.results import fails
from hub.words import Direction
from hub.work.wake import Wakeups

# Seconds that a session may work while others wait.
TURN = 10.0
# A connection that cannot be opened is tried again within minutes: whoever mends its settings should not wait for hours.
_LONGEST = 600.0

_log = structlog.get_logger("simpul.work")


class Turns:
    """Gives connections their turns. ``wanted`` says no when the process is to end; ``seconds`` bound one turn."""

    def __init__(self, hub: Hub, wakeups: Wakeups, *, wanted: Callable[[], bool], seconds: float = TURN) -> None:
        self.hub = hub
        self.wakeups = wakeups
        self.wanted = wanted
        self.seconds = seconds
        self._done: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, name: str) -> None:
        """Let one connection work until nothing is due, its time is over, or the process is to end; raises nothing."""
        if not self.wanted() or not self.wakeups.begin(name):
            return
        tally = None
        try:
            tally = self._session(name)
        except (LeaseLost, NotFound):
            # Somebody else is at work on it, or it was removed: the schedule looks again.
            pass
        except Exception as error:
            _log.error("session broke off", connection=name, **_where(error))
        finally:
            left = tally is not None and tally.left and self.wanted()
            self.wakeups.end(name, tasks=tally.tasks if tally else None, left=left)

    def done(self) -> Counter[str]:
        """Return what was done since the last time this was asked."""
        with self._lock:
            done, self._done = self._done, Counter()
        return done

    def _session(self, name: str) -> Tally | None:
        session = self._opened(name)
        if session is None:
            return None
        began = time.monotonic()
        try:
            tally = session.run(wanted=self.wanted, in_time=lambda: time.monotonic() - began < self.seconds)
        finally:
            session.connector.close()
        self._told(name, tally, time.monotonic() - began)
        return tally

    def _opened(self, name: str) -> Session | None:
        try:
            return self.hub.session(name)
        except (LeaseLost, NotFound):
            raise
        except Exception as error:
            # The text of an error that is not ours may hold a password.
            said = str(error) if isinstance(error, SimpulError) else f"{type(error).__name__} while its connector was opened."
            self._cannot_open(name, said)
            _log.warning("connection cannot be opened", connection=name, **_where(error))
            return None

    def _cannot_open(self, name: str, said: str) -> None:
        with self.hub.engine.working(name) as desk:
            rest = min(backoff.wait(desk.row.pull_failures, name), _LONGEST)
            error = NotDone(said, "Correct its settings; it is tried again by itself.", retry_after=rest)
            fails(desk, Direction.PULL, error)
            fails(desk, Direction.PUSH, error)

    def _told(self, name: str, tally: Tally, seconds: float) -> None:
        counts = {what: getattr(tally, what) for what in ("records", "rejected", "reads", "creates", "edits", "failures")}
        with self._lock:
            self._done.update(counts, sessions=1)
        quiet = not any(counts[what] for what in ("rejected", "creates", "edits", "failures"))
        tell = _log.debug if quiet else _log.info
        tell("session", connection=name, **counts, seconds=round(seconds, 3), left=tally.left)


def _where(error: Exception) -> dict[str, str]:
    """Say what kind of error it is and where it arose, without its text, which may hold data."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"error": type(error).__name__, "at": f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"}
