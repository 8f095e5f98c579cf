"""Announces what was committed: reads the log in order, sends it, and only then remembers how far it has come."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread

import structlog
from kombu import Connection
from sqlalchemy.exc import SQLAlchemyError

from hub.broker import PATIENCE, connect
from hub.events.exchange import Sender
from hub.events.log import Log
from hub.store.store import Store
from hub.work.leader import Leader
from hub.work.process import Stop

# Seconds between two looks at the log, and until a broker or a lead that could not be had is tried again.
_LOOK, _AGAIN = 0.2, 1.0

_log = structlog.get_logger("simpul.events")


def announcing(store: Store, url: str, stop: Stop) -> Thread:
    """Announce changes in a thread of its own, one process at a time."""
    thread = Thread(target=_announce, args=(store, url, stop), name="events", daemon=True)
    thread.start()
    return thread


def _announce(store: Store, url: str, stop: Stop) -> None:
    leader, well = Leader(store, "events"), True
    while stop.wanted():
        try:
            if leader.leads():
                with connect(url) as connection:
                    connection.connect()
                    well = True
                    _follow(store, connection, leader, stop)
        except Exception as error:
            # Nothing is lost: it goes on from the position in the database. The text may hold an address.
            what = "the database cannot be read" if isinstance(error, SQLAlchemyError) else "the broker cannot be reached"
            if well:
                _log.warning(f"{what}; events wait", error=type(error).__name__)
            well = False
        stop.wait(_AGAIN)
    leader.resign()


def _follow(store: Store, connection: Connection, leader: Leader, stop: Stop) -> None:
    sender, position = Sender(connection, patience=PATIENCE), leader.position()
    log = Log(store, settled=position)
    _log.info("announcing", after=position)
    while stop.wanted() and leader.leads():
        settled = log.settled()
        for end, changes in log.spans(position, settled):
            sender.send(changes)
            if not stop.wanted() or not leader.move(end):
                return
            position = end
        connection.heartbeat_check()
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.001)
        stop.wait(_LOOK)
