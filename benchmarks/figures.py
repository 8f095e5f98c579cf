"""What was measured, as tables; and the limits, of which one that is missed makes the benchmark fail."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limit:
    """One figure and the most it may be."""

    what: str
    figure: float
    most: float
    unit: str

    @property
    def met(self) -> bool:
        """Whether it is within its limit; a figure that is not a number is not."""
        return self.figure <= self.most


@dataclass(slots=True)
class Figures:
    """Seconds by side, each measured several times in turn with the others; facts that must hold; limits."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    limits: list[Limit] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def took(self, side: str, seconds: float) -> None:
        """Note one measurement, and print it: a run that is broken off has still told something."""
        self.seconds[side].append(seconds)
        print(f"  {side}: {seconds:.2f} s", flush=True)

    def median(self, side: str) -> float:
        """Return a side's median."""
        return statistics.median(self.seconds[side])

    def limit(self, what: str, figure: float, most: float, unit: str) -> None:
        """Note a figure that has a limit."""
        self.limits.append(Limit(what, figure, most, unit))

    def must(self, holds: bool, what: str) -> None:
        """Note something without which the figures would be worth nothing."""
        if not holds:
            self.broken.append(what)

    @property
    def passed(self) -> bool:
        """Whether every limit is met and nothing is broken."""
        return not self.broken and all(limit.met for limit in self.limits)

    def show_sides(self, records: int) -> None:
        """Print best and median of each side."""
        rows = [
            [side, f"{min(all_):.2f}", f"{statistics.median(all_):.2f}", f"{records / min(all_):,.0f}", str(len(all_))]
            for side, all_ in self.seconds.items()
        ]
        show(["side", "best s", "median s", "records/s", "runs"], rows)

    def show_limits(self) -> None:
        """Print each limit with what was measured, and what is broken."""
        rows = [[each.what, f"{each.figure:.3f}", f"{each.most:g}", each.unit, "yes" if each.met else "NO"] for each in self.limits]
        show(["limit", "measured", "at most", "", "met"], rows)
        for what in self.broken:
            print(f"BROKEN: {what}")


def show(heads: list[str], rows: list[list[str]]) -> None:
    """Print a table: the first column to the left, the others to the right."""
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    for row in [heads, ["-" * width for width in widths], *rows]:
        print("  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]))
    print(flush=True)
