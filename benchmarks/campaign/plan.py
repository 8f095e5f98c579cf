"""The seeded plan of faults: when which, so that every kind comes before one comes again, and no two hit the same thing at once."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock, Thread

from benchmarks.campaign.harm import Harm

# Of kinds with the same word, one at a time: what is down cannot be stopped.
_ALONE = ("broker", "database", "disk", "old copy", "suspended")
_LAST = 6.0  # seconds before the end in which nothing new goes wrong


@dataclass
class Plan:
    """What is to come, and what has come. ``log``: when, what, whom it hit."""

    seconds: float
    every: float
    seed: int
    only: tuple[str, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    wrong: list[BaseException] = field(default_factory=list)

    def carry_out(self, harm: Harm) -> None:
        """Do all of it, wait until everything is mended, and raise what went wrong with the campaign itself."""
        chance, kinds, began = random.Random(self.seed), harm.kinds(), time.monotonic()
        names = [name for name in kinds if not self.only or name in self.only]
        locks = {word: Lock() for word in _ALONE}
        bag: list[str] = []
        threads: list[Thread] = []
        while names and (now := time.monotonic() - began) < self.seconds - _LAST and not self.wrong:
            if not bag:
                # The order of the first round is that of `Harm.kinds`: what takes longest to show comes first.
                names = [name for name in names if not threads or name not in harm.once]
                bag = [*names] if not threads else chance.sample(names, len(names))
            name = bag.pop(0)
            lock = next((locks[word] for word in _ALONE if word in name.replace("disk", "database")), None)
            thread = Thread(
                target=self._one, args=(name, kinds[name], random.Random(f"{self.seed}-{len(threads)}"), lock, now), daemon=True
            )
            thread.start()
            threads.append(thread)
            time.sleep(max(len(threads) * self.every - (time.monotonic() - began), 0.0))
        time.sleep(max(self.seconds - (time.monotonic() - began), 0.0))
        harm.over.set()
        for thread in threads:
            thread.join()
        if self.wrong:
            raise self.wrong[0]

    def _one(self, name: str, do: object, chance: random.Random, lock: Lock | None, at: float) -> None:
        try:
            if lock is not None and not lock.acquire(timeout=30.0):
                return
            try:
                hit = do(chance)  # type: ignore[operator]
            finally:
                if lock is not None:
                    lock.release()
            if hit is not None:
                self.counts[name] += 1
                self.log.append(f"{at:6.1f} s  {name}: {hit}")
        except BaseException as error:
            self.wrong.append(error)
