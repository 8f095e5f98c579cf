"""The store on SQLite and on PostgreSQL, for the same tests, and a RabbitMQ node that may be killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.nodes import Node, folder_for, rabbitmq_is_here, rabbitmq_node
from hub.broker import connect
from hub.clock import SystemClock
from hub.store.store import Store
from tests import services


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    with services.postgresql_database() as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store of this release."""
    store = Store(url, SystemClock().now)
    store.migrate()
    yield store
    store.close()


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """A RabbitMQ node of these tests alone, which they may stop, kill and start again; they leave it running."""
    if not services.required() and not rabbitmq_is_here():
        services.absent("there is no RabbitMQ on this machine")
    with folder_for() as folder, rabbitmq_node(folder) as node:
        yield node


@pytest.fixture
def broker(node: Node) -> str:
    """Its address, with nothing of an earlier test in it."""
    # A queue that an earlier test has broken takes its time to go.
    with connect(node.url, patience=30.0) as connection, connection.channel() as channel:
        for queue in ("simpul.work", "simpul.soon", "simpul.dead", "subscriber"):
            channel.queue_delete(queue)
        for exchange in ("simpul", "simpul.dead", "simpul.changes"):
            channel.exchange_delete(exchange)
    return node.url
