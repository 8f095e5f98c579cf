"""One campaign from beginning to end: the stream, the faults, the healing, the verdict."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from benchmarks.campaign import dossier
from benchmarks.campaign.deciding import decide
from benchmarks.campaign.deeds import Deeds
from benchmarks.campaign.harm import Harm
from benchmarks.campaign.people import People
from benchmarks.campaign.plan import Plan
from benchmarks.campaign.rules import HURRIED
from benchmarks.campaign.scenes import Scenes
from benchmarks.campaign.subscriber import Subscriber
from benchmarks.campaign.verdict import Verdict, judge, unfinished
from benchmarks.campaign.world import BLIND, World, running
from benchmarks.databases import durability
from hub.operations.running import due_now

_QUIET = 8.0
_CALM = 10.0  # seconds before the broker goes
_LOOK = 0.5
_SHOWN = 15
_EVERY = 20.0
_STUCK = 30.0  # seconds without anything to do or any change after which what is wrong stays wrong
_TAIL, _WIDTH = 12, 240  # lines and characters of each log that a failed run shows
_LONG = 300.0  # seconds of faults from which on a complaint that waits for a person is no more than 0.5 % of all
_MOST_WAITING = 0.005


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to run. The scenes, then ``seconds`` of faults, one every ``every``; ``only``: of these kinds, and no scenes;
    ``patience``: to settle, in seconds; ``mount``: a full disk is one of its own, where that can be had.

    ``broker_down``: instead of all that, the broker alone is away for ``seconds``, and nobody may notice.
    """

    seconds: float
    seed: int
    every: float = 4.5
    rate: float = 4.0
    without: str | None = None
    only: tuple[str, ...] = ()
    least: tuple[int, int] = (0, 0)
    patience: float = 180.0
    keep: bool = False
    broker_down: bool = False
    mount: bool = True


def campaign(wanted: Wanted) -> bool:
    """Run one and say what became of it; True if all is well. The folder with every log stays if it is not."""
    folder = Path(tempfile.mkdtemp(prefix="simpul-faults-"))
    folder.chmod(0o755)
    print(f"seed {wanted.seed}; logs: {folder}; {len(HURRIED)} changes shorten the hub's waits (benchmarks/campaign/rules.py)", flush=True)
    well = False
    try:
        with _interruptible(), running(folder, wanted.without, mount=wanted.mount) as world:
            well = _run(world, wanted)
    finally:
        if well and not wanted.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            _tails(folder, 0 if well else _TAIL)
            print(f"seed {wanted.seed}; every log is in {folder}", flush=True)
    return well


def _tails(folder: Path, lines: int) -> None:
    """Show the end of every log: where it failed, the folder may be gone when somebody looks."""
    for log in sorted([*folder.rglob("*.log"), *folder.glob("dossier.txt")]) if lines else ():
        told = [line[:_WIDTH] for line in log.read_text("utf-8", "replace").splitlines()]
        print(f"-- {log.relative_to(folder)}: {len(told)} lines", *told[-lines:], sep="\n   ", flush=True)


@contextmanager
def _interruptible() -> Iterator[None]:
    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(world: World, wanted: Wanted) -> bool:
    with world.hub.store.reading() as sql:
        print(f"database: {durability(sql)}; full disk: {world.disk.how}", flush=True)
    deeds = Deeds()
    subscriber = Subscriber(world.broker.url)
    subscriber.ready.wait(30)
    people = People(world, deeds, wanted.seed, rate=wanted.rate)
    plan, harm = Plan(wanted.seconds, wanted.every, wanted.seed, wanted.only), Harm(world, deeds, blind=wanted.seconds >= _LONG)
    scenes = Scenes(world, deeds, people, harm, wanted.seed)
    people.start()
    try:
        with _telling(world, deeds, plan):
            if wanted.broker_down:
                _broker_away(world, plan, wanted.seconds)
            else:
                if not wanted.only:
                    scenes.play()
                plan.carry_out(harm)
    finally:
        people.stop()
    ended, stood = time.monotonic(), {role.name: role.ended for role in world.roles.values() if role.ended}
    found, left = _settled(world, deeds, people, wanted.patience)
    settled = time.monotonic() - ended
    _tell(plan, scenes, harm, deeds, subscriber, settled, stood)
    broken = _waited(deeds, found, wanted)
    if decided := decide(world):
        print(f"a person decided: {'; '.join(decided)}")
        found, left = _settled(world, deeds, people, wanted.patience)
        broken += [f"{each} waits for a person though one has decided" for each in found.awaited]
    found.echoed += _moves_when_quiet(world)
    missed = _events(world, subscriber)
    found.lost += missed[:_SHOWN]
    subscriber.stop()
    print(f"events: {len(subscriber.heard)} heard, {subscriber.repeated} more than once")
    return _judged(world, deeds, plan, found, left, wanted, broken + scenes.failed)


def _broker_away(world: World, plan: Plan, seconds: float) -> None:
    time.sleep(_CALM)
    world.broker.kill()
    time.sleep(seconds)
    world.broker.start()
    plan.counts["broker killed"] += 1
    plan.log.append(f"{_CALM:6.1f} s  broker killed: away for {seconds:g} s")


