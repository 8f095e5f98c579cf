"""Pages that are fetched while others are applied."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator

import pytest

from contracts.complaint import Complaint
from contracts.connector import Page, Record, Rejected
from contracts.errors import NotDone
from hub import spare
from hub.session.ahead import fetched, joined
from tests.work.test_hands import until


def page(*refs: str, cursor: str | None = None, **more: object) -> Page:
    return Page(tuple(Record(ref, Complaint()) for ref in refs), cursor=cursor, **more)  # type: ignore[arg-type]


def all_at_once(pages: list[Page], error: Exception | None = None) -> list[list[Page]]:
    """Take what ``fetched`` gives once everything has been fetched."""
    done = threading.Event()

    def source() -> Iterator[Page]:
        yield from pages
        done.set()
        if error:
            raise error

    taken: list[list[Page]] = []
    coming = fetched(source())
    taken.append(next(coming))
    done.wait(5)
    taken += coming
    return taken


def test_every_page_comes_once_and_in_order() -> None:
    pages = [page(str(number), cursor=str(number)) for number in range(40)]
    assert [each for ready in fetched(iter(pages)) for each in ready] == pages


def test_pages_that_are_ready_are_taken_together() -> None:
    taken = all_at_once([page("1"), page("2"), page("3")])
    assert len(taken) <= 2 and [record.ref for ready in taken for record in joined(ready).records] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "second",
    [page("2", regressed=True), page("2", epoch="other"), page("1"), page(*map(str, range(2, 2_100)))],
    ids=["tells of a restore", "another epoch", "a record again", "too many"],
)
def test_a_page_that_must_stand_alone_is_not_joined_with_the_one_before_it(second: Page) -> None:
    first = page("1")
    taken = all_at_once([page("0"), first, second])
    assert [each for ready in taken for each in ready] == [page("0"), first, second]
    assert [second] in taken


def test_a_short_listing_and_its_end_are_known_together() -> None:
    (ready,) = fetched(iter([page("1"), page(cursor="a", complete=True)]))
    assert ready.last and joined(ready).complete
    assert [each.last for each in fetched(iter([page("1", epoch="a"), page("2", epoch="b")]))] == [False, True]


def test_an_error_comes_after_the_pages_before_it() -> None:
    coming = fetched(_failing())
    with pytest.raises(NotDone, match="too busy"):
        assert [record.ref for ready in coming for record in joined(ready).records] == ["1", "2"]


def _failing() -> Iterator[Page]:
    yield page("1")
    yield page("2")
    raise NotDone("too busy")


@pytest.mark.parametrize(("size", "waiting"), [(1, 40), (1_000, 2), (5_000, 1)], ids=["small pages", "large pages", "huge pages"])
def test_no_more_is_fetched_than_fits_in_memory(size: int, waiting: int) -> None:
    asked: list[int] = []

    def endless() -> Generator[Page, None, None]:
        for number in range(1_000):
            asked.append(number)
            yield page(*(f"{number}-{each}" for each in range(size)))

    coming = fetched(endless())
    taken = len(next(coming))
    until(lambda: len(asked) >= taken + waiting)
    coming.close()
    assert len(asked) == taken + waiting


def test_while_the_database_is_waited_for_more_is_fetched_and_then_no_more_until_that_is_taken() -> None:
    asked: list[int] = []

    def endless() -> Generator[Page, None, None]:
        for number in range(1_000):
            asked.append(number)
            yield page(*(f"{number}-{each}" for each in range(1_000)))

    coming = fetched(endless())
    taken = len(next(coming))
    until(lambda: len(asked) >= taken + 2)
    with spare.waiting():
        until(lambda: len(asked) >= taken + 4)
    taken += len(next(coming))
    waiting = len(asked) - taken
    coming.close()
    assert waiting == 2 and len(asked) == taken + waiting


def test_of_waits_in_another_thread_and_after_the_end_nobody_hears() -> None:
    heard: list[bool] = []
    with spare.heard(heard.append):
        other = threading.Thread(target=_waits)
        other.start()
        other.join()
        assert heard == []
        with pytest.raises(NotDone), spare.waiting():
            raise NotDone("too busy")
        assert heard == [True, False]
    _waits()
    assert heard == [True, False]


def _waits() -> None:
    with spare.waiting():
        pass


def test_closing_ends_the_source_and_the_thread() -> None:
    ended = threading.Event()

    def source() -> Generator[Page, None, None]:
        try:
            while True:
                yield page("1")
        finally:
            ended.set()

    coming = fetched(source())
    next(coming)
    coming.close()
    assert ended.is_set() and not [each for each in threading.enumerate() if each.name == "simpul-ahead"]


def test_a_joined_page_says_what_its_parts_said() -> None:
    bad = Rejected("9", "{}", "no status")
    whole = joined([page("1", cursor="a"), page("2", rejected=(bad,)), page("3", cursor=None, complete=True)])
    assert [record.ref for record in whole.records] == ["1", "2", "3"]
    assert (whole.cursor, whole.rejected, whole.complete) == ("a", (bad,), True)
