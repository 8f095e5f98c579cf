"""Where the story happens: a folder, the regions with their apps, a hub of its own, and who tells and checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.build import Hub, build
from hub.config import Settings
from hub.demo import acts
from hub.demo.claims import Claims
from hub.demo.offices import Office
from hub.demo.telling import Teller
from hub.session.session import Tally

_ROUNDS = 8


@dataclass(slots=True)
class Stage:
    """Everything that a scene needs. ``offices`` are the regions, the first one is where the story begins."""

    folder: Path
    hub: Hub
    offices: Sequence[Office]
    teller: Teller
    claims: Claims

    def round(self, *names: str) -> dict[str, Tally]:
        """Run one session per connection, in the order given (default: all)."""
        return {name: acts.sync(self.hub, name) for name in names or [office.name for office in self.offices]}

    def settle(self) -> None:
        """Run rounds until each app's last session had nothing to do; raises RuntimeError if that never comes.

        Whoever had nothing to do and was given nothing since is not asked again: nobody is at the apps meanwhile.
        """
        names = [office.name for office in self.offices]
        for _ in range(_ROUNDS):
            tallies = self.round(*names)
            names = [each.name for each in self.offices if self._moved(each.name, tallies.get(each.name))]
            if not names:
                return
        raise RuntimeError(f"after {_ROUNDS} rounds there is still something to do")

    def _moved(self, name: str, tally: Tally | None) -> bool:
        return bool(tally and (tally.writes or tally.reads)) or not acts.in_step(self.hub, name)

    @property
    def last_event(self) -> int:
        """The number of the newest entry of the hub's ledger."""
        return acts.last_event(self.hub)


def own_hub(folder: Path) -> Hub:
    """Make a hub that keeps everything in this folder and takes nothing from the environment."""
    return build(Settings.load({"SIMPUL_HOME": str(folder)}))