@contextmanager
def _telling(world: World, deeds: Deeds, plan: Plan) -> Iterator[None]:
    """Say now and then how far it is."""
    enough, began = Event(), time.monotonic()

    def tell() -> None:
        while not enough.wait(_EVERY):
            left: object = "the database is away"
            with suppress(SQLAlchemyError):
                left = unfinished(world)
            print(
                f"  {time.monotonic() - began:4.0f} s: {sum(plan.counts.values())} faults, {len(deeds.filings)} filed, {left}", flush=True
            )

    thread = Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def _settled(world: World, deeds: Deeds, people: People, patience: float) -> tuple[Verdict, dict[str, int]]:
    """Wait until there is nothing to do and nothing wrong, or nothing changes any more; return what is wrong in the end."""
    began = moved = time.monotonic()
    found, left = Verdict(lost=["nothing was compared"]), {"": 1}
    while time.monotonic() - began < patience and (left or time.monotonic() - moved < _STUCK):
        with suppress(SQLAlchemyError):
            people.finish()
            before, left, found = found, unfinished(world), judge(world, deeds)
            if not left and found.clean:
                break
            moved = moved if found == before and not left else time.monotonic()
        time.sleep(_LOOK)
    return found, left


def _moves_when_quiet(world: World) -> list[str]:
    """Compare everything with every app once more: a settled network writes nothing."""
    before = {label: len(app.journal()) for label, app in world.apps.items()}
    for label in world.apps:
        due_now(world.hub, label, listing=True)
    time.sleep(_QUIET)
    after = {label: app.journal() for label, app in world.apps.items()}
    return [f"{label}, when all was quiet: {entry}" for label, all_ in after.items() for entry in all_[before[label] :]]


def _events(world: World, subscriber: Subscriber) -> list[str]:
    until = time.monotonic() + 20.0
    while (missed := subscriber.missed(world.hub)) and time.monotonic() < until:
        time.sleep(_LOOK)
    return [f"the subscriber has not heard of change {each}" for each in missed] + (
        [f"{subscriber.disordered} changes came out of order"] if subscriber.disordered else []
    )


def _tell(
    plan: Plan, scenes: Scenes, harm: Harm, deeds: Deeds, subscriber: Subscriber, settled: float, ended: dict[str, list[int]]
) -> None:
    print("")
    for line in scenes.log:
        print(f"scene of {line}")
    print(f"{sum(plan.counts.values())} faults of {len(plan.counts)} kinds:")
    for line in sorted(plan.log):
        print(f"  {line}")
    print(f"done: {dict(deeds.done)}; without an answer: {dict(deeds.unanswered)}; refused: {len(deeds.refused)}")
    for line in deeds.refused[:_SHOWN]:
        print(f"  refused: {line}")
    print(f"lost by the apps themselves with their databases: {harm.lost_by_apps}; ended by themselves: {ended or 'none'}")
    print(f"settled {settled:.1f} s after the last fault")


def _waited(deeds: Deeds, found: Verdict, wanted: Wanted) -> list[str]:
    """Say what waits for a person before one has looked; returns what of it must not be."""
    waiting, filed = found.awaited, len(deeds.filings)
    share = len(waiting) / max(filed, 1)
    print(f"waiting for a person: {len(waiting)} ({share:.2%} of {filed} complaints)")
    for _, line in found.waiting[:_SHOWN]:
        print(f"  {line}")
    broken = [f"{app} waits for a person, though it can be searched or listed" for app in sorted(set(waiting.values()) - {BLIND})]
    # One is more than that share of the few that a short run files.
    allowed = _MOST_WAITING * filed if wanted.seconds >= _LONG else max(1.0, _MOST_WAITING * filed)
    return broken + ([f"{len(waiting)} wait for a person, more than {allowed:.1f}"] if len(waiting) > allowed else [])


def _judged(world: World, deeds: Deeds, plan: Plan, found: Verdict, left: dict[str, int], wanted: Wanted, broken: list[str]) -> bool:
    for name in ("lost", "doubled", "echoed", "diverged"):
        lines: list[str] = getattr(found, name)
        print(f"{name}: {len(lines)}")
        for line in lines[:_SHOWN]:
            print(f"  {line}")
    broken += [] if found.clean else ["something was lost, doubled, echoed or diverged"]
    broken += [f"not settled: {left}"] if left else []
    if wanted.broker_down and (deeds.unanswered or deeds.refused):
        broken.append(f"refused while the broker was away: {dict(deeds.unanswered)} {deeds.refused}")
    faults, kinds = sum(plan.counts.values()), len(plan.counts)
    broken += [f"only {faults} faults of {kinds} kinds"] if faults < wanted.least[0] or kinds < wanted.least[1] else []
    if broken:
        wrong = [*found.lost, *found.doubled, *found.echoed, *found.diverged, *(line for _, line in found.waiting)]
        dossier.write(world, deeds, wrong)
    for line in broken:
        print(f"BROKEN: {line}")
    sys.stdout.flush()
    return not broken
