"""Every committed change reaches whoever subscribes, in order, whatever dies; a subscriber away for a day misses nothing."""

from __future__ import annotations

import json
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from kombu import Exchange, Queue
from sqlalchemy import func, insert, select

from benchmarks.nodes import Node
from contracts.events import EXCHANGE, MEDIA_TYPE, Kind, cloud_event
from hub.broker import connect
from hub.build import Hub, build
from hub.config import Settings
from hub.events.log import Log
from hub.operations.complaints import assign
from hub.store import ledger, tables
from hub.store.rows import ComplaintRow
from hub.store.store import Store
from hub.work.announcing import announcing
from hub.work.process import Stop
from tests.real.country import Country, country
from tests.work.test_hands import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.xdist_group("rabbitmq")]

_KEY = "complaint.*.*"


def subscribe(broker: str) -> None:
    """Make a durable queue of a subscriber's own, as docs/events.md shows it."""
    with connect(broker) as connection, connection.channel() as channel:
        exchange = Exchange(EXCHANGE, "topic", durable=True)
        Queue("subscriber", exchange, routing_key=_KEY, durable=True, queue_arguments={"x-queue-type": "quorum"})(channel).declare()


def take(broker: str) -> list[dict[str, Any]]:
    """Take everything that lies in the subscriber's queue."""
    events: list[dict[str, Any]] = []
    with connect(broker) as connection, connection.channel() as channel:
        while (message := channel.basic_get("subscriber")) is not None:
            assert message.properties["content_type"] == MEDIA_TYPE and message.properties["delivery_mode"] == 2
            events.append(json.loads(message.body))
            channel.basic_ack(message.delivery_tag)
    return events


