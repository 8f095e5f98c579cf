"""With RabbitMQ between them: who is served next when many wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore
from typing import cast

import pytest
from celery import Celery

from hub.store.store import Store
from hub.work.hands import Hands
from hub.work.post import Post
from hub.work.rabbit import SOON, WORK, rabbit_app
from hub.work.tasks import register_sync
from hub.work.turns import Turns
from hub.work.wake import Wakeups
from tests.real.country import waiting
from tests.work.test_hands import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(120), pytest.mark.xdist_group("rabbitmq")]

THREADS, POLLS = 4, 300


class Slow:
    """Turns of which none ends before it may; ``begun`` are their names in order."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.may_end = Semaphore(0)

    def take(self, name: str) -> None:
        """Begin one."""
        self.begun.append(name)
        self.may_end.acquire(timeout=60.0)

    def end(self, count: int = 1) -> None:
        """Let some come to their end, and others begin."""
        number = len(self.begun) + count
        self.may_end.release(count)
        until(lambda: len(self.begun) >= number)


@contextmanager
def worker(app: Celery, slow: Slow) -> Iterator[None]:
    """A worker's threads in this process."""
    register_sync(app, cast(Turns, slow))
    hands = Hands(app, threads=THREADS)
    try:
        yield
    finally:
        hands.stop()
        slow.may_end.release(2 * POLLS)
        for thread in hands.threads:
            thread.join(30.0)
        assert not any(thread.is_alive() for thread in hands.threads)


def test_the_wake_up_of_a_webhook_is_served_at_the_next_free_turn_however_many_polls_wait(broker: str) -> None:
    app, slow = rabbit_app(broker), Slow()
    post = Post(app, broker)
    wakeups = Wakeups(cast(Store, None), post.put, soon=post.soon, lost=0.0)
    for number in range(POLLS):
        wakeups.wake(f"poll-{number}")
    until(lambda: post.up and not post.waiting, 60.0)
    with worker(app, slow):
        until(lambda: len(slow.begun) == THREADS, 60.0)
        slow.end(10)
        assert waiting(broker, WORK) > POLLS / 2
        wakeups.wake("hooked", soon=True)
        until(lambda: not post.waiting and not waiting(broker, SOON))
        before = len(slow.begun)
        slow.end(2)
        # The next, or the one after it, if the pool had not taken it over from the broker yet.
        assert "hooked" in slow.begun[before : before + 2]
        assert waiting(broker, WORK) > POLLS / 2
    post.stop()
    post.thread.join(10.0)


def test_polls_go_on_while_webhooks_never_end(broker: str) -> None:
    app, slow = rabbit_app(broker), Slow()
    post = Post(app, broker)
    for number in range(100):
        post.put(f"poll-{number}")
        post.soon(f"hooked-{number}")
    until(lambda: post.up and not post.waiting, 60.0)
    with worker(app, slow):
        until(lambda: len(slow.begun) == THREADS, 60.0)
        slow.end(60)
        polls = sum(name.startswith("poll") for name in slow.begun)
        assert polls >= len(slow.begun) / 3
    post.stop()
    post.thread.join(10.0)
