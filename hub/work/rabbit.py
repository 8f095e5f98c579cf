"""RabbitMQ as the roles use it: two quorum queues of wake-ups, and a place for those that could not be dealt with.

What a commit has left to do (a webhook, an assignment) goes by the second queue and does not stand behind a round of
polls: a worker takes as much from each as it has threads, so what comes soon is next when one of them is free.
Everything is declared again by whoever connects, so that no start has to come first. Times of retries are in the
database; nothing here is ever delayed.
"""

from __future__ import annotations

from celery import Celery
from kombu import Connection, Exchange, Queue

from hub.broker import HEARTBEAT, PATIENCE, tls

WORK, SOON, DEAD = "simpul.work", "simpul.soon", "simpul.dead"
_EXCHANGE = Exchange("simpul", "topic", durable=True)
_DEAD_EXCHANGE = Exchange(DEAD, "topic", durable=True)
# A wake-up given back so often has killed that many workers, or worse.
_DELIVERIES = 10
_KEPT = 10_000  # dead wake-ups; the oldest go first
_QUORUM = {"x-queue-type": "quorum"}
# Dead letters at least once need a queue that refuses rather than drops; it is refused long after anybody could keep up.
_WAKEUPS = {
    **_QUORUM,
    "x-delivery-limit": _DELIVERIES,
    "x-dead-letter-exchange": DEAD,
    "x-dead-letter-routing-key": "work",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    "x-max-length": 100_000,
}
_WORK_QUEUE = Queue(WORK, _EXCHANGE, routing_key="work", durable=True, queue_arguments=_WAKEUPS)
_SOON_QUEUE = Queue(SOON, _EXCHANGE, routing_key="soon", durable=True, queue_arguments=_WAKEUPS)
_DEAD_QUEUE = Queue(DEAD, _DEAD_EXCHANGE, routing_key="#", durable=True, queue_arguments={**_QUORUM, "x-max-length": _KEPT})


def rabbit_app(url: str) -> Celery:
    """Make the Celery app of a role; nothing is opened yet."""
    app = Celery("simpul", broker=url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_queues=[_WORK_QUEUE, _SOON_QUEUE],
        task_default_queue=WORK,
        task_default_queue_type="quorum",
        task_default_exchange=_EXCHANGE.name,
        task_default_exchange_type="topic",
        task_default_routing_key="work",
        task_create_missing_queues=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        # What failed belongs to the dead letters, where it is seen.
        task_acks_on_failure_or_timeout=False,
        task_publish_retry=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        # A queue that is being made anew is not there for a moment.
        broker_channel_error_retry=True,
        broker_connection_timeout=PATIENCE,
        broker_heartbeat=HEARTBEAT,
        # A worker that asks for messages of a queue that is broken would wait half a minute for an answer, and try it only then again.
        broker_transport_options={"confirm_publish": True, "read_timeout": PATIENCE, "write_timeout": PATIENCE},
        broker_use_ssl=tls(url) or False,
    )
    return app


def declare(connection: Connection) -> None:
    """Make the exchanges and queues of the wake-ups if they are not there."""
    with connection.channel() as channel:
        for queue in (_DEAD_QUEUE, _WORK_QUEUE, _SOON_QUEUE):
            queue(channel).declare()
