"""The first load beside dlt and raw inserts, nothing changed, edits on both sides, and a distant app: one run, side by side."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import limits, phases
from benchmarks.databases import KINDS, durable, fresh
from benchmarks.figures import Figures, show
from benchmarks.hubs import NAME, applied, durability_of, kept, loaded, opened, synchronised
from benchmarks.limits import Limits
from benchmarks.peers import apart, raw, staging
from benchmarks.running import PAGE, LocalApp, local_app, pages_alone
from benchmarks.twoway import EDITS, SHARED, prepare, settle
from hub.build import Hub

FULL, QUICK = 20_000, 4_000
_DISTANT = 50.0  # milliseconds a page
_ROUNDS = 5  # of nothing changed
_APPLIED, _STAGED = "the apply step, postgresql", "COPY into staging and upsert of its rows"


class Ingest:
    """One run: what it measures goes into ``figures``."""

    def __init__(self, records: int, kinds: Sequence[str], limits: Limits, folder: Path) -> None:
        self.records, self.kinds, self.limits, self.folder = records, kinds, limits, folder
        self.figures = Figures()

    def first_loads(self, app: LocalApp, repeats: int) -> None:
        """Let each side load everything in turn, as often as asked."""
        for turn in range(repeats):
            self._pages(app, "pages alone")
            for kind in self.kinds:
                self._dlt(app, kind, turn)
                self._hub(app, kind, turn)
                self._asking(app, kind)

    def _pages(self, app: LocalApp, side: str) -> None:
        seconds, records, size = pages_alone(app)
        self.figures.must(records == self.records, f"{side}: {records} records came")
        self.figures.took(side, seconds)
        if side == "pages alone" and len(self.figures.seconds[side]) == 1:
            print(f"the wire alone: {records / seconds:,.0f} records/s, {size / records:.0f} bytes a record, {size / 1e6:.1f} MB\n")

    def _dlt(self, app: LocalApp, kind: str, turn: int) -> None:
        one = apart.load(app, kind)
        self.figures.took(f"dlt, {kind}", one.seconds)
        self.figures.must(one.rows == self.records, f"dlt, {kind}: {one.rows} rows")
        if not turn:
            print(f"dlt {one.version}, {kind}: {one.durability}; {one.memory:.0f} MB at most")

    def _hub(self, app: LocalApp, kind: str, turn: int) -> None:
        with fresh(kind, self.folder) as url, opened(app, url, self.folder) as hub:
            told = durability_of(hub)
            self.figures.must(durable(told), f"the hub on {kind} is not durable: {told}")
            seconds, _ = loaded(hub)
            self.figures.took(f"Simpul, {kind}", seconds)
            held = kept(hub)
            for name in ("complaints", "links with a base", "history", "rollup"):
                self.figures.must(held[name] >= self.records, f"the hub on {kind} keeps {held[name]} {name}")
            took, rows = raw.again(url, self.records // PAGE, self.folder)
            self.figures.took(f"raw inserts of Simpul's rows, {kind}", took)
            if not turn:
                print(f"Simpul, {kind}: {told}; {', '.join(f'{count} {name}' for name, count in held.items())}; {rows} rows in all\n")

    def _asking(self, app: LocalApp, kind: str) -> None:
        """Load once more, with a question for the updates of each page: twice as many requests as dlt's, so only shown."""
        with fresh(kind, self.folder) as url, opened(app, url, self.folder, by_request=True) as hub:
            self.figures.took(f"Simpul, {kind}, updates page by page", loaded(hub)[0])

    def both_ways(self, kind: str) -> None:
        """Load once more, saying where the time goes; then nothing changed, then edits on both sides."""
        with local_app(self.records, self.folder) as app, fresh(kind, self.folder) as url, opened(app, url, self.folder) as hub:
            session = hub.session(NAME)
            where = phases.measured(hub, session)
            session.connector.close()
            rows = [[name, f"{where.wall[name]:.2f}", f"{where.cpu[name]:.2f}"] for name in phases.ORDER]
            print(f"where the time goes, {kind} (the first three run in the threads that fetch, beside the others)")
            show(["phase", "wall s", "CPU s"], rows)
            before = app.counts()["GET"]
            quiet = [synchronised(hub) for _ in range(_ROUNDS)]
            asked = (app.counts()["GET"] - before) / _ROUNDS
            print(f"nothing changed, {kind}: {' '.join(f'{took:.3f}' for took, _ in quiet)} s, {asked:g} requests each")
            self.figures.must(not any(tally.writes for _, tally in quiet), f"nothing changed, {kind}, but something was written")
            self.figures.limit(f"nothing changed, {kind}", statistics.median(took for took, _ in quiet), self.limits.quiet[kind], "s")
            prepare(hub)
            self._settled(app, hub, kind)

    def _settled(self, app: LocalApp, hub: Hub, kind: str) -> None:
        done = settle(hub, app)
        print(
            f"{EDITS} edits on each side, {kind}: {done.seconds:.2f} s, of which {done.engine:.2f} s is processor time of the "
            f"engine's steps, {done.sessions} sessions, {done.writes} writes, "
            f"{done.conflicts} conflicts kept, {len(done.unequal)} unequal\n"
        )
        what = f"{EDITS} edits on each side, {SHARED} of the same record, {kind}"
        self.figures.limit(what, done.seconds, self.limits.settled, "s")
        self.figures.limit(f"{what}: the engine's processor time", done.engine, self.limits.engine, "s")
        self.figures.must(not done.unequal, f"{what}: still unequal: {done.unequal[:3]}")
        self.figures.must(done.conflicts == SHARED, f"{what}: {done.conflicts} conflicts were kept")

    def apply_step(self, app: LocalApp, repeats: int) -> None:
        """Take in pages that are at hand, beside COPY into staging tables and an upsert of the rows that come of it."""
        for _ in range(repeats):
            with fresh("postgresql", self.folder) as url, opened(app, url, self.folder) as hub:
                seconds, transactions = applied(hub)
                self.figures.took(_APPLIED, seconds)
                self.figures.must(kept(hub)["complaints"] == self.records, f"{_APPLIED}: {kept(hub)['complaints']} complaints")
                self.figures.took(_STAGED, staging.again(url, transactions, self.folder))

    def distant(self, app: LocalApp) -> None:
        """Load with a delay on each page, beside the same pages alone."""
        with app.distant(_DISTANT):
            self._pages(app, "50 ms: pages alone")
            for kind in self.kinds:
                with fresh(kind, self.folder) as url, opened(app, url, self.folder) as hub:
                    self.figures.took(f"50 ms: Simpul, {kind}", loaded(hub)[0])
            self._pages(app, "50 ms: pages alone")

    def judge(self) -> None:
        """Note the limits on what was measured in turn."""
        sides = self.figures
        for kind in self.kinds:
            dlt, hub = sides.median(f"dlt, {kind}"), sides.median(f"Simpul, {kind}")
            sides.limit(f"first load, {kind}: Simpul / dlt", hub / dlt, self.limits.first_load[kind], "x")
            slow = sides.median(f"50 ms: Simpul, {kind}") / sides.median("50 ms: pages alone")
            sides.limit(f"50 ms a page, {kind}: Simpul / pages alone", slow, self.limits.distant[kind], "x")
        if _APPLIED in sides.seconds:
            ratio = sides.median(_APPLIED) / sides.median(_STAGED)
            sides.limit("the apply step / COPY into staging and upsert, postgresql", ratio, self.limits.apply, "x")
        quickest = min(min(each) for side, each in sides.seconds.items() if side.startswith(("dlt", "Simpul")))
        sides.limit("the app is not what is measured: pages alone / quickest load", min(sides.seconds["pages alone"]) / quickest, 0.5, "x")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status says whether every limit was met."""
    parser = argparse.ArgumentParser(prog="benchmarks/ingest.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} records instead of {FULL:,}, wider limits")
    parser.add_argument("--repeats", type=int, help="how often each side loads everything (3; quick: 2)")
    parser.add_argument("--database", choices=KINDS, action="append", help="only this one (both)")
    given = parser.parse_args(arguments)
    records, kinds = QUICK if given.quick else FULL, given.database or list(KINDS)
    wanted, repeats = (limits.QUICK, 2) if given.quick else (limits.FULL, 3)
    repeats = given.repeats or repeats
    print(f"{records:,} records, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"installed apart: {apart.install()}\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="simpul-bench-") as temporary:
        run = Ingest(records, kinds, wanted, Path(temporary))
        with local_app(records, run.folder) as app:
            run.first_loads(app, repeats)
            if "postgresql" in kinds:
                run.apply_step(app, repeats)
            run.distant(app)
        for kind in kinds:
            run.both_ways(kind)
    run.judge()
    run.figures.show_sides(records)
    run.figures.show_limits()
    return 0 if run.figures.passed else 1
