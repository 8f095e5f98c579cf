"""The most that each figure may be: what was asked for, and what a machine that does other things too must still reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Ratios (``first_load``: Simpul / dlt, ``distant``: Simpul / pages alone, ``apply``: applied / staged) and seconds.

    ``quiet``: nothing changed; ``settled``: from the first of 200 edits until both sides are equal, of which ``engine``
    is processor time of the engine's own steps; ``memory``: of a backfill, last quarter / second quarter.
    ``round``: processor time of an idle round over 700 regions; ``beside``: p95 of changes beside regions that are ill / without them,
    and ``beside_ill`` its seconds; ``change``: p95 of a change with a webhook; ``asked``: p95 of a question to the API;
    ``held_up``: the longest wait of one who writes beside `simpul migrate`.
    """

    first_load: Mapping[str, float]
    distant: Mapping[str, float]
    quiet: Mapping[str, float]
    settled: float
    engine: float
    apply: float
    memory: float
    round: float
    beside: float
    beside_ill: float
    change: float
    asked: float
    held_up: float


FULL = Limits(
    first_load={"sqlite": 1.0, "postgresql": 0.5},
    distant={"sqlite": 1.5, "postgresql": 1.2},
    quiet={"sqlite": 0.3, "postgresql": 0.2},
    settled=3.0,
    engine=1.0,
    apply=1 / 0.6,
    memory=1.1,
    round=15.0,
    beside=2.0,
    beside_ill=5.0,
    change=1.0,
    asked=0.1,
    held_up=3.0,
)
# A few thousand records on a machine of which others take their share: only what is broken is to fail.
QUICK = Limits(
    first_load={"sqlite": 1.0, "postgresql": 0.75},
    distant={"sqlite": 3.0, "postgresql": 3.0},
    quiet={"sqlite": 1.0, "postgresql": 1.0},
    settled=60.0,
    engine=3.0,
    apply=5.0,
    memory=1.25,
    round=30.0,
    beside=4.0,
    beside_ill=10.0,
    change=4.0,
    asked=1.0,
    held_up=3.0,
)
