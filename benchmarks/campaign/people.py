"""Citizens, staff and a coordinator, acting without pause in every app and at the hub, whatever fails around them."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from threading import Event, Thread

import requests
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.campaign.apps import App
from benchmarks.campaign.coordinator import OFFICES, Coordinator
from benchmarks.campaign.deeds import Deeds, Filing
from benchmarks.campaign.world import BLIND, World
from contracts.errors import Reject

_TROUBLES = ("lampu jalan padam", "saluran tersumbat", "jalan berlubang", "sampah menumpuk", "pipa bocor", "pohon tumbang")
_NEXT = {"received": "in_progress", "verified": "in_progress", "assigned": "in_progress", "in_progress": "answered"}
_THREADS = 3
# Nobody knows what a sick app did with a form: it may have come in.
_NO_ANSWER = (requests.RequestException, Reject, OSError)


def _citizen(app: App, chance: random.Random) -> dict[str, str]:
    # No identity number begins with 00 in reality. Two complaints of one person on one day are one record to an app that keeps
    # only days, should it give the same number twice.
    return {"identity": f"0034{chance.randrange(10**12):012}"} if "identity" in app.shape.fills else {}


class People(Coordinator):
    """Everybody. ``rate``: acts a second, of all together."""

    def __init__(self, world: World, deeds: Deeds, seed: int, *, rate: float) -> None:
        super().__init__(world, deeds)
        self._rate, self._seed = rate, seed
        self._enough = Event()
        self._threads: list[Thread] = []
        self._wrong: list[BaseException] = []

    def start(self) -> None:
        """Let them begin."""
        self._threads = [Thread(target=self._live, args=(number,), daemon=True) for number in range(_THREADS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let them come to an end; raises what went wrong with the campaign itself."""
        self._enough.set()
        for thread in self._threads:
            thread.join()
        if self._wrong:
            raise self._wrong[0]

    def finish(self) -> None:
        """Let the coordinator finish what is half done, once all is well."""
        chance = random.Random(self._seed)
        for filing in self._deeds.filings.values():
            if filing.errand and (filing.holder is None or filing.moving):
                self.assign(chance, filing)

    def _live(self, number: int) -> None:
        chance = random.Random(f"{self._seed}-{number}")
        acts: list[tuple[Callable[[random.Random], bool], float]] = [
            (self._file, 0.28), (self._answer, 0.27), (self._work, 0.2), (self.give, 0.13), (self.write, 0.06), (self.move, 0.06),
        ]  # fmt: skip
        while not self._enough.wait(chance.uniform(0.5, 1.5) * _THREADS / self._rate):
            try:
                [act] = chance.choices([act for act, _ in acts], [weight for _, weight in acts])
                if act(chance):
                    with self._deeds.lock:
                        self._deeds.done[act.__name__.strip("_")] += 1
            except SQLAlchemyError:
                continue  # the database is away: nobody sees anything
            except BaseException as error:
                self._wrong.append(error)
                return

    # -- in the apps

    def _file(self, chance: random.Random) -> bool:
        filing = self.file(chance, chance.choice(OFFICES), errand=chance.random() < 0.6)
        filing.busy, filing.at = False, time.monotonic()
        return filing.sure

    def file(self, chance: random.Random, label: str, *, errand: bool) -> Filing:
        """File a complaint in this app and stay at it."""
        app, deeds = self._world.apps[label], self._deeds
        with deeds.lock:
            text = f"Laporan {len(deeds.filings) + 1} di {label}: {chance.choice(_TROUBLES)} sejak kemarin malam"
            filing = deeds.filings[text] = Filing(text, label, errand=errand, busy=True)
        try:
            app.file_by_form(text, **app.shape.fills | _citizen(app, chance))
        except _NO_ANSWER:
            filing.sure = False
            deeds.unanswered[f"form of {label}"] += 1
        return filing

    def _row(self, app: App, filing: Filing) -> tuple[str, str] | None:
        try:
            books = app.books()
        except sqlite3.OperationalError as error:
            # A worker that is made to stand still may hold the file meanwhile, longer than staff wait.
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise
            return None
        found = [(ref, word) for ref, text, word in books.records if text == filing.text]
        return found[0] if found else None

    def _answer(self, chance: random.Random) -> bool:
        filing = self.take(chance, lambda each: not each.moving)
        if filing is None:
            return False
        with self.at(filing):
            label = chance.choice(sorted(filing.involved - {BLIND}))
            app = self._world.apps[label]
            row = self._row(app, filing)
            if row is None:
                return False
            answer = self.said(filing, label, "Petugas")
            try:
                app.answer_by_form(row[0], answer.said, **({"author": "petugas"} if app.kind == "laporkota" else {}))
            except _NO_ANSWER:
                self.doubt(answer, f"form of {label}")
                return False
            return True

    def _work(self, chance: random.Random) -> bool:
        filing = self.take(chance, lambda each: each.works not in (None, BLIND) and not each.moving and "answered" not in each.expected)
        if filing is None:
            return False
        with self.at(filing):
            label = str(filing.works)
            app = self._world.apps[label]
            row = self._row(app, filing)
            now = app.shape.words.get(row[1]) if row else None
            if row is None or now not in _NEXT or (filing.errand and not self._arrived(filing)):
                return False
            then = _NEXT[now]
            filing.steps[label, then] += 1
            try:
                app.set_status_by_form(row[0], app.shape.word(then))
            except _NO_ANSWER:
                filing.expected = filing.expected | {then}
                self._deeds.unanswered[f"form of {label}"] += 1
                return False
            filing.expected = {then}
            return True

    def _arrived(self, filing: Filing) -> bool:
        # Staff begin with what they were given; the hub's own word for it has come in.
        return bool(filing.expected & {"assigned", "in_progress"})
