"""Single values: what home-made apps write, and what it means."""

# ruff: noqa: DTZ001, DTZ901 -- what apps write is naive, that is the point
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.database import values
from connectors.database.values import Nonsense, Undecodable

WIB, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")


@pytest.mark.parametrize(
    ("written", "zone", "meant"),
    [
        (datetime(2026, 9, 26, 10, 0), WIB, datetime(2026, 9, 26, 3, 0, tzinfo=UTC)),
        ("2026-09-26 10:00:00", WIT, datetime(2026, 9, 26, 1, 0, tzinfo=UTC)),
        (date(2026, 9, 26), WIB, datetime(2026, 9, 25, 17, 0, tzinfo=UTC)),
        ("2026-09-26", WIB, datetime(2026, 9, 25, 17, 0, tzinfo=UTC)),
        (1_790_000_000, WIB, datetime.fromtimestamp(1_790_000_000, UTC)),
        (datetime(2026, 9, 26, 10, 0, tzinfo=UTC), WIT, datetime(2026, 9, 26, 10, 0, tzinfo=UTC)),
        (None, WIB, None),
        ("", WIB, None),
    ],
)
def test_a_local_time_is_read_in_the_zone_of_the_app(written: object, zone: ZoneInfo, meant: datetime | None) -> None:
    assert values.moment(written, zone) == meant


@pytest.mark.parametrize("written", ["0000-00-00", "0000-00-00 00:00:00", "26/09/2026", 0, -5, Undecodable(b"\xff"), 10**30, datetime.min])
def test_a_date_that_cannot_be_meant_is_nonsense(written: object) -> None:
    with pytest.raises(Nonsense):
        values.moment(written, WIB)


def test_a_calendar_day_stays_that_day_in_every_zone() -> None:
    assert values.day(date(2026, 9, 26)) == values.day("2026-09-26") == values.day(datetime(2026, 9, 26, 23, 59)) == date(2026, 9, 26)


@pytest.mark.parametrize(
    "written", ["081234567890", "6281234567890", "+6281234567890", "0812-3456-7890", "+62 (812) 3456 7890", "0062 81234567890"]
)
def test_every_way_to_write_a_phone_number_is_one(written: str) -> None:
    assert values.phone(written) == "+6281234567890"


@pytest.mark.parametrize("written", [None, "", "-", "tidak ada", "0", "12345"])
def test_what_is_no_phone_number_is_absent(written: str | None) -> None:
    assert values.phone(written) is None


@given(st.text(max_size=30))
def test_a_phone_number_is_canonical_or_absent(written: str) -> None:
    read = values.phone(written)
    assert read is None or (read.startswith("+") and read[1:].isdigit() and values.phone(read) == read)


@given(st.integers(min_value=1, max_value=10**16 - 1))
def test_a_nik_gets_back_the_zeros_a_number_column_lost(nik: int) -> None:
    assert values.identity_number(nik) == f"{nik:016d}" == values.identity_number(Decimal(nik))


@pytest.mark.parametrize("written", [None, "", "-", "0", "12345678901234567", "3502A70000000001"])
def test_what_is_no_nik_is_absent(written: str | None) -> None:
    assert values.identity_number(written) is None


@pytest.mark.parametrize(
    ("written", "meant"), [(1, True), ("Ya", True), (b"\x01", True), (b"\x00", False), ("tidak", False), ("", False), (None, None)]
)
def test_a_flag_is_read_in_every_spelling(written: object, meant: bool | None) -> None:
    assert values.flag(written) is meant


def test_a_flag_that_is_neither_is_nonsense() -> None:
    with pytest.raises(Nonsense):
        values.flag("mungkin")


STAMPS = st.one_of(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(1, 4_000_000_000),
)


@given(STAMPS)
def test_a_stamp_survives_the_cursor(stamp: object) -> None:
    assert values.unpacked(values.packed(stamp)) == stamp


@given(STAMPS, st.integers(0, 10**6))
def test_the_overlap_is_never_after_the_stamp(stamp: object, seconds: int) -> None:
    back = values.earlier(stamp, seconds)
    assert back <= stamp
    assert values.midnight(back) <= back


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.sampled_from([" ", "T"]), st.integers(0, 10**5))
def test_the_overlap_of_a_time_written_as_text_compares_as_text(moment: datetime, between: str, seconds: int) -> None:
    written = moment.isoformat(between)
    back = values.earlier(written, seconds)
    assert back <= written
    for earlier in (moment - timedelta(seconds=step) for step in range(0, seconds, max(seconds // 5, 1))):
        assert back <= earlier.isoformat(between)


def test_bytes_that_are_no_text_are_kept_apart_and_never_half_read() -> None:
    assert values.decoded(b"jalan") == "jalan"
    broken = values.decoded(b"jalan \xff")
    assert broken == Undecodable(b"jalan \xff")
    with pytest.raises(Nonsense):
        values.text(broken)
