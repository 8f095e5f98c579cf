"""Everything that goes wrong: one function a kind, which does the harm, lets it last, and mends it."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import select

from benchmarks.campaign.ailing import Ailing
from benchmarks.campaign.apps import until
from benchmarks.campaign.deeds import Deeds
from benchmarks.campaign.rules import LEASE, SETTLE
from benchmarks.campaign.supervised import Kept
from benchmarks.campaign.wire import Cut
from benchmarks.campaign.world import World
from benchmarks.nodes import Node
from hub.store import tables

_UNSEEN = "app that cannot be asked drops a filing"


class Harm(Ailing):
    """Does harm to one world: to the hub's processes, to what they stand on, and to the apps.

    ``blind``: also to the app that can be asked nothing, so that a person has something to decide.
    """

    # What is for a person each time: as often as it is done, so many wait.
    once = frozenset({_UNSEEN})

    def __init__(self, world: World, deeds: Deeds, *, blind: bool = True) -> None:
        super().__init__(world, deeds)
        self._suspended, self._blind = 0, blind

    def kinds(self) -> dict[str, Callable[[random.Random], str | None]]:
        """Return every kind by name; what one returns says whom it hit, None that nothing was there to hit."""
        return {
            "worker suspended beyond its lease": self.worker_suspended,
            "worker killed": self.worker_killed,
            "app answers late": lambda chance: self._app_fault(chance, "late"),
            "app drops the connection": lambda chance: self._app_fault(chance, "drop"),
            "broker killed": self.broker_killed,
            "database stopped at once": self.database_stopped,
            "app comes back from an old copy": self.app_restored,
            "web killed": lambda chance: self._killed(chance, self._world.roles["web"]),
            "scheduler killed": lambda chance: self._killed(chance, self._world.roles["scheduler"]),
            "app answers 500": lambda chance: self._app_fault(chance, "500"),
            "app killed": self.app_killed,
            "app slow": lambda chance: self._app_fault(chance, "slow"),
            "network to an app cut": lambda chance: self._cut(chance, chance.choice([app.label for app in self._cities()])),
            "network to the database cut": lambda chance: self._cut(chance, "database"),
            "network to the broker cut": lambda chance: self._cut(chance, "broker"),
            "disk full": self.disk_full,
            "app repeats pages": lambda chance: self._app_fault(chance, "repeat"),
            "app's disk full": self.app_disk_full,
            "app's file locked": self.file_locked,
            "broker hangs, then is killed": self.broker_hangs,
            "broker stopped": self.broker_stopped,
            **({_UNSEEN: self.unseen_filing_dropped} if self._blind else {}),
        }

    # -- the hub

    def worker_killed(self, chance: random.Random) -> str:
        """Kill a worker."""
        # One that stands still is to go on one day.
        moving = [each for each in self._world.workers if not each.suspended]
        return self._killed(chance, chance.choice(moving or self._world.workers))

    def _killed(self, chance: random.Random, role: Kept) -> str:
        role.kill()
        self._lasts(chance.uniform(0.2, 4.0))
        role.start()
        return role.name

    def worker_suspended(self, chance: random.Random) -> str | None:
        """Suspend a worker that is about to file a complaint, for longer than its lease, and sometimes than anybody would wait."""
        # In an app that would take the same complaint twice.
        self._world.orders.write_text("\n".join(["kabupaten", *(str(self._world.wires[app.label].port) for app in self._cities())]))
        workers = self._world.workers
        if not until(lambda: self.over.is_set() or any(each.suspended for each in workers), 15.0):
            self._world.orders.unlink(missing_ok=True)
            chosen = chance.choice(workers)
            chosen.suspend()
        frozen = [each.name for each in workers if until(lambda each=each: each.suspended, 0.5)]  # type: ignore[misc]
        under_way = self._filing()
        self._lasts(LEASE * 1.3)
        self._suspended += 1
        if self._suspended % 2:
            # Every second time so long that somebody else has looked for its filing in vain, and filed it.
            until(lambda: self.over.is_set() or not under_way & self._filing(linked=False), 6 * SETTLE, 0.5)
        for each in workers:
            each.go_on()
        return ", ".join(frozen) or None

    def _filing(self, *, linked: bool = True) -> set[str]:
        """Return the links whose filing is under way, or with ``linked=False`` all that have no record yet."""
        states = ["creating"] if linked else ["creating", "ambiguous", "pending"]
        link = tables.links.c
        found: set[str] = set()

        def look() -> None:
            with self._world.hub.store.reading() as sql:
                found.update(row.id for row in sql.execute(select(link.id).where(link.state.in_(states))))

        self._told(look)
        return found

    # -- what it stands on

    def broker_killed(self, chance: random.Random) -> str:
        """Kill the broker."""
        self._world.broker.kill()
        self._lasts(chance.uniform(0.5, 4.0))
        self._up(self._world.broker)
        return "kill -9"

    def broker_stopped(self, chance: random.Random) -> str:
        """Stop the broker as one stops a service."""
        self._world.broker.stop(signal.SIGTERM)
        self._lasts(chance.uniform(0.5, 4.0))
        self._up(self._world.broker)
        return "SIGTERM"

    def broker_hangs(self, chance: random.Random) -> str:
        """Let it stand still while everybody goes on sending to it, then end it."""
        with self.broker_hanging():
            self._lasts(chance.uniform(2.0, 4.0))
        return "kill -9"

    @contextmanager
    def broker_hanging(self) -> Iterator[None]:
        """Let the broker stand still, and in the end kill it and start it again."""
        for pid in _all_of(self._world.broker):
            _tell(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            self._world.broker.kill()
            self._up(self._world.broker)

    def database_stopped(self, chance: random.Random) -> str:
        """Stop the database without letting anybody finish."""
        self._world.database.stop(signal.SIGQUIT)
        self._lasts(chance.uniform(0.5, 4.0))
        self._up(self._world.database)
        return "immediate shutdown"

    def disk_full(self, chance: random.Random) -> str:
        """Fill the database's disk for some seconds; the database may die of it."""
        world = self._world
        world.disk.fill(_all_of(world.database))
        self._lasts(chance.uniform(3.0, 6.0))
        world.disk.free(_all_of(world.database))
        if not until(world.database.answers, 15.0):
            world.database.stop(signal.SIGQUIT)
            self._up(world.database)
            return "the database died of it"
        return "the database lived on"

    def _up(self, node: Node) -> None:
        # What it left may need a second start.
        for attempt in range(3):
            try:
                node.start()
                return
            except RuntimeError:
                if attempt == 2:
                    raise

    def _cut(self, chance: random.Random, name: str) -> str:
        how = chance.choice(list(Cut))
        self._world.wires[name].cut(how)
        self._lasts(chance.uniform(2.0, 7.0))
        self._world.wires[name].mend()
        return f"{name} ({how})"


def _all_of(node: Node) -> list[int]:
    """Return the processes of a server: its group, and what left it."""
    leader = node.pid
    return [] if leader is None else [leader, *_below(leader)]


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for each in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in each.read_text("ascii").split():
                found += [int(child), *_below(int(child))]
    return found


def _tell(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
