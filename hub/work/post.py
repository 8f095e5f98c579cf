"""Sends wake-ups to RabbitMQ from a thread of its own: whoever asks for one never waits for the broker.

A connection that is asked for many times while it waits is sent once. The set is as small as the country has
connections, so it is kept while the broker is away; what is lost with the process, the relay finds in the database.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from typing import Any

import structlog
from celery import Celery
from kombu import Connection

from hub.broker import PATIENCE, connect
from hub.metrics import broker
from hub.metrics.counters import LOST
from hub.work.rabbit import SOON, WORK, declare
from hub.work.tasks import SYNC

# Seconds between two wake-ups of one connection, between two looks at the broker's connection, and between attempts to get it back.
_APART, _LOOK, _FIRST, _LONGEST = 0.1, 1.0, 0.5, 5.0
_MOST = 10_000
# Wake-ups that the broker answered with silence, each on a new connection, before their queue is taken for broken.
_SILENCES = 2
# No connection's name: what is sent to find out whether a queue takes anything.
_NOBODY = "-"

_log = structlog.get_logger("simpul.broker")


class Returned(Exception):
    """The broker found no queue for a message, or would not keep it: it was not sent."""


class Post:
    """The way out to the broker. ``on_open`` is told whenever a connection was made, with everything declared.

    ``mends``: try each queue on every new connection, and make them anew if one takes nothing any more, as one does
    that RabbitMQ 3.10 was killed right after declaring. What was in them is only wake-ups.
    """

    def __init__(self, app: Celery, url: str, *, mends: bool = False) -> None:
        self._app, self._url, self._mends = app, url, mends
        self.on_open: Callable[[], None] = _nothing
        self._changed = Condition()
        self._waiting: dict[str, float] = {}
        self._soon: set[str] = set()
        self._sent: dict[str, float] = {}
        self._stopped = False
        self._silences: Counter[str] = Counter()
        self.up = False
        self.thread = Thread(target=self._run, name="post", daemon=True)
        self.thread.start()

    def put(self, name: str, *, soon: bool = False) -> None:
        """Ask for one connection's wake-up, ``soon`` where it must not stand behind a round of polls; returns at once."""
        with self._changed:
            if soon and (name in self._waiting or len(self._waiting) < _MOST):
                self._soon.add(name)
            if name not in self._waiting and len(self._waiting) < _MOST:
                self._waiting[name] = max(time.monotonic(), self._sent.get(name, 0.0) + _APART)
                self._changed.notify()

    def soon(self, name: str) -> None:
        """Ask for one that does not stand behind a round of polls."""
        self.put(name, soon=True)

    def stop(self) -> None:
        """Send no more; the thread ends by itself."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    @property
    def waiting(self) -> int:
        """How many wake-ups have not been sent yet."""
        with self._changed:
            return len(self._waiting)

    def _run(self) -> None:
        pause = _FIRST
        while not self._stopped:
            try:
                if self._mends and max(self._silences.values(), default=0) >= _SILENCES:
                    self._mend()
                with connect(self._url, confirm=True) as connection, _dropped(connection):
                    self._open(connection)
                    pause = _FIRST
                    self._send_all(connection)
            except Exception as error:
                # Whatever it is, the broker is only a wake-up: it is said once, and tried again. The text may hold the address.
                if self.up or pause == _FIRST:
                    what = "a wake-up came back" if isinstance(error, Returned) else "the broker cannot be reached"
                    _log.warning(f"{what}; wake-ups wait", error=type(error).__name__)
                self.up = False
                broker.tell(up=False)
                with self._changed:
                    self._changed.wait_for(lambda: self._stopped, pause)
                pause = min(2 * pause, _LONGEST)

    def _mend(self) -> None:
        _log.error(
            "a queue of wake-ups takes nothing; they are made anew", queue=max(self._silences, key=lambda each: self._silences[each])
        )
        # What has befallen one has usually befallen the other, and finding that out takes as long again.
        self._silences.clear()
        with connect(self._url, patience=5 * PATIENCE) as connection, connection.channel() as channel:
            for queue in (WORK, SOON):
                channel.queue_delete(queue)

    def _open(self, connection: Connection) -> None:
        connection.connect()
        declare(connection)
        self.up = True
        broker.tell(up=True)
        _log.info("the broker is there")
        self.on_open()

    def _send_all(self, connection: Connection) -> None:
        returned: list[Any] = []
        producer = self._app.amqp.Producer(connection, on_return=lambda *told: returned.append(told), auto_declare=False)
        for queue in (WORK, SOON) if self._mends else ():
            self._send(producer, returned, _NOBODY, queue)
        while not self._stopped:
            for name in self._ready():
                self._take(producer, returned, name)
            # Signs of life both ways: a broker that went away is noticed before something has to be sent.
            connection.heartbeat_check()
            with suppress(TimeoutError):
                connection.drain_events(timeout=0.001)

    def _ready(self) -> list[str]:
        """Wait a moment for something to send, and return it."""
        with self._changed:
            if not self._waiting:
                self._changed.wait(_LOOK)
            elif (rest := min(self._waiting.values()) - time.monotonic()) > 0:
                self._changed.wait(min(rest, _LOOK))
            now = time.monotonic()
            return [name for name, at in self._waiting.items() if at <= now]

    def _take(self, producer: Any, returned: list[Any], name: str) -> None:
        # Taken out before it is sent: what is asked for from now on is another wake-up.
        with self._changed:
            self._waiting.pop(name, None)
            self._sent[name] = time.monotonic()
            soon = name in self._soon
            self._soon.discard(name)
        try:
            self._send(producer, returned, name, SOON if soon else WORK)
        except Exception:
            LOST.inc()
            self.put(name, soon=soon)
            raise

    def _send(self, producer: Any, returned: list[Any], name: str, queue: str) -> None:
        try:
            self._app.send_task(SYNC, (name,), producer=producer, queue=queue, mandatory=True, confirm_timeout=PATIENCE)
            self._silences.pop(queue, None)
            if returned:
                raise Returned
        except Exception as error:
            # kombu wraps it.
            self._silences[queue] += any(isinstance(each, TimeoutError) for each in (error, error.__cause__))
            raise


@contextmanager
def _dropped(connection: Connection) -> Iterator[None]:
    """Where something goes wrong leave without a word: one that does not answer would let us wait for that answer too."""
    try:
        yield
    except Exception:
        if connection.connected:
            connection.connection.collect()
        raise


def _nothing() -> None:
    """Tell nobody that the broker is there."""
