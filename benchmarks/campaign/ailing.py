"""What goes wrong with the local apps themselves."""

from __future__ import annotations

import random
from collections.abc import Callable
from threading import Event, Lock

from sqlalchemy.exc import SQLAlchemyError

from benchmarks.campaign import sight
from benchmarks.campaign.apps import App, until
from benchmarks.campaign.deeds import Deeds
from benchmarks.campaign.disk import may_write
from benchmarks.campaign.rules import LEASE
from benchmarks.campaign.world import BLIND, World
from hub.operations import pausing, recovering
from hub.store import tables

_ACTOR = "operator"


class Ailing:
    """Makes apps ill. ``over``: the campaign is at its end, and whatever lasts is cut short; ``lost_by_apps``: what no hub had seen."""

    def __init__(self, world: World, deeds: Deeds) -> None:
        self._world, self._deeds = world, deeds
        self.over = Event()
        self._doors = {label: Lock() for label in world.apps}
        self.lost_by_apps = 0

    def _lasts(self, seconds: float) -> None:
        self.over.wait(seconds)

    def _cities(self) -> list[App]:
        # What is done to one that can be asked nothing would only make work for people.
        return [app for app in self._world.apps.values() if app.over_http and app.label != BLIND]

    def _app_fault(self, chance: random.Random, fault: str) -> str:
        app = chance.choice(self._cities())
        app.fault(fault)
        self._lasts(chance.uniform(4.0, 10.0))
        app.fault("")
        return app.label

    def app_killed(self, chance: random.Random) -> str:
        """Kill an app."""
        app = chance.choice(list(self._world.apps.values()))
        with self._doors[app.label]:
            app.kill()
            self._lasts(chance.uniform(0.5, 5.0))
            app.start()
        return app.label

    def file_locked(self, chance: random.Random) -> str:
        """Keep an app's file for ourselves, as a backup program does."""
        app = chance.choice([app for app in self._world.apps.values() if not app.over_http])
        with app.locked():
            self._lasts(chance.uniform(1.0, 5.0))
        return app.label

    def app_disk_full(self, chance: random.Random) -> str | None:
        """Let an app write nothing more, as when its disk is full; its pages and its interface go on answering."""
        app = chance.choice(self._cities())
        with self._doors[app.label]:
            if (pid := app.pid) is None:
                return None
            may_write(pid, False)
            self._lasts(chance.uniform(3.0, 8.0))
            may_write(pid, True)
        return app.label

    def unseen_filing_dropped(self, chance: random.Random) -> str | None:
        """Drop the connection after one filing in the app that can be asked nothing: nobody but a person can tell what became of it."""
        app, told = self._world.apps[BLIND], None
        while not self.over.wait(0.5):
            if told != app.pid:
                # Not yet told, or it was killed meanwhile and has forgotten it.
                told = app.pid if app.fault("drop one") else None
            elif app.faulty() == "":
                return app.label
        app.fault("")
        return None

    def app_restored(self, chance: random.Random) -> str | None:
        """A backup is made; some time later the app is stopped, loses everything and gets the backup, and its people say so to the hub."""
        # Of one that lists nothing, the hub could not learn what it has forgotten.
        app = chance.choice([app for app in self._world.apps.values() if app.label != BLIND])
        app.copy()
        self._lasts(chance.uniform(4.0, 10.0))
        if not self._told(lambda: pausing.pause(self._world.hub, app.label, _ACTOR, "the app is restored")):
            return None
        until(lambda: self._at_rest(app.label), LEASE + 3.0, 0.2)
        texts: dict[str, str] = {}
        said: set[str] = set()
        with self._doors[app.label]:
            app.kill()
            self._told(lambda: texts.update(_texts(self._world)))
            self._told(lambda: said.update(_said(self._world)))
            before, after = app.restore()
            self.lost_by_apps += self._deeds.lost_by(app, before, after, texts, said)
            app.start()
        self._told(lambda: recovering.recover(self._world.hub, app.label, _ACTOR))
        self._told(lambda: pausing.resume(self._world.hub, app.label))
        records, replies = len(before.records) - len(after.records), len(before.replies) - len(after.replies)
        return f"{app.label}: {records} complaints, {replies} replies lost"

    def _told(self, tell: Callable[[], object]) -> bool:
        """Do something at the hub, as soon as its database is there."""

        def done() -> bool:
            try:
                tell()
            except SQLAlchemyError:
                return False
            return True

        return until(done, 60.0, 0.5)

    def _at_rest(self, label: str) -> bool:
        try:
            with self._world.hub.store.reading() as sql:
                row = sql.execute(tables.connections.select().where(tables.connections.c.name == label)).one()
        except SQLAlchemyError:
            return False
        return row.lease_owner is None or row.lease_until < self._world.hub.store.now()


def _texts(world: World) -> dict[str, str]:
    return {each.text: each.status for each in sight.complaints(world.hub)}


def _said(world: World) -> set[str]:
    return {said for _, said in sight.answers(world.hub)}
