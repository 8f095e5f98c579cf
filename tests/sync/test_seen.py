"""What a reading remembers of the records it has met."""

from __future__ import annotations

import tracemalloc

from hub.sync.seen import Seen


def test_what_was_met_is_known_and_nothing_else() -> None:
    seen = Seen()
    assert "R-1" not in seen
    seen.update(f"R-{number}" for number in range(0, 20_000, 2))
    seen.update(["R-2", "lain"])
    known = [number for number in range(20_000) if f"R-{number}" in seen]
    assert known == list(range(0, 20_000, 2))
    assert "lain" in seen


def test_asking_for_what_was_never_met_keeps_nothing() -> None:
    seen = Seen()
    assert not any(f"R-{number}" in seen for number in range(1_000))
    assert not seen._buckets


def test_a_reading_that_meets_few_records_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        seen = Seen()
        seen.update(["1", "2"])
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 4_096
