"""Reading with care: windows that shrink, cursors that no future date drags along, rows that make no sense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.open311.walking import Walk
from connectors.open311.windows import SECOND, walk
from contracts.connector import Page, Record
from contracts.errors import NotDone, Stop
from contracts.vocabulary import Status
from tests.apps.open311_city.city import City, Habits
from tests.apps.open311_city.server import serving
from tests.connectors.open311.city_world import connector

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
POLLED: dict[str, Any] = {"feed": "updated", "paging": True, "page_size": 3, "updates": {"by_request": True}}


def refs(pages: list[Page]) -> list[str]:
    return [record.ref for page in pages for record in page.records]


def last_cursor(pages: list[Page]) -> str | None:
    return pages[-1].cursor


@given(st.lists(st.integers(0, 5_000_000), max_size=60), st.integers(1, 10), st.booleans())
def test_windows_lose_nothing_and_know_when_they_cannot_tell(offsets: list[int], cap: int, newest_first: bool) -> None:
    times = sorted((BEGIN + timedelta(seconds=each) for each in offsets), reverse=newest_first)
    until = BEGIN + timedelta(seconds=3_000_000)

    def ask(start: datetime, stop: datetime | None) -> list[datetime]:
        return [each for each in times if each >= start and (stop is None or each <= stop)][:cap]

    read = list(walk(ask, BEGIN, until, cap=cap, widest=timedelta(days=7)))
    found = {each for rows, _ in read for each in rows}
    if all(whole for _, whole in read):
        assert found == set(times)
    else:
        assert any(sum(1 for each in times if abs(each - one) <= SECOND) >= cap for one in times)


def test_a_request_from_the_far_future_hides_no_other() -> None:
    city = City(Habits(updated_after=True, paging=True))
    first = city.file("Jalan rusak")
    canary = city.file("Dari masa depan")
    city.requests[canary]["updated_datetime"] = datetime(2099, 1, 1, tzinfo=UTC)
    with serving(city) as server:
        made = connector(server, **POLLED)
        pages = list(made.changes(None))
        assert set(refs(pages)) == {first, canary}
        assert last_cursor(pages) == city.requests[first]["updated_datetime"].isoformat().replace("+00:00", "Z")
        later = city.file("Sampah menumpuk")
        assert later in refs(list(made.changes(last_cursor(pages))))


def test_what_is_read_before_the_cursor_is_what_overlap_says() -> None:
    city = City(Habits(updated_after=True, paging=True))
    filed = [city.file(f"Laporan {number}") for number in range(4)]
    with serving(city) as server:
        cursor = last_cursor(list(connector(server, **POLLED).changes(None)))
        assert refs(list(connector(server, **POLLED).changes(cursor))) == filed[-1:]
        assert refs(list(connector(server, **{**POLLED, "overlap": 1200}).changes(cursor))) == filed[-3:]


def test_an_app_that_went_back_in_time_is_noticed() -> None:
    city = City(Habits(updated_after=True, paging=True))
    city.file("Jalan rusak")
    backup = {ref: dict(row) for ref, row in city.requests.items()}
    city.file("Sampah")
    with serving(city) as server:
        made = connector(server, **POLLED)
        cursor = last_cursor(list(made.changes(None)))
        assert not any(page.regressed for page in made.changes(cursor))
        city.requests = backup
        assert any(page.regressed for page in made.changes(cursor))


def test_many_changes_in_one_second_are_turned_page_by_page() -> None:
    city = City(Habits(updated_after=True, paging=True))
    filed = [city.file(f"Laporan {number}") for number in range(11)]
    for ref in filed[1:10]:
        city.requests[ref]["updated_datetime"] = city.requests[filed[5]]["updated_datetime"]
    with serving(city) as server:
        assert sorted(refs(list(connector(server, **POLLED).changes(None)))) == filed


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=24))
@example([0, 0, 0, 1, 1, 1, 1])
@example([0] * 3 + [1] * 3 + [2] * 3)
def test_neighbouring_seconds_that_fill_pages_are_read_to_the_end(seconds: list[int]) -> None:
    city = City(Habits(updated_after=True, paging=True))
    filed = [city.file(f"Laporan {number}") for number in range(len(seconds))]
    for ref, second in zip(filed, seconds, strict=True):
        city.requests[ref]["updated_datetime"] = BEGIN + timedelta(days=90, seconds=second)
    with serving(city) as server:
        assert sorted({*refs(list(connector(server, **POLLED).changes(None)))}) == sorted(filed)


def test_an_order_of_its_own_is_read_to_the_end_and_sorted() -> None:
    city = City(Habits(updated_after=True, paging=True, newest_first=True))
    filed = [city.file(f"Laporan {number}") for number in range(11)]
    with serving(city) as server:
        pages = list(connector(server, **POLLED).changes(None))
    assert refs(pages) == filed
    assert all(len(page.records) <= 3 for page in pages)


def test_a_page_cut_lower_than_the_settings_say_is_not_the_last() -> None:
    city = City(Habits(updated_after=True, paging=True, limit=10))
    filed = [city.file(f"Laporan {number}") for number in range(25)]
    with serving(city) as server:
        assert refs(list(connector(server, **{**POLLED, "page_size": 100}).changes(None))) == filed


def test_a_server_that_knows_no_pages_is_not_asked_for_ever() -> None:
    city = City(Habits(paging=False, limit=3))
    for number in range(7):
        city.file(f"Laporan {number}")
    with serving(city) as server, pytest.raises(NotDone, match="knows no pages"):
        list(connector(server, paging=True, page_size=3).changes(None))


def test_a_page_that_comes_again_once_is_asked_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    city = City(Habits(paging=True, limit=3))
    filed = [city.file(f"Laporan {number}") for number in range(7)]
    page, repeats = Walk._page, iter([1])
    monkeypatch.setattr(Walk, "_page", lambda walk, number, **more: page(walk, number - (next(repeats, 0) if number == 2 else 0), **more))
    with serving(city) as server:
        made = connector(server, paging=True, page_size=3)
        with pytest.raises(NotDone):
            list(made.changes(None))
        assert refs(list(made.changes(None))) == filed


def test_a_second_that_is_full_makes_the_listing_incomplete() -> None:
    city = City(Habits(limit=3))
    filed = [city.file(f"Laporan {number}") for number in range(6)]
    for ref in filed[1:]:
        city.requests[ref]["requested_datetime"] = city.requests[filed[1]]["requested_datetime"]
    with serving(city) as server:
        pages = list(connector(server, page_size=3).changes(None))
    assert not any(page.complete for page in pages)
    assert filed[0] in refs(pages)


@pytest.mark.parametrize(
    ("element", "value", "field"),
    [
        ("requested_datetime", "kemarin", "submitted_at"),
        ("requested_datetime", "", "submitted_at"),
        ("requested_datetime", "2026-03-01T08:00:00", "submitted_at"),
        ("status", "ditimbang-timbang", "status"),
        ("lat", "utara", "latitude"),
        ("long", 720, "longitude"),
        ("description", {"id": "Jalan"}, "description"),
    ],
)
def test_a_row_that_makes_no_sense_is_kept_whole_and_the_others_go_on(element: str, value: Any, field: str) -> None:
    city = City()
    good, bad = city.file("Jalan rusak"), city.file("Sampah")
    city.requests[bad]["address"] = "Jalan Contoh 77"
    city.requests[bad][element] = value
    with serving(city) as server:
        pages = list(connector(server).changes(None))
    assert good in refs(pages)
    rejected = next(each for page in pages for each in page.rejected)
    assert (rejected.ref, rejected.field) == (bad, field)
    assert "Jalan Contoh 77" in rejected.raw


def test_status_notes_can_be_the_agency_s_response() -> None:
    city = City(Habits(updates=False))
    ref = city.file("Jalan rusak", status="closed", status_notes="Sudah ditambal.")
    with serving(city) as server:
        record = connector(server, status_notes="response").fetch(ref)
        assert [(each.ref, each.response.text) for each in record.responses] == [("status_notes", "Sudah ditambal.")]
        assert record.complaint.reason is None and record.complaint.status is Status.ANSWERED
        assert connector(server, status_notes="ignore").fetch(ref).responses == ()


def test_updates_without_ids_are_told_apart_by_count() -> None:
    city = City()
    ref = city.file("Jalan rusak")
    city.respond(ref, "Terima kasih.")
    city.respond(ref, "Terima kasih.")
    for update in city.updates:
        update |= {"update_id": None, "updated_datetime": city.now}
    with serving(city) as server:
        record: Record = connector(server, updates={"by_request": True}).fetch(ref)
    assert len({each.ref for each in record.responses}) == 2


def test_a_cursor_of_another_kind_of_feed_is_refused() -> None:
    with serving(City()) as server:
        for feed in ({"feed": "updated"}, {"feed": "updates", "updates": {}}):
            with pytest.raises(Stop, match="cursor"):
                list(connector(server, **feed).changes("kemarin"))


def test_a_photo_is_fetched_only_from_hosts_that_are_named() -> None:
    city = City()
    ref = city.file("Jalan rusak")
    with serving(city) as server:
        city.attach(ref, "foto.jpg", b"bukan foto", server.base)
        made = connector(server, media_hosts=["127.0.0.1"])
        (photo,) = made.fetch(ref).complaint.attachments
        assert made.content(ref, photo) == b"bukan foto"
        assert (photo.name, photo.media_type) == ("foto.jpg", "image/jpeg")
        with pytest.raises(Exception, match="media_hosts"):
            connector(server).content(ref, photo)


def test_the_key_is_in_no_address_unless_the_city_insists() -> None:
    city = City()
    ref = city.file("Jalan rusak")
    with serving(city) as server:
        connector(server).fetch(ref)
        assert not any("kunci-kota" in line for line in city.asked)
        connector(server, api_key_on_reads=True).fetch(ref)
        assert "api_key=kunci-kota" in city.asked[-1]


def test_nothing_is_taken_for_an_empty_city_when_the_answer_is_something_else() -> None:
    city = City()
    with serving(city) as server:
        server.fault = lambda request: request.send(200, b'{"message": "maintenance"}', "application/json") or True  # type: ignore[func-returns-value]
        with pytest.raises(NotDone, match="something else"):
            list(connector(server).changes(None))
