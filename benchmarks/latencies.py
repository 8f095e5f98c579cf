"""Two cities: a holder's staff writes, its app sends a signed webhook, and the text is in the store of the other city's app.

Readings are an hour apart, so that nothing arrives but by the webhook.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import limits
from benchmarks.broker import virtual_host
from benchmarks.databases import durable, fresh
from benchmarks.figures import Figures
from benchmarks.hubs import durability_of
from benchmarks.network import connect, country, pairs, refs, stream, until_read, until_settled
from benchmarks.processes import roles
from hub.build import build
from hub.config import Settings

FULL, QUICK = 200, 30
_RATE = 4.0  # changes a second
_SEED = 20_261_122
_PAIRS = 10

PARTS = {"postgresql": ("web, worker and scheduler over RabbitMQ", "PostgreSQL"), "sqlite": ("simpul serve", "SQLite")}


def measure(kind: str, changes: int, most: float, figures: Figures) -> None:
    """Let so many changes arrive at a hub of this kind, 95 of 100 within ``most`` seconds."""
    parts, database = PARTS[kind]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simpul-bench-")))
        cities, url = stack.enter_context(country(2 * _PAIRS, folder)), stack.enter_context(fresh(kind, folder))
        hub = build(Settings(folder, url, folder / "keys.json"))
        stack.callback(hub.close)
        told = durability_of(hub)
        figures.must(durable(told), f"the hub on {database} is not durable: {told}")
        began = hub.store.now()
        connect(hub, cities, 2 * _PAIRS, interval=3_600.0)
        running = stack.enter_context(roles(folder, url, stack.enter_context(virtual_host()) if kind == "postgresql" else None))
        if kind == "postgresql":
            web = running.start("web", "--port", "0", "--workers", "1").url
            running.start("worker")
            running.start("scheduler")
        else:
            web = running.start("serve", "--port", "0").url
        until_read(hub, began, 2 * _PAIRS)
        talking = pairs(hub, list(range(2 * _PAIRS)))
        until_settled(hub)
        refs(hub, talking)
        stream(cities, web, talking, seconds=2.0, rate=_RATE, seed=_SEED - 1)  # what is done for the first time takes longer
        late = stream(cities, web, talking, seconds=changes / _RATE, rate=_RATE, seed=_SEED)
        lost = sum(each == float("inf") for each in late)
        figures.must(not lost, f"{parts}: {lost} of {len(late)} changes never came")
        p50, p95 = late[len(late) // 2], late[int(len(late) * 0.95)]
        print(f"{parts}, {database} with {told}: {len(late)} changes at {_RATE:g} a second")
        print(f"  p50 {p50:.3f} s, p95 {p95:.3f} s, longest {late[-1]:.3f} s", flush=True)
        figures.limit(f"change there to change here, p95, {parts}", p95, most, "s")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status says whether every limit was met."""
    parser = argparse.ArgumentParser(prog="benchmarks/latency.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} changes instead of {FULL}")
    parser.add_argument("--database", choices=list(PARTS), action="append", help="only this one (both)")
    given = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, seed {_SEED}\n")
    figures = Figures()
    for kind in given.database or list(PARTS):
        measure(kind, *((QUICK, limits.QUICK.change) if given.quick else (FULL, limits.FULL.change)), figures)
    print()
    figures.show_limits()
    return 0 if figures.passed else 1
