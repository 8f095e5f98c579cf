"""A subscriber to the hub's changes with a queue of its own, who must miss none and hear of each complaint in order."""

from __future__ import annotations

import json
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from kombu import Connection, Exchange, Queue
from sqlalchemy import select

from contracts.events import EXCHANGE
from hub.build import Hub
from hub.store import tables

_CHANGES = Exchange(EXCHANGE, "topic", durable=True)
_QUEUE = Queue("campaign", _CHANGES, routing_key="complaint.#", durable=True, queue_arguments={"x-queue-type": "quorum"})
_AGAIN = 1.0


class Subscriber:
    """Listens until it is stopped. ``disordered``: events that were first heard after a later one of their complaint."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._enough, self.ready = Event(), Event()
        self.heard: dict[str, int] = {}
        self.repeated = self.disordered = 0
        self._last: dict[str, int] = {}
        self._thread = Thread(target=self._listen, name="subscriber", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._enough.set()
        self._thread.join()

    def missed(self, hub: Hub) -> list[str]:
        """Return the changes that it should have heard of and has not, as ``number kind``."""
        entry, complaint = tables.ledger.c, tables.complaints.c
        query = select(entry.seq, entry.hash, entry.kind).join(tables.complaints, complaint.id == entry.complaint_id)
        with hub.store.reading() as sql:
            found = sql.execute(query.where(complaint.historic.is_(False)).order_by(entry.seq)).all()
        return [f"{row.seq} {row.kind}" for row in found if row.hash not in self.heard]

    def _listen(self) -> None:
        while not self._enough.wait(_AGAIN if self.ready.is_set() else 0.05):
            # Whatever it is, what was not acknowledged comes again.
            with (
                suppress(Exception),
                Connection(self._url, connect_timeout=3, heartbeat=10) as connection,
                connection.Consumer(_QUEUE, callbacks=[self._hear], accept=None),
            ):
                self.ready.set()
                while not self._enough.is_set():
                    with suppress(TimeoutError):
                        connection.drain_events(timeout=1.0)
                    connection.heartbeat_check()

    def _hear(self, _: Any, message: Any) -> None:
        event = json.loads(message.body)
        own, number, subject = event["id"], int(event["sequence"]), event["subject"]
        if own in self.heard:
            self.repeated += 1
        else:
            self.disordered += number < self._last.get(subject, 0)
            self._last[subject] = max(number, self._last.get(subject, 0))
            self.heard[own] = number
        message.ack()
