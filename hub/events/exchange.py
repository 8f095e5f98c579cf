"""The exchange on which changes are announced: out with the broker's word that it has them, and in for whoever looks on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import orjson
from kombu import Connection, Exchange, Queue

from contracts.errors import NotDone
from contracts.events import EXCHANGE, MEDIA_TYPE, Change, cloud_event, routing_key

TOPIC = Exchange(EXCHANGE, "topic", durable=True)
_PERSISTENT = 2
# Sent before the broker's word is waited for.
_AT_ONCE = 500


class Sender:
    """Sends changes in order over one connection, which is already opened and belongs to the caller."""

    def __init__(self, connection: Connection, *, patience: float) -> None:
        self._connection, self._patience = connection, patience
        self._channel: Any = connection.channel()
        TOPIC(self._channel).declare()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._confirmed)
        self._channel.events["basic_nack"].add(self._refused)
        self._sent = 0
        self._open: set[int] = set()
        self._nack = False

    def send(self, changes: Sequence[Change]) -> None:
        """Return once the broker has them all; raises NotDone, or what the connection raises, when that is not certain.

        That nobody subscribes is no error.
        """
        for start in range(0, len(changes), _AT_ONCE):
            for change in changes[start : start + _AT_ONCE]:
                self._publish(change)
            self._wait()

    def _publish(self, change: Change) -> None:
        message = self._channel.prepare_message(
            orjson.dumps(cloud_event(change)),
            content_type=MEDIA_TYPE,
            content_encoding="utf-8",
            properties={"delivery_mode": _PERSISTENT, "message_id": change.id},
        )
        self._channel.basic_publish(message, exchange=EXCHANGE, routing_key=routing_key(change))
        self._sent += 1
        self._open.add(self._sent)

    def _wait(self) -> None:
        while self._open:
            self._connection.drain_events(timeout=self._patience)
            if self._nack:
                raise NotDone("the broker refused an event.", "It is sent again by itself.")

    def _confirmed(self, tag: int, multiple: bool) -> None:
        self._open = {each for each in self._open if each > tag} if multiple else self._open - {tag}

    def _refused(self, tag: int, multiple: bool) -> None:
        self._nack = True


def listen(connection: Connection, keys: Sequence[str]) -> Iterator[str]:
    """Yield events with these routing keys as they come, from a queue that ends with the connection."""
    with connection.channel() as channel:
        came: list[str] = []
        queue = Queue("", exclusive=True, auto_delete=True)(channel)
        TOPIC(channel).declare()
        queue.declare()
        for key in keys:
            queue.bind_to(TOPIC, routing_key=key)
        queue.consume(no_ack=True, callback=lambda message: came.append(_text(message.body)))
        while True:
            with suppress(TimeoutError):
                connection.heartbeat_check()
                connection.drain_events(timeout=1.0)
            yield from came
            came.clear()


def _text(body: bytes | str) -> str:
    # The driver decodes what says how it is encoded.
    return body if isinstance(body, str) else body.decode("utf-8", "replace")
