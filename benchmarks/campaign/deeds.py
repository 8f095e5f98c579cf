"""What people did, what they were told became of it, and so what must be there in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import RLock

from benchmarks.campaign.apps import App, Books
from benchmarks.campaign.world import NATIONAL, SUBSCRIBER


@dataclass
class Filing:
    """One complaint. ``sure``: its citizen was told that it is filed. ``errand``: a coordinator gives it to an agency.

    ``expected``: what its status may be in the end, more than one where nobody was told what became of a step.
    ``steps``: how often each status was chosen, by whom. ``busy``: somebody is at it; ``at``: when somebody last was.
    """

    text: str
    app: str
    errand: bool
    sure: bool = True
    holder: str | None = None
    moving: bool = False
    expected: set[str] = field(default_factory=lambda: {"received"})
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    busy: bool = False
    at: float = 0.0

    @property
    def works(self) -> str | None:
        """Whose staff moves it on."""
        return self.holder if self.errand else self.app

    @property
    def involved(self) -> set[str]:
        """Where it may be written upon: the apps that have it for good."""
        subscriber = {SUBSCRIBER} if self.app == "kota" else set()
        return {self.app, NATIONAL, *subscriber, *({self.holder} if self.holder else ())}


@dataclass(frozen=True)
class Answer:
    """Something written on a complaint, in an app or at the hub ("hub")."""

    on: str
    said: str
    where: str


class Deeds:
    """Everything that was done. ``unsure``: answers of which nobody was told what became; ``refused``: what the hub said no to."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.filings: dict[str, Filing] = {}
        self.answers: list[Answer] = []
        self.unsure: set[str] = set()
        self.gone: set[str] = set()
        self.done: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()
        self.refused: list[str] = []

    def lost_by(self, app: App, before: Books, after: Books, hub_texts: dict[str, str], hub_answers: set[str]) -> int:
        """An app came back from an old copy: what it alone had known is nobody's fault; returns how much that was."""
        with self.lock:
            texts = {text for _, text, _ in before.records} - {text for _, text, _ in after.records}
            said = {said for _, said in before.replies} - {said for _, said in after.replies}
            alone = {text for text in texts if text in self.filings and self.filings[text].app == app.label and text not in hub_texts}
            unheard = {one.said for one in self.answers if one.where == app.label and one.said in said and one.said not in hub_answers}
            for text in alone:
                self.filings[text].sure = False
            self.unsure |= unheard
            statuses = self._statuses(app, before, after, hub_texts)
            self.gone |= alone | unheard
            return len(alone) + len(unheard) + statuses

    def _statuses(self, app: App, before: Books, after: Books, hub_texts: dict[str, str]) -> int:
        now, count = {text: word for _, text, word in after.records}, 0
        for _, text, word in before.records:
            filing = self.filings.get(text)
            if filing is None or filing.works != app.label or now.get(text) == word:
                continue
            known = hub_texts.get(text)
            if known not in filing.expected:
                filing.expected = filing.expected | {app.shape.words.get(now.get(text, ""), ""), known or ""}
                count += 1
        return count
