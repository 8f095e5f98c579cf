"""Web, worker and scheduler as processes of their own: whoever dies, whatever the broker loses, everything arrives once."""

from __future__ import annotations

import os
import re
import signal
import socket
import socketserver
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from amqp.exceptions import NotFound
from kombu import Connection

from benchmarks.nodes import Node, folder_for, postgresql_cluster
from hub.broker import connect
from hub.work.post import Post
from hub.work.rabbit import rabbit_app
from hub.work.wake import Wakeups
from tests.real.country import Country, country, waiting
from tests.work.test_hands import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.xdist_group("rabbitmq")]


@pytest.fixture
def land(tmp_path: Path, postgresql_url: str, broker: str) -> Iterator[Country]:
    """A country whose roles have not been started."""
    with country(tmp_path, postgresql_url, broker) as land:
        yield land


def declared(broker: str, queue: str) -> bool:
    """Tell whether a queue is there."""
    with connect(broker) as connection, connection.channel() as channel:
        try:
            channel.queue_declare(queue, passive=True)
        except NotFound:
            return False
        return True


def post_raw(broker: str, body: str, **headers: str) -> None:
    """Put into the queue of wake-ups something that is none."""
    with Connection(broker) as connection:
        connection.Producer(auto_declare=False).publish(
            body, exchange="simpul", routing_key="work", headers=headers, content_type="application/json", content_encoding="utf-8"
        )


def test_the_roles_carry_a_complaint_across_and_end_clean_when_they_are_asked_to(land: Country) -> None:
    roles = {
        "web": land.start("web", "--port", "0", "--workers", "1", ready="event=answering"),
        "worker": land.start("worker", "--threads", "4", ready="event=working"),
        "scheduler": land.start("scheduler", "--every", "0.2", ready="event=announcing"),
    }
    [url] = re.findall(r"url=(\S+)", land.told(roles["web"]))
    assert urlopen(f"{url}/health/ready", timeout=20).status == 200
    land.arrived(land.file(5))
    assert declared(land.broker, "simpul.work") and not declared(land.broker, "celery_delayed_27")
    for role, pid in roles.items():
        began = time.monotonic()
        assert land.end(pid, signal.SIGTERM) == 0, role
        assert time.monotonic() - began < 9.0, role
        assert not re.search(r"level=(error|critical)|Traceback|guest", land.told(pid)), land.told(pid)


def test_a_worker_killed_at_work_leaves_what_it_was_at_to_another(land: Country) -> None:
    land.start("scheduler", "--every", "0.2")
    said: list[str] = []
    for _ in range(5):
        pid = land.start("worker", "--threads", "4", ready="event=working")
        said += land.file(8, begin=len(said))
        until(lambda pid=pid: land.at_work(pid), 30.0)  # type: ignore[misc]
        assert land.end(pid, signal.SIGKILL) == -signal.SIGKILL
    land.start("worker")
    land.arrived(said)


def test_of_two_schedulers_one_leads_and_the_other_goes_on_when_it_dies(land: Country) -> None:
    land.start("worker")
    first = land.start("scheduler", "--every", "0.2", ready="this scheduler leads")
    second = land.start("scheduler", "--every", "0.2")
    said = land.file(3)
    land.arrived(said)
    assert (land.leader("relay"), land.leader("events")) == (first, first)
    assert land.end(first, signal.SIGKILL) == -signal.SIGKILL
    said += land.file(3, begin=3)
    land.arrived(said)
    until(lambda: (land.leader("relay"), land.leader("events")) == (second, second), 10.0)
    # One that only stops for a while loses the lead, and harms nothing when it goes on.
    third = land.start("scheduler", "--every", "0.2")
    land.processes.tell(second, signal.SIGSTOP)
    until(lambda: land.leader("relay") == third, 30.0)
    land.processes.tell(second, signal.SIGCONT)
    said += land.file(3, begin=6)
    land.arrived(said)
    assert land.leader("relay") == third
    assert (land.end(second, signal.SIGTERM), land.end(third, signal.SIGTERM)) == (0, 0)


