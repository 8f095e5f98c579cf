"""One directed scene a safety rule: what the rule is for is brought about, not waited for. Where the rule is taken out, the verdict tells.

They are played at the beginning, all at the same time, in a network that is well but for them. Every step waits for what the
step before has led to, so a slow machine plays the same scene.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

from sqlalchemy import func, select

from benchmarks.campaign import sight
from benchmarks.campaign.apps import until
from benchmarks.campaign.deeds import Deeds, Filing
from benchmarks.campaign.harm import Harm
from benchmarks.campaign.people import People
from benchmarks.campaign.world import SUBSCRIBER, World
from hub.store import tables

_T = TypeVar("_T")

_PATIENCE = 120.0  # seconds for one step
_DECLARED = 7.0  # seconds; whoever has taken in a complaint has declared its queue before
_UNHEARD = 6.0  # seconds in which whoever does not wait for the broker's word has long gone on
# Where the overtaken worker files: an app that takes the same complaint twice, and keeps no mark of the hub.
_MARKLESS = "kabupaten"
_CITIZENS = "kota"
_LINK, _CONNECTION = tables.links.c, tables.connections.c


class NotPlayed(Exception):
    """A step of a scene did not come about; says which."""


class Scenes:
    """Plays them. ``log``: when each ended and what it did; ``failed``: those that could not be played, and why."""

    def __init__(self, world: World, deeds: Deeds, people: People, harm: Harm, seed: int) -> None:
        self._world, self._deeds, self._people, self._harm = world, deeds, people, harm
        self._chance = random.Random(f"{seed}-scenes")
        self.log: list[str] = []
        self.failed: list[str] = []
        self._wrong: list[BaseException] = []
        self._began = 0.0

    def play(self) -> None:
        """Play all of them; raises what went wrong with the campaign itself."""
        self._began = time.monotonic()
        threads = [Thread(target=self._one, args=(scene,), daemon=True) for scene in (self.fencing, self.look_up, self.confirms)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._wrong:
            raise self._wrong[0]

    def _one(self, scene: Callable[[], str]) -> None:
        try:
            self.log.append(f"{scene()} ({time.monotonic() - self._began:.0f} s)")
        except NotPlayed as error:
            self.failed.append(f"the scene for {scene.__name__.replace('_', '-')} was not played: {error}")
        except BaseException as error:
            self._wrong.append(error)

    def fencing(self) -> str:
        """A worker that is about to file stands still until another has taken over and filed; then it goes on."""
        world = self._world
        world.orders.write_text(_MARKLESS)
        with self._filed(errand=True) as filing:
            self._come("a complaint is given to an agency", lambda: self._given(filing, _MARKLESS))
            frozen = self._come("a worker is about to file it", lambda: [each for each in world.workers if each.suspended])
            try:
                under_way = self._links(_MARKLESS, "creating")
                waiting = ("creating", "ambiguous", "pending")
                self._come("another one has filed it", lambda: under_way and not under_way & self._links(_MARKLESS, *waiting))
            finally:
                for each in frozen:
                    each.go_on()
        return f"fencing: {frozen[0].name} stood still while another filed {len(under_way)} in its place"

    def look_up(self) -> str:
        """An app files what it is told and drops the connection, and then the same with an answer."""
        app = self._world.apps[SUBSCRIBER]
        app.fault("drop")
        try:
            with self._filed(errand=False) as filing:
                self._come("the app has filed it, unheard", lambda: self._received(filing, "created"))
                app.fault("")
                self._come("the hub knows what became of it", lambda: not self._open(filing))
                app.fault("drop")
                self._come("somebody answers", lambda: self._people.write_on(filing))
                self._come("the app has taken the answer, unheard", lambda: self._received(filing, "said"))
                app.fault("")
                self._come("the hub knows what became of that", lambda: not self._open(filing))
        finally:
            app.fault("")
        return f"look-up: {app.label} took a complaint and an answer, and dropped both connections"

    def confirms(self) -> str:
        """The broker takes what is sent to it, does nothing with it, and dies."""
        with self._filed(errand=False) as filing:
            self._come("the hub knows a complaint", lambda: self._known(filing))
            # Killed within seconds of declaring them, the broker loses its queues: another scene, and not that of this rule.
            time.sleep(_DECLARED)
            with self._harm.broker_hanging():
                self._come("somebody writes at the hub", lambda: self._people.write_on(filing))
                written = self._last_change()
                gone_on = until(lambda: self._announced() >= written, _UNHEARD)
        return f"confirms: the broker died with a change, the hub {'had gone on' if gone_on else 'waited for its word'}"

    # -- steps

    def _come(self, what: str, tells: Callable[[], _T]) -> _T:
        seen: list[_T] = []

        def look() -> bool:
            seen[:] = [tells()]
            return bool(seen[0])

        if not until(look, _PATIENCE, 0.2):
            raise NotPlayed(what)
        return seen[0]

    @contextmanager
    def _filed(self, *, errand: bool) -> Iterator[Filing]:
        filing = self._people.file(self._chance, _CITIZENS, errand=errand)
        if not filing.sure:
            raise NotPlayed("a citizen files a complaint")
        with self._people.at(filing):
            yield filing

    def _given(self, filing: Filing, label: str) -> bool:
        self._people.assign(self._chance, filing, label)
        return filing.holder == label

    def _received(self, filing: Filing, what: str) -> bool:
        return any(entry.what == what and entry.hub and entry.text == filing.text for entry in self._world.apps[SUBSCRIBER].journal())

    def _known(self, filing: Filing) -> str | None:
        return next((each.id for each in sight.complaints(self._world.hub) if each.text == filing.text), None)

    def _open(self, filing: Filing) -> bool:
        query = select(_LINK.state, _LINK.due_at, _LINK.sent).join(tables.connections, _CONNECTION.id == _LINK.connection_id)
        with self._world.hub.store.reading() as sql:
            row = sql.execute(query.where(_CONNECTION.name == SUBSCRIBER, _LINK.complaint_id == self._known(filing))).first()
        return row is None or row.state != "linked" or row.due_at is not None or bool(row.sent)

    def _links(self, label: str, *states: str) -> set[str]:
        query = select(_LINK.id).join(tables.connections, _CONNECTION.id == _LINK.connection_id)
        with self._world.hub.store.reading() as sql:
            return {row.id for row in sql.execute(query.where(_CONNECTION.name == label, _LINK.state.in_(states)))}

    def _last_change(self) -> int:
        with self._world.hub.store.reading() as sql:
            return int(sql.execute(select(func.max(tables.ledger.c.seq))).scalar() or 0)

    def _announced(self) -> int:
        with self._world.hub.store.reading() as sql:
            return int(sql.execute(select(tables.leaders.c.position).where(tables.leaders.c.name == "events")).scalar() or 0)
