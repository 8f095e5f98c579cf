"""`simpul worker` and `simpul scheduler`: the same code as `simpul serve`, one part a process, with RabbitMQ between them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hub.build import Hub
from hub.work.announcing import announcing
from hub.work.hands import Hands
from hub.work.leader import Leader
from hub.work.post import Post
from hub.work.process import Stop, leave, watch
from hub.work.rabbit import rabbit_app
from hub.work.relay import Relay
from hub.work.tasks import register_sync
from hub.work.turns import TURN, Turns
from hub.work.wake import Wakeups

# Seconds that a role may take to end; what supervises it usually waits ten before it kills.
PATIENCE = 8.0

_log = structlog.get_logger("simpul.work")


def work(open_hub: Callable[[], Hub], broker: str, *, threads: int, turn: float = TURN) -> None:
    """Give connections their turns as wake-ups come, until Ctrl-C or SIGTERM."""
    stop = Stop()
    hub = open_hub()
    app = rabbit_app(broker)
    post = Post(app, broker)
    wakeups = Wakeups(hub.store, post.put, soon=post.soon, lost=0.0)
    turns = Turns(hub, wakeups, wanted=stop.wanted, seconds=turn, asks_first=True, threads=threads)
    register_sync(app, turns)
    hub.store.on_due = wakeups.wake_ids
    hands = Hands(app, threads=threads)
    _log.info("working", threads=threads)
    alive = (*hands.threads, post.thread)
    broken = watch(stop, alive, turns.tell)
    _log.info("stopping", at_work=sorted(wakeups.at_work))
    hands.stop()
    for thread in hands.threads:
        thread.join(PATIENCE)
    post.stop()
    leave(stop, alive, lambda: sorted(wakeups.at_work), patience=PATIENCE, broken=broken)
    hub.close()


def schedule(open_hub: Callable[[], Hub], broker: str, *, every: float) -> None:
    """Wake who is due and announce what has changed, until Ctrl-C or SIGTERM; a second scheduler stands by."""
    stop = Stop()
    hub = open_hub()
    post = Post(rabbit_app(broker), broker, mends=True)
    relay = Relay(hub.store, post.put)
    post.on_open = relay.forget
    relaying = Thread(target=_relaying, args=(hub, relay, stop, every), name="relay", daemon=True)
    relaying.start()
    threads = (relaying, announcing(hub.store, broker, stop), post.thread)
    _log.info("scheduling", every=every)
    broken = watch(stop, threads, lambda: None)
    post.stop()
    leave(stop, threads, lambda: [thread.name for thread in threads if thread.is_alive()], patience=PATIENCE, broken=broken)
    hub.close()


def _relaying(hub: Hub, relay: Relay, stop: Stop, every: float) -> None:
    leader = Leader(hub.store, "relay")
    leads = False
    while stop.wanted():
        try:
            led, leads = leads, leader.leads()
            if leads is not led:
                _log.info("this scheduler leads" if leads else "another scheduler leads")
                relay.forget()
            if leads:
                relay.round()
        except SQLAlchemyError as error:
            _log.warning("the database cannot be asked who is due", error=type(error).__name__)
        stop.wait(every)
    leader.resign()
