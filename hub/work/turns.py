"""One connection's turn: a session of bounded time; whatever goes wrong stays with that connection and is shown there."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable
from threading import Event, Lock, Thread

import structlog

from contracts.errors import LeaseLost, NotDone, NotFound, SimpulError
from hub.build import Hub
from hub.session.session import Session, Tally
from hub.sync import backoff
from hub.sync.results import fails
from hub.words import Direction
from hub.work.due import due
from hub.work.lane import Lane
from hub.work.telling import Telling, broke_off, measured
from hub.work.wake import Wakeups

# Seconds that a session may work while others wait.
TURN = 10.0
# Seconds between two attempts to give leases back.
_AGAIN = 1.0
# A connection that cannot be opened is tried again within minutes: whoever mends its settings should not wait for hours.
_LONGEST = 600.0

_log = structlog.get_logger("simpul.work")


class Turns:
    """Gives connections their turns. ``wanted`` says no when the process is to end; ``seconds`` bound one turn.

    ``asks_first``: ask the database whether anything is due. Where wake-ups come from several processes, many come twice.
    ``threads``: how many turns there may be at once; half of them are for apps that let us wait.
    """

    def __init__(
        self,
        hub: Hub,
        wakeups: Wakeups,
        *,
        wanted: Callable[[], bool],
        seconds: float = TURN,
        asks_first: bool = False,
        threads: int = 8,
        rest: Callable[[float], object] | None = None,
    ) -> None:
        self.hub = hub
        self.wakeups = wakeups
        self.wanted = wanted
        self.seconds = seconds
        self.asks_first = asks_first
        self.lane = Lane(threads // 2)
        self._done: Counter[str] = Counter()
        self._lock = Lock()
        self._giving: Thread | None = None
        self._rest = rest or Event().wait

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
            broke_off(name)
            _log.error("session broke off", connection=name, **_where(error))
        finally:
            self._give_back()
            left = tally is not None and tally.left and self.wanted()
            self.wakeups.end(name, tasks=tally.tasks if tally else None, left=left)

    def _give_back(self) -> None:
        """Give back the leases that could not be when the database went away, as soon as it is there again."""
        with self._lock:
            if self.hub.engine.owed and not (self._giving and self._giving.is_alive()):
                self._giving = Thread(target=self._giving_back, name="giving-back", daemon=True)
                self._giving.start()

    def _giving_back(self) -> None:
        while self.hub.engine.owed and self.wanted():
            try:
                self.hub.engine.give_back()
            except Exception as error:
                _log.debug("leases cannot be given back yet", **_where(error))
                self._rest(_AGAIN)

    def done(self) -> Counter[str]:
        """Return what was done since the last time this was asked."""
        with self._lock:
            done, self._done = self._done, Counter()
        return done

    def tell(self) -> None:
        """Log what the last minute was."""
        _log.info("the last minute", **{"sessions": 0, **self.done()}, at_work=len(self.wakeups.at_work))

    def _session(self, name: str) -> Tally | None:
        if self.asks_first and not due(self.hub.store, only=name):
            return None
        if not self.lane.enter(name):
            return None
        began = time.monotonic()
        try:
            return self._ran(name, began)
        finally:
            self.lane.leave(name, time.monotonic() - began)

    def _ran(self, name: str, began: float) -> Tally | None:
        session = self._opened(name)
        if session is None:
            return None
        session.gateway = Telling(session.gateway, self.hub.store, name)
        try:
            tally = session.run(wanted=self.wanted, in_time=lambda: time.monotonic() - began < self.seconds)
        finally:
            session.connector.close()
        measured(name, tally, time.monotonic() - began)
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
