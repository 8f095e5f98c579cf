"""Which records a reading has met, in eight bytes each: a listing may be of millions."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable

_BUCKETS = 4096


class Seen:
    """A set of refs that can only grow and be asked; one that it never met is taken for met once in 10^13 readings of a million."""

    def __init__(self) -> None:
        # By Python's own hash, which no app can foresee. Made as they are needed: most readings have met nothing when they end.
        self._buckets: defaultdict[int, array[int]] = defaultdict(_bucket)

    def update(self, refs: Iterable[str]) -> None:
        """Note refs."""
        for mark in map(hash, refs):
            self._buckets[mark % _BUCKETS].append(mark)

    def __contains__(self, ref: str) -> bool:
        mark = hash(ref)
        return mark in self._buckets.get(mark % _BUCKETS, ())


def _bucket() -> array[int]:
    return array("q")
