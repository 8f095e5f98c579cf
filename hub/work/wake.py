"""Whose turn has been asked for: a connection waits in the queue once, and a wake-up while it is at work is remembered."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hub.correlation import ASKED
from hub.metrics import counters
from hub.store.store import Store
from hub.work.due import due, names

# After an empty turn the schedule lets a connection rest: should it ever see work where a session finds none, little is lost.
_REST, _LONGEST = 2.0, 60.0

_log = structlog.get_logger("simpul.work")


class Wakeups:
    """What one process knows of the queue, by name of connection; the truth is in the database. ``post`` sends the task.

    ``soon`` sends one that does not stand behind a round of polls, for what a commit has left to do. ``lost`` is how many
    seconds a task may stay in the queue before another one is sent.
    """

    def __init__(
        self,
        store: Store,
        post: Callable[[str], None],
        *,
        soon: Callable[[str], None] | None = None,
        lost: float = 300.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._post = post
        self._hurry = soon or post
        self._lost = lost
        self._monotonic = monotonic
        self._lock = Lock()
        self._queued: dict[str, float] = {}
        self._at_work: set[str] = set()
        self._soon: set[str] = set()
        self._again: dict[str, bool] = {}
        self._rests: dict[str, tuple[float, float]] = {}
        self._names: dict[int, str] = {}

    def wake(self, name: str, *, soon: bool = False) -> None:
        """Ask for a connection's turn, unless it is asked for already; one at work looks again when it is done."""
        now = self._monotonic()
        with self._lock:
            if name in self._at_work:
                self._again[name] = soon or self._again.get(name, False)
                ASKED.note(name)
                return
            if now < self._queued.get(name, 0.0) and (not soon or name in self._soon):
                return
            self._queued[name] = now + self._lost
            self._soon.add(name) if soon else self._soon.discard(name)
        ASKED.note(name)
        try:
            (self._hurry if soon else self._post)(name)
        except Exception as error:
            # A wake-up may be lost: what was committed stays committed, and the schedule finds it.
            self._queued.pop(name, None)
            self._soon.discard(name)
            counters.LOST.inc()
            _log.warning("a wake-up was lost", connection=name, error=type(error).__name__)

    def wake_due(self) -> None:
        """Ask for the turns that are due and were not known of: what the schedule does."""
        now = self._monotonic()
        for name in due(self._store):
            if now >= self._rests.get(name, (0.0, 0.0))[0]:
                self.wake(name)

    def wake_ids(self, ids: frozenset[int]) -> None:
        """Ask for the turns of connections that a commit has left something to do."""
        for name in self._known(ids):
            self.wake(name, soon=True)

    def _known(self, ids: frozenset[int]) -> list[str]:
        unknown = ids - self._names.keys()
        try:
            self._names.update(names(self._store, unknown) if unknown else {})
        except SQLAlchemyError as error:
            _log.warning("a wake-up was lost", error=type(error).__name__)
        return [self._names[each] for each in ids & self._names.keys()]

    def begin(self, name: str) -> bool:
        """Begin a turn; False if this process is at work on that connection, which then looks again."""
        with self._lock:
            self._queued.pop(name, None)
            self._soon.discard(name)
            if name in self._at_work:
                self._again.setdefault(name, False)
                ASKED.note(name)
                return False
            self._at_work.add(name)
            return True

    def end(self, name: str, *, tasks: int | None, left: bool = False) -> None:
        """End a turn that carried out ``tasks`` (None: it broke off) and was ``left`` before everything was done."""
        with self._lock:
            self._at_work.discard(name)
            soon = self._again.pop(name, None)
            self._let_rest(name, fruitful=bool(tasks))
        if left:
            # It has had its turn; what is left stands behind the others.
            self.wake(name)
        elif soon is not None and tasks is not None and self._still_due(name):
            self.wake(name, soon=soon)

    def _still_due(self, name: str) -> bool:
        try:
            return bool(due(self._store, only=name))
        except SQLAlchemyError:
            # The schedule looks again when the database is back.
            return False

    def _let_rest(self, name: str, *, fruitful: bool) -> None:
        if fruitful:
            self._rests.pop(name, None)
            return
        span = min(2.0 * self._rests.get(name, (0.0, _REST / 2))[1], _LONGEST)
        self._rests[name] = (self._monotonic() + span, span)

    @property
    def waiting(self) -> int:
        """How many connections are queued."""
        with self._lock:
            return len(self._queued)

    @property
    def at_work(self) -> frozenset[str]:
        """The connections whose turn it is."""
        with self._lock:
            return frozenset(self._at_work)
