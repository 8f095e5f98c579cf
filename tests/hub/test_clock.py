from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hub.clock import Clock, ManualClock, SystemClock

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)


def test_the_system_clock_tells_aware_utc_and_never_goes_back() -> None:
    clock: Clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()


def test_a_manual_clock_stands_still_until_it_is_advanced() -> None:
    clock: Clock = (manual := ManualClock(NOON))
    assert clock.now() == clock.now() == NOON
    manual.advance(90)
    manual.advance(timedelta(hours=1))
    assert clock.now() == datetime(2025, 7, 1, 13, 1, 30, tzinfo=UTC)
    assert clock.monotonic() == 3690


def test_a_manual_clock_answers_in_utc_whatever_zone_it_was_given() -> None:
    clock = ManualClock(NOON.astimezone(timezone(timedelta(hours=7))))
    assert clock.now().utcoffset() == timedelta(0)
    clock.set(NOON.astimezone(timezone(timedelta(hours=9))))
    assert clock.now().isoformat() == "2025-07-01T12:00:00+00:00"


def test_a_wall_clock_set_back_leaves_the_monotonic_one_alone() -> None:
    clock = ManualClock(NOON)
    clock.advance(10)
    clock.set(NOON - timedelta(days=1))
    assert clock.now() == NOON - timedelta(days=1)
    assert clock.monotonic() == 10


def test_a_manual_clock_refuses_a_naive_moment_and_a_negative_span() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        ManualClock(naive)
    with pytest.raises(ValueError, match="time zone"):
        ManualClock(NOON).set(naive)
    with pytest.raises(ValueError, match="does not go back"):
        ManualClock(NOON).advance(-1)