def missed(events: list[dict[str, Any]], hub: Hub) -> list[str]:
    """Compare what came with the ledger, and the order of each complaint's: what came first counts."""
    log = Log(hub.store)
    until(lambda: log.settled() == log.newest())
    meant = {change.id: cloud_event(change) for change in log.read(0, log.newest())}
    there = {event["id"]: event for event in events}
    wrong = [f"{key} is missing" for key in meant.keys() - there.keys()] + [f"{key} is unknown" for key in there.keys() - meant.keys()]
    first: dict[str, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for event in events:
        if event["id"] not in seen:
            first[event["subject"]].append(event["sequence"])
        seen.add(event["id"])
    return wrong + [f"{subject} came in disorder" for subject, numbers in first.items() if numbers != sorted(numbers)]


def announced(hub: Hub) -> bool:
    """Tell whether all that is in the ledger was announced."""
    with hub.store.reading() as sql:
        at = sql.execute(select(tables.leaders.c.position).where(tables.leaders.c.name == "events")).scalar() or 0
        return bool(at >= (sql.execute(select(func.max(tables.ledger.c.seq))).scalar() or 0))


@pytest.fixture
def land(tmp_path: Path, postgresql_url: str, broker: str) -> Iterator[Country]:
    """A country whose roles have not been started."""
    with country(tmp_path, postgresql_url, broker) as land:
        yield land


def test_a_subscriber_that_was_away_misses_nothing_though_schedulers_were_killed(land: Country) -> None:
    subscribe(land.broker)
    worker = land.start("worker")
    said: list[str] = []
    for _ in range(4):
        scheduler = land.start("scheduler", "--every", "0.2", ready="event=announcing")
        said += land.file(10, begin=len(said))
        before = len(said) - 8
        until(lambda before=before: len(land.apps[1].texts()) > before, 30.0)  # type: ignore[misc]
        assert land.end(scheduler, signal.SIGKILL) == -signal.SIGKILL
    land.start("scheduler", "--every", "0.2")
    land.arrived(said)
    until(lambda: announced(land.hub), 30.0)
    events = take(land.broker)
    assert missed(events, land.hub) == []
    assert {event["data"]["region"] for event in events} == {"3502"}
    text = json.dumps(events)
    for secret in ("Ratna", "081234567890", "3502170101900001", "Lampu", "pasar"):
        assert secret not in text
    assert land.end(worker, signal.SIGTERM) == 0


def test_what_a_subscriber_lost_is_announced_again_from_the_log(land: Country) -> None:
    land.start("worker")
    land.start("scheduler", "--every", "0.2")
    land.arrived(land.file(3))
    until(lambda: announced(land.hub))
    subscribe(land.broker)
    assert take(land.broker) == []
    replay = land.start("events", "replay", "--from", "1", "--publish", "--lang", "en", ready="announced again")
    assert "were announced again" in land.told(replay)
    assert missed(take(land.broker), land.hub) == []


def test_a_tail_shows_them_as_they_come(land: Country) -> None:
    land.start("worker")
    land.start("scheduler", "--every", "0.2", ready="event=announcing")
    said = land.file(2)
    land.arrived(said)
    log = land.home / "tail.log"
    pid = land.processes.start("events", "tail", "--region", "3502", "--kind", "filed", log=log)
    # When its queue is there nothing tells; so complaints are filed until one of them shows.
    began = time.monotonic()
    while not log.exists() or not log.read_text("utf-8"):
        assert time.monotonic() - began < 30.0
        said += land.file(1, begin=len(said))
        land.arrived(said)
    shown = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {event["data"]["kind"] for event in shown} == {"filed"}
    assert land.end(pid, signal.SIGINT) == 130


def test_a_broker_killed_while_events_go_out_loses_none_of_them(tmp_path: Path, postgresql_url: str, broker: str, node: Node) -> None:
    settings = Settings.load({"SIMPUL_HOME": str(tmp_path), "SIMPUL_DATABASE": postgresql_url})
    hub, stop = build(settings), _Stop()
    subscribe(broker)
    # RabbitMQ 3.10 may not find a quorum queue again that it declared in the seconds before it was killed.
    node.stop()
    node.start()
    busy, thread = Event(), announcing(hub.store, broker, stop)
    writer = Thread(target=_write_until, args=(hub, busy))
    writer.start()
    try:
        for _ in range(2):
            before = len(_ledger(hub))
            until(lambda before=before: len(_ledger(hub)) > before + 200, 30.0)  # type: ignore[misc]
            node.kill()
            node.start()
    finally:
        busy.set()
        writer.join()
    until(lambda: announced(hub), 30.0)
    stop.now()
    thread.join(10.0)
    assert not thread.is_alive()
    assert missed(take(broker), hub) == []
    hub.close()


class _Stop(Stop):
    """Asks for the end, without listening to signals."""

    def __init__(self) -> None:
        self._event = Event()
        self.asked_at = 0.0


def _ledger(hub: Hub) -> list[int]:
    with hub.store.reading() as sql:
        return list(sql.execute(select(tables.ledger.c.seq)).scalars())


def _new(hub: Hub, number: int) -> ComplaintRow:
    now = datetime.now(UTC)
    content = {"description": f"Lampu {number}", "place_code": "35.02.17", "status": "received", "submitted_at": now.isoformat()}
    return ComplaintRow(
        id=hub.store.make_id(),
        tracking_id=f"AAAA-{number:08}",
        content=content,
        sealed=None,
        digests={},
        sources={},
        version=1,
        status="received",
        holder=None,
        origin_id=None,
        verified=False,
        historic=False,
        erased=False,
        held={},
        head=None,
        text_key=None,
        created_at=now,
        updated_at=now,
    )


def _write_until(hub: Hub, enough: Event) -> None:
    number = 0
    while not enough.is_set():
        with hub.store.unit() as unit:
            for _ in range(3):
                number += 1
                row = _new(hub, number)
                unit.add(row)
                unit.log(row, Kind.FILED, "imported", new={"fields": ["description"]})
                unit.log(row, Kind.CHANGED, "told", field="title", new="Lampu")


def test_a_number_whose_transaction_is_still_open_is_waited_for(store: Store) -> None:
    """On SQLite nobody else can write meanwhile; on PostgreSQL the smaller number appears after the larger one."""
    log = Log(store)
    entries = [ledger.sealed(store.make_id(), "filed", "imported", store.now(), {}, previous=None, salt="0" * 32) for _ in range(3)]
    with store.writing() as early:
        early.execute(insert(tables.ledger).values(entries[0]))
        if store.engine.dialect.name == "postgresql":
            with store.writing() as late:
                late.execute(insert(tables.ledger).values(entries[1]))
            assert log.newest() == 2
            assert [log.settled() for _ in range(5)] == [0] * 5
    with store.writing() as after:
        after.execute(insert(tables.ledger).values(entries[2]))
    until(lambda: log.settled() == log.newest())


def test_a_hub_in_one_process_announces_too_where_there_is_a_broker(land: Country) -> None:
    subscribe(land.broker)
    pid = land.start("serve", "--port", "0", "--every", "0.2", ready="event=announcing")
    land.arrived(land.file(2))
    until(lambda: announced(land.hub), 20.0)
    assert missed(take(land.broker), land.hub) == []
    assert land.end(pid, signal.SIGTERM) == 0


def test_it_goes_out_within_a_second(land: Country) -> None:
    subscribe(land.broker)
    land.start("worker")
    land.start("scheduler", "--every", "0.2")
    land.arrived(land.file(1))
    until(lambda: announced(land.hub))
    take(land.broker)
    with land.hub.store.reading() as sql:
        complaint = sql.execute(select(tables.complaints.c.id)).scalar_one()
    assign(land.hub, complaint, "ani", "dinas-dinas")
    began = time.monotonic()
    events: list[dict[str, Any]] = []
    while not any(event["data"]["kind"] == "assigned" for event in events):
        events += take(land.broker)
        assert time.monotonic() - began < 5.0
    print(f"announced after {time.monotonic() - began:.2f} s")
