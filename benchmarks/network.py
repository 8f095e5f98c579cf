"""A hub with many regions: each a city of one local process, in pairs of whom one holds what the other was told."""

from __future__ import annotations

import random
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import func, select, update
from standardwebhooks import Webhook

from benchmarks.hubs import KIND, LIVE_FROM, settings_of
from benchmarks.running import ROOT, LocalApp
from hub.build import Hub
from hub.demo.server import Server
from hub.operations import agencies, connections
from hub.operations.complaints import assign
from hub.operations.webhooks import open_webhook
from hub.store import tables
from hub.sync.engine import network_changed
from hub.words import Phase

RECORDS = 2
_PATIENCE = 120.0
_connection, _link = tables.connections.c, tables.links.c


class Cities:
    """The country's apps as the benchmarks see them."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._web = requests.Session()

    def app(self, number: int) -> LocalApp:
        """Return one of them."""
        return LocalApp(f"{self.root}/{number}", 0)

    def edit(self, number: int, ref: str, text: str) -> None:
        """Let a city's staff write on a request."""
        self._ask("POST", "edit", {"city": number, "ref": ref, "text": text})

    def ill(self, how: dict[int, str]) -> None:
        """Make these cities ill, and all others well."""
        self._ask("POST", "ill", {"cities": {str(number): what for number, what in how.items()}})

    def written(self, after: int = 0) -> list[tuple[int, str, float]]:
        """Return what the hub wrote: to which city, the text, and when (seconds since 1970)."""
        return [tuple(each) for each in self._ask("GET", f"written?after={after}")]

    def asked(self) -> int:
        """Return how many requests came from the hub."""
        return int(self._ask("GET", "asked"))

    def _ask(self, method: str, what: str, body: Any = None) -> Any:
        answer = self._web.request(method, f"{self.root}/bench/{what}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def country(cities: int, folder: Path) -> Iterator[Cities]:
    """Run so many cities' apps, as one process."""
    command = [sys.executable, "-m", "benchmarks.apps.country", "--cities", str(cities), "--records", str(RECORDS)]
    server = Server(command, folder / "country.log", {"PYTHONPATH": str(ROOT)})
    server.start("/bench/asked")
    try:
        yield Cities(server.url)
    finally:
        server.stop()


def name_of(number: int) -> str:
    """Return the name of a city's connection."""
    return f"kota-{number:03d}"


def connect(hub: Hub, cities: Cities, many: int, *, interval: float) -> None:
    """Connect and approve all cities, each with an agency of its own, read every ``interval`` seconds."""
    with hub.store.unit() as unit:
        for number in range(many):
            name, more = name_of(number), {"create": {"service_code": "jalan"}, "settle": 5.0}
            settings = settings_of(cities.app(number), by_request=True) | more
            asked = connections.Wanted(name, KIND, settings, name, {"interval": interval})
            connections.insert_connection(hub, unit, connections.checked(hub, asked))
        # What approving each of them would do while nothing has been read: one by one it takes minutes.
        unit.sql.execute(update(tables.connections).values(phase=Phase.LIVE.value, live_from=LIVE_FROM))
        network_changed(unit)
    wanted = [{"code": name_of(number), "name": f"Kota {number}", "connection": name_of(number)} for number in range(many)]
    agencies.carry_out(hub, agencies.compare(hub, wanted))


@dataclass(slots=True)
class Pair:
    """A complaint of one city that another one holds: ``ref`` is its number in the holder's app."""

    origin: int
    holder: int
    complaint: str
    ref: str = ""
    secret: str = field(default="", repr=False)


def pairs(hub: Hub, numbers: list[int]) -> list[Pair]:
    """Assign the first complaint of every second city to the city after it, which gets a copy with its next session."""
    found = []
    with hub.store.reading() as sql:
        ids = {row.name: row.id for row in sql.execute(select(_connection.name, _connection.id))}
        rows = sql.execute(select(_link.connection_id, _link.complaint_id).where(_link.ref == "1")).all()
    complaint = {row.connection_id: row.complaint_id for row in rows}
    for origin, holder in zip(numbers[::2], numbers[1::2], strict=False):
        own = complaint[ids[name_of(origin)]]
        assign(hub, own, "koordinator", name_of(holder))
        found.append(Pair(origin, holder, own, secret=open_webhook(hub, name_of(holder))))
    return found


def refs(hub: Hub, of: list[Pair]) -> None:
    """Note under which numbers the holders have their copies."""
    with hub.store.reading() as sql:
        query = select(_connection.name, _link.complaint_id, _link.ref).join(tables.connections).where(_link.ref.is_not(None))
        known = {(row.name, row.complaint_id): row.ref for row in sql.execute(query)}
    for pair in of:
        pair.ref = known[name_of(pair.holder), pair.complaint]


def told(url: str, pair: Pair) -> None:
    """Let the holder's app send its webhook, signed, and be answered."""
    body, message, at = f'{{"refs": ["{pair.ref}"]}}', f"msg_{uuid.uuid4().hex}", datetime.now(UTC)
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(pair.secret).sign(message, at, body),
        "Content-Type": "application/json",
    }
    answer = requests.post(f"{url}/hooks/{name_of(pair.holder)}", data=body, headers=headers, timeout=30)
    answer.raise_for_status()


