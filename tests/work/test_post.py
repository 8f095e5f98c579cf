"""Whoever asks for a wake-up never waits for the broker, and no line says its address."""

from __future__ import annotations

import time

import pytest
from celery import Celery
from structlog.testing import capture_logs

from hub.work.post import Post
from hub.work.rabbit import SOON, WORK, rabbit_app
from tests.work.test_hands import until

# Nobody listens at port 1.
NOWHERE = "amqp://guest:rahasia-sekali@127.0.0.1:1//"


def test_with_a_dead_broker_asking_costs_nothing_and_each_connection_waits_once() -> None:
    with capture_logs() as lines:
        post = Post(rabbit_app(NOWHERE), NOWHERE)
        began = time.monotonic()
        for number in range(1000):
            post.put(f"connection-{number % 7}")
        assert time.monotonic() - began < 0.5
        assert (post.waiting, post.up) == (7, False)
        until(lambda: bool(lines))
        post.stop()
        post.thread.join(10.0)
    assert not post.thread.is_alive()
    assert lines[0]["event"] == "the broker cannot be reached; wake-ups wait"
    assert "rahasia" not in repr(lines)


@pytest.fixture
def app() -> Celery:
    """The app of a role; nothing is opened."""
    return rabbit_app(NOWHERE)


def test_a_wake_up_outlives_the_worker_that_takes_it_and_none_is_ever_delayed(app: Celery) -> None:
    conf = app.conf
    assert conf.task_acks_late and conf.task_reject_on_worker_lost and not conf.task_acks_on_failure_or_timeout
    assert (conf.task_default_queue_type, conf.task_default_exchange_type, conf.beat_schedule) == ("quorum", "topic", {})
    given = app.amqp.queues[WORK].queue_arguments
    assert set(app.amqp.queues) == {WORK, SOON} and app.amqp.queues[SOON].queue_arguments == given
    assert given["x-queue-type"] == "quorum"
    assert (given["x-dead-letter-strategy"], given["x-overflow"]) == ("at-least-once", "reject-publish")
    assert given["x-delivery-limit"] > 0
