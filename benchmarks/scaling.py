"""What an idle round over all regions costs, and what regions that are ill cost those that are well: one run, one hub."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import limits
from benchmarks.apps.country import CUT, SILENT, SLOW
from benchmarks.broker import virtual_host
from benchmarks.databases import durable, fresh
from benchmarks.figures import Figures
from benchmarks.hubs import durability_of
from benchmarks.limits import Limits
from benchmarks.network import Cities, Pair, connect, country, every, pairs, refs, round_due, stream, until_read, until_settled
from benchmarks.processes import Roles, roles
from hub.build import Hub, build
from hub.config import Settings

_WORKERS = 2
_ROUNDS = 3
_RATE = 4.0  # changes a second
_SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: regions, those of them that are ill, pairs that talk, seconds between readings, and of each stream."""

    regions: int
    ill: int
    pairs: int
    interval: float
    seconds: float
    limits: Limits


FULL, QUICK = Size(700, 50, 100, 60.0, 60.0, limits.FULL), Size(140, 10, 20, 30.0, 12.0, limits.QUICK)


def sick(size: Size) -> dict[int, str]:
    """Make the last regions ill: three in ten hang up, four never answer, three answer each question after 20 seconds."""
    kinds = [CUT] * 3 + [SILENT] * 4 + [SLOW] * 3
    return {size.regions - 1 - number: kinds[number % len(kinds)] for number in range(size.ill)}


class Scale:
    """One run: what it measures goes into ``figures``."""

    def __init__(self, size: Size, hub: Hub, cities: Cities, processes: Roles) -> None:
        self.size, self.hub, self.cities, self.processes = size, hub, cities, processes
        self.figures = Figures()
        self.web = ""

    def begin(self) -> list[Pair]:
        """Start the roles, let everything be read once and every pair have its copy."""
        size, began = self.size, self.hub.store.now()
        connect(self.hub, self.cities, size.regions, interval=86_400.0)
        self.web = self.processes.start("web", "--port", "0", "--workers", "1").url
        for _ in range(_WORKERS):
            self.processes.start("worker")
        self.processes.start("scheduler")
        print(f"first round, {size.regions} regions with 2 complaints each: {until_read(self.hub, began, size.regions):.1f} s")
        talking = pairs(self.hub, list(range(2 * size.pairs)))
        until_settled(self.hub)
        refs(self.hub, talking)
        return talking

    def idle(self) -> None:
        """Let everybody be read at once while nothing has changed anywhere, and note the processor time."""
        spent = []
        for _ in range(_ROUNDS):
            time.sleep(2.0)
            before, asked, nothing = self.processes.cpu(), self.cities.asked(), self._nothing()
            seconds = until_read(self.hub, round_due(self.hub), self.size.regions)
            time.sleep(1.0)
            spent.append(self.processes.cpu() - before - nothing)
            each = spent[-1] / self.size.regions * 1_000
            asked = self.cities.asked() - asked
            print(
                f"  idle round: {spent[-1]:.1f} s of processor time ({each:.1f} ms a region), {seconds:.1f} s, {asked} requests", flush=True
            )
        whole = statistics.median(spent) * FULL.regions / self.size.regions
        what = f"processor time of an idle round over {FULL.regions} regions"
        self.figures.limit(what if self.size == FULL else f"{what}, reckoned from {self.size.regions}", whole, self.size.limits.round, "s")

    def _nothing(self) -> float:
        """Return what the processes spend in a second in which nothing is due: it is no part of the round."""
        before = self.processes.cpu()
        time.sleep(1.0)
        return self.processes.cpu() - before

    def changes(self, talking: list[Pair]) -> None:
        """Let the healthy ones talk, without and with the ill ones beside them, while everybody is read as usual."""
        every(self.hub, self.size.interval)
        # What is done for the first time takes longer.
        stream(self.cities, self.web, talking, seconds=3.0, rate=_RATE, seed=_SEED - 1)
        alone = self._talk("all well", talking, _SEED)
        ill = sick(self.size)
        self.cities.ill(ill)
        # All of them at once, which is worse than one after the other: no worker knows yet who will let it wait.
        round_due(self.hub, only=ill)
        time.sleep(1.0)
        beside = self._talk(f"{len(ill)} of {self.size.regions} ill", talking, _SEED + 1)
        self.figures.limit(f"p95 beside {len(ill)} ill regions / p95 without", beside / alone, self.size.limits.beside, "x")
        self.figures.limit(f"p95 beside {len(ill)} ill regions", beside, self.size.limits.beside_ill, "s")

    def _talk(self, what: str, talking: list[Pair], seed: int) -> float:
        before = self.processes.cpu()
        late = stream(self.cities, self.web, talking, seconds=self.size.seconds, rate=_RATE, seed=seed)
        spent = self.processes.cpu() - before
        lost = sum(each == float("inf") for each in late)
        self.figures.must(not lost, f"{what}: {lost} of {len(late)} changes never came")
        p50, p95 = late[len(late) // 2], late[int(len(late) * 0.95)]
        print(f"  {what}: {len(late)} changes, p50 {p50:.3f} s, p95 {p95:.3f} s, longest {late[-1]:.3f} s; {spent:.0f} s of processor time")
        return p95


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status says whether every limit was met."""
    parser = argparse.ArgumentParser(prog="benchmarks/scale.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK.regions} regions instead of {FULL.regions}")
    size = QUICK if parser.parse_args(arguments).quick else FULL
    print(f"{size.regions} regions, {size.ill} of them ill later; {os.cpu_count()} cores, Python {platform.python_version()}, seed {_SEED}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simpul-bench-")))
        cities = stack.enter_context(country(size.regions, folder))
        database, broker = stack.enter_context(fresh("postgresql", folder)), stack.enter_context(virtual_host())
        hub = build(Settings(folder, database, folder / "keys.json"))
        stack.callback(hub.close)
        run = Scale(size, hub, cities, stack.enter_context(roles(folder, database, broker)))
        told = durability_of(hub)
        run.figures.must(durable(told), f"the hub is not durable: {told}")
        print(f"1 web, {_WORKERS} workers, 1 scheduler; RabbitMQ with quorum queues and confirms; PostgreSQL with {told}")
        talking = run.begin()
        run.idle()
        run.changes(talking)
        for line in run.processes.troubles()[:5]:
            print(f"  logged: {line[:200]}")
    run.figures.show_limits()
    return 0 if run.figures.passed else 1