def test_without_its_broker_nothing_waits_and_nothing_is_lost(land: Country, node: Node) -> None:
    worker = land.start("worker", ready="the broker is there")
    scheduler = land.start("scheduler", "--every", "0.2", ready="the broker is there")
    said = land.file(3)
    land.arrived(said)
    post = Post(rabbit_app(node.url), node.url)
    wakeups = Wakeups(land.hub.store, post.put, lost=0.0)
    land.hub.store.on_due = wakeups.wake_ids
    until(lambda: post.up)
    node.kill()
    try:
        said += land.file(3, begin=3)
        until(lambda: not post.up, 15.0)
        slowest = 0.0
        for _ in range(20):
            began = time.monotonic()
            with land.hub.store.unit() as unit:
                unit.due.update({1, 2})
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 1.0 and post.waiting == 2
        # Long enough for every role to have noticed.
        until(lambda: all("cannot be reached" in land.told(pid) for pid in (worker, scheduler)), 30.0)
    finally:
        node.start()
    land.arrived(said)
    until(lambda: post.up and not post.waiting, 15.0)
    post.stop()
    assert (land.end(worker, signal.SIGTERM), land.end(scheduler, signal.SIGTERM)) == (0, 0)


def test_without_its_database_every_role_waits_and_goes_on(tmp_path: Path, broker: str) -> None:
    with folder_for() as folder, postgresql_cluster(folder) as cluster, country(tmp_path, cluster.url, broker) as land:
        web = land.start("web", "--port", "0", "--workers", "1", ready="event=answering")
        worker = land.start("worker", "--threads", "4", ready="the broker is there")
        scheduler = land.start("scheduler", "--every", "0.2", ready="event=announcing")
        [url] = re.findall(r"url=(\S+)", land.told(web))
        said = land.file(3)
        land.arrived(said)
        for _ in range(2):
            cluster.stop(signal.SIGQUIT)
            said += land.file(3, begin=len(said))
            with pytest.raises(HTTPError, match="503"):
                urlopen(f"{url}/health/ready", timeout=20)
            until(lambda: "the database cannot be" in land.told(scheduler), 30.0)
            cluster.start()
            land.hub.store.close()
            land.arrived(said)
        assert urlopen(f"{url}/health/ready", timeout=20).status == 200
        assert [land.end(pid, signal.SIGTERM) for pid in (web, worker, scheduler)] == [0, 0, 0]


def test_a_broker_that_hangs_holds_up_no_commit_and_no_end(land: Country, node: Node) -> None:
    post = Post(rabbit_app(node.url), node.url)
    until(lambda: post.up)
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit() and _of_node(int(name), node)]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for number in range(100):
            post.put(f"connection-{number}")
        assert time.monotonic() - began < 1.0
        until(lambda: not post.up, 15.0)
        post.stop()
        post.thread.join(15.0)
        assert not post.thread.is_alive()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _of_node(pid: int, node: Node) -> bool:
    try:
        return f"RABBITMQ_NODE_PORT={node.port}\0" in Path(f"/proc/{pid}/environ").read_text("utf-8", "replace")
    except OSError:
        return False


def test_what_is_no_wake_up_ends_with_the_dead_letters_and_the_worker_goes_on(land: Country) -> None:
    worker = land.start("worker", ready="the broker is there")
    until(lambda: declared(land.broker, "simpul.dead"))
    post_raw(land.broker, "{this is not JSON")
    post_raw(land.broker, "[[], {}, {}]", task="simpul.of_a_later_release", id="1")
    post_raw(land.broker, "[[], {}, {}]", task="simpul.sync", id="2")
    until(lambda: waiting(land.broker, "simpul.dead") == 3, 20.0)
    land.start("scheduler", "--every", "0.2")
    land.arrived(land.file(2))
    assert waiting(land.broker, "simpul.work") == 0
    assert "not JSON" not in land.told(worker)