def stream(cities: Cities, url: str | None, of: list[Pair], *, seconds: float, rate: float, seed: int) -> list[float]:
    """Let holders write at ``rate`` a second for so long and return, sorted, after how many seconds each text was at its origin.

    Without ``url`` nobody sends webhooks. A text that never came counts as infinitely late.
    """
    chance, begun = random.Random(seed), len(cities.written())
    sent: dict[tuple[int, str], float] = {}
    began = time.monotonic()
    for number in range(int(seconds * rate)):
        time.sleep(max(began + number / rate - time.monotonic(), 0.0))
        pair = chance.choice(of)
        text = f"Petugas menjawab, catatan {seed}-{number}."
        sent[pair.origin, text] = time.time()
        cities.edit(pair.holder, pair.ref, text)
        if url is not None:
            told(url, pair)
    came: dict[tuple[int, str], float] = {}
    until = time.monotonic() + _PATIENCE / 2
    while len(came) < len(sent) and time.monotonic() < until:
        time.sleep(0.2)
        came = {(city, text): at for city, text, at in cities.written(begun) if (city, text) in sent}
    return sorted(came.get(what, float("inf")) - at for what, at in sent.items())


def round_due(hub: Hub, only: Iterable[int] | None = None) -> datetime:
    """Make the next reading of everybody due now, or of some cities, and return when that was."""
    due = update(tables.connections)
    due = due if only is None else due.where(_connection.name.in_([name_of(number) for number in only]))
    with hub.store.writing() as sql:
        now = hub.store.now()
        sql.execute(due.values(pull_due_at=now))
    return now


def every(hub: Hub, interval: float) -> None:
    """Read everybody so often from now on, spread evenly over the interval as they are after a while."""
    with hub.store.writing() as sql:
        rows = sql.execute(select(_connection.id, _connection.policy).order_by(_connection.id)).all()
        now = hub.store.now()
        for place, row in enumerate(rows):
            due = now + timedelta(seconds=interval * place / len(rows))
            values = {"policy": {**row.policy, "interval": interval}, "pull_due_at": due}
            sql.execute(update(tables.connections).where(_connection.id == row.id).values(values))
    with hub.store.unit() as unit:
        network_changed(unit)


def until_read(hub: Hub, since: datetime, many: int, *, patience: float = _PATIENCE) -> float:
    """Wait until so many connections were read after a moment, and return the seconds."""
    began = time.monotonic()
    while _count(hub, _connection.pulled_at >= since) < many:
        if time.monotonic() - began > patience:
            raise RuntimeError(f"only {_count(hub, _connection.pulled_at >= since)} of {many} connections were read in {patience:g} s")
        time.sleep(0.1)
    return time.monotonic() - began


def until_settled(hub: Hub, *, patience: float = _PATIENCE) -> None:
    """Wait until no link is due any more."""
    until = time.monotonic() + patience
    while _count(hub, _link.due_at.is_not(None)):
        if time.monotonic() > until:
            raise RuntimeError(f"{_count(hub, _link.due_at.is_not(None))} links are still due after {patience:g} s")
        time.sleep(0.2)


def _count(hub: Hub, condition: Any) -> int:
    with hub.store.reading() as sql:
        return int(sql.execute(select(func.count()).where(condition)).scalar_one())
