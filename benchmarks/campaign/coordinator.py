"""What a coordinator does at the hub, through its API: looks a complaint up, gives it to an agency, takes it back, writes on it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import requests

from benchmarks.campaign import sight
from benchmarks.campaign.deeds import Answer, Deeds, Filing
from benchmarks.campaign.sight import Seen
from benchmarks.campaign.world import APPS, BLIND, NATIONAL, World
from hub.api.blueprint import ADDRESS

# Where citizens file and staff work; whoever can be asked nothing takes what it is given, and says nothing.
OFFICES = tuple(label for label, _, _ in APPS if label not in (NATIONAL, BLIND))
_BLIND_SHARE = 0.06  # of the errands
_QUIET = 3.0  # seconds after which nobody is in the middle of something
_WAIT = 10.0  # seconds for an answer of the hub


class Coordinator:
    """Sits at the hub. Each act tells whether something was done."""

    def __init__(self, world: World, deeds: Deeds) -> None:
        self._world, self._deeds = world, deeds
        self._headers = {"Authorization": f"Bearer {world.token}"}

    @contextmanager
    def at(self, filing: Filing) -> Iterator[None]:
        """Sit at a complaint until the block ends."""
        try:
            yield
        finally:
            filing.busy, filing.at = False, time.monotonic()

    def take(self, chance: random.Random, wanted: Callable[[Filing], bool]) -> Filing | None:
        """Sit down at one complaint that nobody is at."""
        with self._deeds.lock:
            free = [each for each in self._deeds.filings.values() if not each.busy and each.sure and wanted(each)]
            # Newer ones more often: a desk is not an archive.
            chosen = chance.choice(free[-60:]) if free else None
            if chosen is not None:
                chosen.busy = True
            return chosen

    def said(self, filing: Filing, where: str, who: str) -> Answer:
        """Note what is about to be written; no two say the same."""
        with self._deeds.lock:
            answer = Answer(filing.text, f"{who} menjawab, catatan {len(self._deeds.answers) + 1}.", where)
            self._deeds.answers.append(answer)
            return answer

    def doubt(self, answer: Answer, what: str) -> None:
        """Note that nobody was told what became of it."""
        with self._deeds.lock:
            self._deeds.unsure.add(answer.said)
            self._deeds.unanswered[what] += 1

    def give(self, chance: random.Random) -> bool:
        """Give one that waits for it to an agency."""
        filing = self.take(chance, lambda each: each.errand and (each.holder is None or each.moving))
        if filing is None:
            return False
        with self.at(filing):
            return self.assign(chance, filing)

    def assign(self, chance: random.Random, filing: Filing, label: str | None = None) -> bool:
        """Give this one to an agency (``label``: to this one), or see that it was given after all."""
        seen = self._seen(filing)
        if seen is None:
            return False
        if seen.holder in (*OFFICES, BLIND) and seen.status != "returned":
            # It was done after all, though nobody said so.
            filing.holder, filing.moving = seen.holder, False
            filing.expected = filing.expected | {"assigned"} if seen.status == "assigned" else filing.expected
            return False
        if seen.status not in ("received", "returned"):
            return False
        label = label or self._competent(chance, filing)
        filing.steps["hub", "assigned"] += 1
        if self._post(f"complaints/{seen.id}/assign", {"agency": label}) is not True:
            filing.expected = filing.expected | {"assigned"}
            return False
        filing.holder, filing.moving, filing.expected = label, False, {"assigned"}
        return True

    def _competent(self, chance: random.Random, filing: Filing) -> str:
        if chance.random() < _BLIND_SHARE:
            return BLIND
        return chance.choice([each for each in OFFICES if each != filing.app])

    def move(self, chance: random.Random) -> bool:
        """Take an errand from its holder, who sits still and has nothing on the way, and say that somebody else gets it."""
        filing = self.take(chance, self._at_rest)
        if filing is None:
            return False
        with self.at(filing):
            seen = self._seen(filing)
            if seen is None or {seen.status} != filing.expected or seen.holder != filing.holder:
                return False
            there = {said for own, said in sight.answers(self._world.hub) if own == seen.id}
            if any(one.on == filing.text and one.said not in there for one in self._deeds.answers):
                return False
            filing.moving, filing.expected = True, filing.expected | {"returned"}
            filing.steps["hub", "returned"] += 1
            if self._post(f"complaints/{seen.id}/return", {"reason": "bukan kewenangan"}) is not True:
                return False
            filing.expected, filing.holder = {"returned"}, None
            return True

    def _at_rest(self, filing: Filing) -> bool:
        resting = time.monotonic() - filing.at > _QUIET and filing.expected <= {"assigned", "in_progress"}
        return resting and filing.errand and filing.holder is not None and not filing.moving

    def write(self, chance: random.Random) -> bool:
        """Write on one."""
        filing = self.take(chance, lambda each: not each.moving)
        if filing is None:
            return False
        with self.at(filing):
            return self.write_on(filing)

    def write_on(self, filing: Filing) -> bool:
        """Write on this one."""
        seen = self._seen(filing)
        if seen is None:
            return False
        answer = self.said(filing, "hub", "Koordinator")
        if self._post(f"complaints/{seen.id}/answer", {"text": answer.said}) is not True:
            self.doubt(answer, "hub")
            return False
        return True

    def _seen(self, filing: Filing) -> Seen | None:
        return next((each for each in sight.complaints(self._world.hub) if each.text == filing.text), None)

    def _post(self, what: str, body: dict[str, Any]) -> bool | None:
        """Do something at the hub: True if it said yes, False for no, None without an answer."""
        with (
            suppress(requests.RequestException),
            requests.post(f"{self._world.web}{ADDRESS}/{what}", json=body, headers=self._headers, timeout=_WAIT) as answer,
        ):
            if answer.status_code < 300:
                return True
            if answer.status_code < 500:
                self._deeds.refused.append(f"{what.rpartition('/')[2]}: {answer.status_code} {answer.text[:200]}")
                return False
            self._deeds.unanswered[f"hub ({answer.status_code})"] += 1
            return None
        self._deeds.unanswered["hub"] += 1
        return None
