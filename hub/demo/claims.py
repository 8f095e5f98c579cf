"""Sentences that the demo prints as true, each only after it was compared with what is really there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contracts.errors import SimpulError
from hub.demo.telling import Teller


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence and how it was checked: what had to be found, what was, and whether the two are the same."""

    name: str
    sentence: str
    expected: object
    found: object
    holds: bool


class Claims:
    """Checks claims as the story goes. ``before`` is called with a claim's name right before its check (tests sabotage there)."""

    def __init__(self, teller: Teller, before: Callable[[str], None] | None = None) -> None:
        self.all: list[Claim] = []
        self._teller = teller
        self._before = before or _nothing

    @property
    def failed(self) -> list[Claim]:
        """The claims that did not hold."""
        return [claim for claim in self.all if not claim.holds]

    def check(self, name: str, indonesian: str, english: str, find: Callable[[], object], expected: object = True) -> bool:
        """Look with ``find``, compare with ``expected``, and print the sentence with what came of it."""
        self._before(name)
        found: object
        try:
            found = find()
            holds = found == expected
        except (SimpulError, OSError, LookupError, ValueError) as error:
            found, holds = error, False
        sentence = self._teller.text(indonesian, english)
        self.all.append(Claim(name, sentence, expected, found, holds))
        if holds:
            self._teller.true(sentence)
        else:
            self._teller.false(sentence, self._evidence(expected, found))
        return holds

    def conclude(self) -> bool:
        """Print how many claims held, and again those that did not; tell whether there were any and all held."""
        failed, count = self.failed, len(self.all)
        self._teller.chapter("Hasil", "Result")
        for claim in failed:
            self._teller.false(claim.sentence, self._evidence(claim.expected, claim.found))
        indonesian = f"{count - len(failed)} dari {count} pernyataan terbukti dari tabel dan halaman aplikasi sendiri."
        english = f"{count - len(failed)} of {count} claims were proven from the apps' own tables and pages."
        self._teller.say(indonesian, english)
        return bool(self.all) and not failed

    def _evidence(self, expected: object, found: object) -> str:
        return self._teller.text(f"seharusnya {expected!r}, ternyata {found!r}", f"should be {expected!r}, is {found!r}")


def _nothing(_name: str) -> None:
    """Disturb nothing."""