def test_a_wake_up_that_kills_worker_after_worker_ends_with_the_dead_letters(broker: str) -> None:
    post = Post(rabbit_app(broker), broker)
    post.put("kota")
    until(lambda: post.up and not post.waiting)
    post.stop()
    with connect(broker) as connection, connection.channel() as channel:
        for _ in range(50):
            message = channel.basic_get("simpul.work")
            if message is None and waiting(broker, "simpul.dead"):
                break
            if message is not None:
                channel.basic_reject(message.delivery_tag, requeue=True)
    until(lambda: waiting(broker, "simpul.dead") == 1)
    assert waiting(broker, "simpul.work") == 0


def test_a_wake_up_that_finds_no_queue_counts_as_not_sent_and_is_sent_again(broker: str) -> None:
    opened: list[bool] = []
    post = Post(rabbit_app(broker), broker)
    until(lambda: post.up)
    post.on_open = lambda: opened.append(True)
    post.put("kota")
    until(lambda: waiting(broker, "simpul.work") == 1)
    with connect(broker) as connection, connection.channel() as channel:
        channel.queue_delete("simpul.work")
    post.put("dinas")
    until(lambda: declared(broker, "simpul.work") and waiting(broker, "simpul.work") == 1, 15.0)
    # RabbitMQ says that a queue is gone, or there, a moment too early: it may be found missing twice.
    assert opened
    post.stop()
    post.thread.join(10.0)


def test_a_queue_that_the_broker_does_not_find_again_is_made_anew(land: Country, node: Node) -> None:
    """It happens to RabbitMQ 3.10 when it is killed within seconds of declaring one; here its list of queues is taken away."""
    scheduler = land.start("scheduler", "--every", "0.2", ready="the broker is there")
    land.start("worker", ready="the broker is there")
    until(lambda: declared(land.broker, "simpul.work"))
    node.stop()
    [names] = node.log.parent.glob("data/*/quorum/*/names.dets")
    names.unlink()
    node.start()
    land.arrived(land.file(2), 120.0)
    assert "made anew" in land.told(scheduler)


class Deaf(socketserver.ThreadingTCPServer):
    """A way to the broker on which the first request to consume gets lost, and what its connection asks after it.

    So it is where a queue has no leader: its channel waits for the queue and reads nothing more. That the request itself is
    lost would not be enough, for Celery waits for an answer only to the last of its queues.
    """

    daemon_threads = True

    def __init__(self, port: int) -> None:
        self.target, self.swallowed = port, 0
        super().__init__(("127.0.0.1", 0), _Passing)


class _Passing(socketserver.BaseRequestHandler):
    server: Deaf

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.target)) as there:
            Thread(target=self._pass, args=(there, self.request, False), daemon=True).start()
            self._pass(self.request, there, True)

    def _pass(self, one: socket.socket, other: socket.socket, asks: bool) -> None:
        lost = False
        with suppress(OSError):
            while said := one.recv(65_536):
                # Class 60, method 20, at the beginning of a frame's payload.
                if asks and said[7:11] == b"\x00\x3c\x00\x14" and not self.server.swallowed:
                    self.server.swallowed, lost = 1, True
                if not lost:
                    other.sendall(said)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


def test_a_worker_that_hears_nothing_of_its_queue_asks_again(tmp_path: Path, postgresql_url: str, broker: str, node: Node) -> None:
    with Deaf(node.port) as deaf:
        Thread(target=deaf.serve_forever, daemon=True).start()
        with country(tmp_path, postgresql_url, broker.replace(f":{node.port}/", f":{deaf.server_address[1]}/")) as land:
            land.start("scheduler", "--every", "0.2", ready="the broker is there")
            worker = land.start("worker", ready="the broker is there")
            until(lambda: deaf.swallowed == 1, 15.0)
            # Long before the broker would end a connection that gives no sign of life.
            land.arrived(land.file(2), 12.0)
            assert land.end(worker, signal.SIGTERM) == 0
        deaf.shutdown()
