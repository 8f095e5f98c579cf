"""A limit that is missed, a figure that is none and a broken fact each make a benchmark fail."""

from __future__ import annotations

import math
import time

import pytest

from benchmarks.backfilling import peak
from benchmarks.databases import durable
from benchmarks.figures import Figures
from benchmarks.phases import Phases


@pytest.mark.parametrize(("figure", "passes"), [(0.9, True), (1.0, True), (1.01, False), (math.nan, False)])
def test_a_limit_decides_the_exit_status(figure: float, passes: bool) -> None:
    figures = Figures()
    figures.limit("first load: Simpul / dlt", figure, 1.0, "x")
    assert figures.passed is passes


def test_a_broken_fact_fails_also_where_all_limits_are_met(capsys: pytest.CaptureFixture[str]) -> None:
    figures = Figures()
    figures.limit("quick", 0.1, 1.0, "s")
    figures.must(True, "said of nothing")
    before = figures.passed
    figures.must(False, "3 records are missing")
    figures.show_limits()
    assert (before, figures.passed) == (True, False)
    assert "BROKEN: 3 records are missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("told", "is_durable"),
    [
        ("journal_mode=wal, synchronous=2", True),
        ("journal_mode=wal, synchronous=1", False),
        ("fsync=on, synchronous_commit=on", True),
        ("fsync=on, synchronous_commit=off", False),
    ],
)
def test_only_what_outlives_a_power_cut_is_durable(told: str, is_durable: bool) -> None:
    assert durable(told) is is_durable


def test_memory_is_compared_by_quarters_of_the_records() -> None:
    samples = [(0, 50.0), (30, 80.0), (49, 82.0), (60, 90.0), (80, 95.0), (100, 99.0)]
    assert [peak(samples, 100, quarter) for quarter in (1, 2, 3, 4)] == [50.0, 82.0, 90.0, 99.0]


def test_an_inner_phase_is_not_counted_in_the_outer_one() -> None:
    phases = Phases()
    began = time.perf_counter()
    with phases.phase("outer"), phases.phase("inner"):
        pass
    with phases.phase("outer"):
        pass
    took = time.perf_counter() - began
    assert set(phases.wall) == {"outer", "inner"}
    assert 0 < phases.wall["outer"] + phases.wall["inner"] <= took
