"""The roles as processes of their own, over PostgreSQL and RabbitMQ, between two home-made apps that copy each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select

from hub.broker import connect
from hub.build import Hub
from hub.store import tables
from tests.real.homemade import HomemadeApp, homemade
from tests.real.network import join, unfinished, watch
from tests.work.processes import Processes
from tests.work.test_hands import until

SAID = "Lampu jalan di depan pasar padam sejak kemarin malam"


class Country:
    """A hub's roles, to be started and killed, and two apps; ``hub`` looks into the same database."""

    def __init__(self, home: Path, processes: Processes, hub: Hub, apps: tuple[HomemadeApp, HomemadeApp], broker: str) -> None:
        self.home, self.processes, self.hub, self.apps, self.broker = home, processes, hub, apps, broker
        self.logs: dict[int, Path] = {}

    def start(self, *words: str, ready: str = "event=") -> int:
        """Start a role and wait until it has said something; returns its process id."""
        log = self.home / f"{words[0]}-{len(self.logs)}.log"
        pid = self.processes.start(*words, log=log)
        self.logs[pid] = log
        try:
            until(lambda: log.exists() and ready in log.read_text("utf-8"), 60.0)
        except AssertionError as late:
            raise AssertionError(f"{words[0]} has not said {ready!r}, but: {self.told(pid)!r}") from late
        return pid

    def told(self, pid: int) -> str:
        """What a role has said so far."""
        return self.logs[pid].read_text("utf-8")

    def end(self, pid: int, number: int) -> int:
        """Send a signal and wait for the end; returns the exit status."""
        return self.processes.end(pid, number)

    def file(self, count: int, *, begin: int = 0) -> list[str]:
        """Let citizens file in the first app; returns what they said."""
        said = [f"{SAID}, nomor {number}" for number in range(begin, begin + count)]
        for text in said:
            self.apps[0].file(text, nama="Ratna Wulandari", telp="081234567890", nik="3502170101900001")
        return said

    def arrived(self, said: list[str], seconds: float = 60.0) -> None:
        """Wait until the second app has these and no others, each once, and nothing is left to do."""
        until(lambda: sorted(self.apps[1].texts()) == sorted(said), seconds)
        until(lambda: not self.left(), seconds)
        assert [sorted(app.texts()) for app in self.apps] == [sorted(said)] * 2

    def left(self) -> int:
        """How much is unfinished."""
        with self.hub.store.reading() as sql:
            return sum(unfinished(sql).values())

    def at_work(self, pid: int) -> bool:
        """Tell whether a worker holds a connection's lease."""
        with self.hub.store.reading() as sql:
            return any(f"/{pid}/" in (owner or "") for owner in sql.execute(select(tables.connections.c.lease_owner)).scalars())

    def leader(self, name: str) -> int | None:
        """Which process leads in something."""
        with self.hub.store.reading() as sql:
            owner = sql.execute(select(tables.leaders.c.owner).where(tables.leaders.c.name == name)).scalar()
        return int(owner.split("/")[1]) if owner else None


@contextmanager
def country(home: Path, database: str, broker: str) -> Iterator[Country]:
    """Make one; nothing runs yet."""
    files = [f"sqlite:///{home / name}.db" for name in ("kota", "dinas")]
    with homemade("kota", files[0], careful=True) as kota, homemade("dinas", files[1], careful=True) as dinas:
        join(home, database, (kota, dinas))
        hub = watch(home, database)
        environ = {"SIMPUL_DATABASE": database, "SIMPUL_BROKER": broker, "SIMPUL_LOG_LEVEL": "debug"}
        nothing_else = {name: "" for name in os.environ if name.startswith("SIMPUL_")}
        with closing(hub), Processes(home, environ={**nothing_else, **environ}) as processes:
            yield Country(home, processes, hub, (kota, dinas), broker)


def waiting(broker: str, queue: str) -> int:
    """How many messages lie in a queue that is there."""
    with connect(broker) as connection, connection.channel() as channel:
        return int(channel.queue_declare(queue, passive=True).message_count)
