"""200,000 records through `simpul sync`: memory stays flat, progress is shown, and an interrupted one goes on where it was."""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from ruamel.yaml import YAML
from sqlalchemy import Table, create_engine, func, select

from benchmarks import limits
from benchmarks.child import Watched, simpul, watch
from benchmarks.databases import KINDS, durability, durable, fresh
from benchmarks.figures import Figures
from benchmarks.hubs import AGENCY, KIND, NAME, settings_of
from benchmarks.running import LocalApp, local_app
from hub.cli.exits import Exit
from hub.clock import SystemClock
from hub.store import tables
from hub.store.store import Store

RECORDS, QUICK = 200_000, 20_000
Stops = Sequence[tuple[float, signal.Signals]]
_STOPS: Stops = ((0.4, signal.SIGINT), (0.7, signal.SIGKILL))
_KILLED: Stops = _STOPS[1:]
_SHOWN_EVERY = 4_000  # records, in the mean, after which a person must have seen another count


class Backfill:
    """One hub on a fresh database, driven through its command line alone."""

    def __init__(self, app: LocalApp, url: str, folder: Path, records: int) -> None:
        self.records = records
        self._engine = create_engine(url)
        self._environ = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
        self._environ |= {"SIMPUL_HOME": str(folder / "home"), "SIMPUL_DATABASE": url, "TERM": "xterm", "COLUMNS": "160"}
        file = folder / "app.yaml"
        with file.open("w", encoding="utf-8") as out:
            YAML().dump(settings_of(app, by_request=True), out)
        simpul("init", environ=self._environ)
        simpul("connections", "add", NAME, "--kind", KIND, "--agency", AGENCY, "--file", str(file), environ=self._environ)
        approve = ("connections", "approve", NAME, "--live-from", "2020-01-01", "--no-pull", "--yes")
        simpul(*approve, environ=self._environ)

    def kept(self) -> int:
        """How many complaints the hub has."""
        return self._count(tables.complaints)

    def run(self, stop: tuple[int, signal.Signals] | None = None) -> Watched:
        """Synchronise to the end, or until it is stopped."""
        return watch(NAME, self._environ, self.kept, stop)

    def check(self, figures: Figures, what: str) -> None:
        """Nothing is missing, nothing is there twice, and it is as durable as it ships."""
        for table in (tables.complaints, tables.links):
            figures.must(self._count(table) == self.records, f"{what}: {self._count(table)} {table.name}")
        with self._engine.connect() as sql:
            refs = sql.execute(select(func.count(func.distinct(tables.links.c.ref)))).scalar_one()
        figures.must(refs == self.records, f"{what}: {refs} different records")

    def durability(self) -> str:
        """Say how durable what the hub opens is."""
        store = Store(self._engine.url.render_as_string(hide_password=False), SystemClock().now)
        with closing(store), store.reading() as sql:
            return durability(sql)

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    def _count(self, table: Table) -> int:
        with self._engine.connect() as sql:
            return int(sql.execute(select(func.count()).select_from(table)).scalar_one())


@contextmanager
def backfill(app: LocalApp, kind: str, records: int) -> Iterator[Backfill]:
    """Give a hub on a fresh database."""
    with tempfile.TemporaryDirectory(prefix="simpul-bench-") as folder, fresh(kind, Path(folder)) as url:
        one = Backfill(app, url, Path(folder), records)
        try:
            yield one
        finally:
            one.close()


def peak(samples: Sequence[tuple[int, float]], records: int, quarter: int) -> float:
    """Return the most memory seen in a quarter (1 to 4) of the records, in MB; 0 if it was never seen there."""
    low, high = (quarter - 1) * records / 4, quarter * records / 4
    return max((memory for count, memory in samples if low <= count < high or quarter == 4 and count >= high), default=0.0)


def whole(app: LocalApp, kind: str, records: int, most: float, figures: Figures) -> None:
    """In one go: memory by quarter, and what was shown."""
    with backfill(app, kind, records) as one:
        told = one.durability()
        figures.must(durable(told), f"{kind} is not durable: {told}")
        seen = one.run()
        quarters = [peak(seen.samples, records, number) for number in (1, 2, 3, 4)]
        print(f"{kind} ({told}): {records:,} in {seen.seconds:.0f} s, {records / seen.seconds:,.0f} records/s")
        print(f"  peak MB by quarter: {' '.join(f'{each:.0f}' for each in quarters)}; {len(seen.shown)} rising counts shown", flush=True)
        figures.must(seen.status == 0, f"{kind}: simpul sync ended with {seen.status}: {seen.said}")
        figures.must(len(seen.shown) >= records // _SHOWN_EVERY, f"{kind}: progress was shown {len(seen.shown)} times")
        figures.must(all(quarters), f"{kind}: a quarter went by unseen")
        one.check(figures, kind)
        figures.limit(f"peak memory, {kind}: last quarter / second quarter", quarters[3] / (quarters[1] or 1), most, "x")


def broken_off(app: LocalApp, kind: str, records: int, stops: Stops, figures: Figures) -> None:
    """Interrupted by a person, then killed (quick: only that), then let be."""
    with backfill(app, kind, records) as one:
        for share, how in stops:
            seen = one.run((int(share * records), how))
            left = one.kept()
            print(f"{kind}: {how.name} at {left:,}, ended with {seen.status} after {seen.seconds:.0f} s", flush=True)
            figures.must(share * records <= left < records, f"{kind}: {left} records after {how.name}")
            ended = Exit.INTERRUPTED if how is signal.SIGINT else -how
            figures.must(seen.status == ended, f"{kind}: {how.name} ended it with {seen.status}: {seen.said}")
        before = app.counts()["records"]
        seen = one.run()
        again = app.counts()["records"] - before
        print(f"{kind}: resumed, {seen.seconds:.0f} s, {again:,} records read for the {records - left:,} that were left\n", flush=True)
        figures.must(seen.status == 0, f"{kind}: the resumed simpul sync ended with {seen.status}: {seen.said}")
        figures.limit(f"read again after a kill, {kind}", again / max(records - left, 1), 1.05, "x")
        one.check(figures, f"{kind}, resumed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status says whether every limit was met."""
    parser = argparse.ArgumentParser(prog="benchmarks/backfill.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} records instead of {RECORDS:,}, wider limits")
    parser.add_argument("--records", type=int)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--postgresql", dest="database", action="store_const", const="postgresql")
    given = parser.parse_args(arguments)
    figures, wanted = Figures(), limits.QUICK if given.quick else limits.FULL
    records = given.records or (QUICK if given.quick else RECORDS)
    with tempfile.TemporaryDirectory(prefix="simpul-bench-") as folder, local_app(records, Path(folder), lazy=True) as app:
        whole(app, given.database, records, wanted.memory, figures)
        broken_off(app, given.database, records, _KILLED if given.quick else _STOPS, figures)
    figures.show_limits()
    return 0 if figures.passed else 1
