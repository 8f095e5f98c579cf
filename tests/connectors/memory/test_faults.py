"""Every fault does what it says, so that a test which passes under it proves something."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour
from connectors.memory.connector import MemoryConnector
from connectors.memory.faults import Fault, FaultKind
from contracts.complaint import Complaint, Response
from contracts.connector import Edit, Page
from contracts.errors import ConnectorError, NotDone, Reject, Stop, Unknown
from contracts.vocabulary import Status

NAME = "tests-of-the-faults"


@pytest.fixture
def app() -> Iterator[MemoryApp]:
    yield MemoryApp.named(NAME, Behaviour(page_size=2))
    MemoryApp.forget(NAME)


@pytest.fixture
def connector(app: MemoryApp) -> MemoryConnector:
    return MemoryConnector({"app": NAME})


def once(app: MemoryApp, operation: str, fault: Fault) -> None:
    """Let the next call of this operation go wrong, and no other."""
    waiting = [fault]
    app.faults = lambda asked: waiting.pop() if asked == operation and waiting else None


def refs(pages: list[Page]) -> list[str]:
    return [record.ref for page in pages for record in page.records]


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize(("kind", "happened"), [(FaultKind.LOST_REQUEST, 0), (FaultKind.LOST_REPLY, 1), (FaultKind.LATE, 0)])
def test_a_create_that_is_not_answered_may_have_happened(
    app: MemoryApp, connector: MemoryConnector, kind: FaultKind, happened: int
) -> None:
    once(app, "create", Fault(kind))
    with pytest.raises(Unknown):
        connector.create(Complaint(description="mati"), "token", "key")
    assert app.creates == len(app.store.rows) == happened


def test_a_late_request_takes_effect_when_it_arrives(app: MemoryApp, connector: MemoryConnector) -> None:
    ref = app.file("Lampu", "mati")
    once(app, "apply", Fault(FaultKind.LATE))
    with pytest.raises(Unknown):
        connector.apply(ref, Edit(response=Response("Kami cek.")), None, "key")
    assert (app.writes, len(app.pending)) == (0, 1)
    assert app.deliver_late()
    assert (app.writes, len(app.pending)) == (1, 0)
    assert not app.deliver_late()


def test_a_late_request_that_the_app_refuses_by_then_disturbs_nobody(app: MemoryApp, connector: MemoryConnector) -> None:
    ref = app.file("Lampu", "mati")
    once(app, "apply", Fault(FaultKind.LATE))
    with pytest.raises(Unknown):
        connector.apply(ref, Edit(status=Status.CLOSED), connector.fetch(ref).version, "key")
    app.set_status(ref, "in_progress")
    assert app.deliver_late()
    assert app.store.rows[ref].status == "in_progress"


def test_a_late_request_does_not_survive_a_restore(app: MemoryApp, connector: MemoryConnector) -> None:
    backup = app.snapshot()
    once(app, "create", Fault(FaultKind.LATE))
    with pytest.raises(Unknown):
        connector.create(Complaint(description="mati"), "token", "key")
    app.restore(backup)
    assert not app.deliver_late()


@pytest.mark.parametrize(("kind", "error"), [(FaultKind.REFUSE, NotDone), (FaultKind.REJECT, Reject), (FaultKind.STOP, Stop)])
def test_a_refusal_changes_nothing(app: MemoryApp, connector: MemoryConnector, kind: FaultKind, error: type[ConnectorError]) -> None:
    ref = app.file("Lampu", "mati")
    once(app, "apply", Fault(kind, retry_after=30))
    with pytest.raises(error) as caught:
        connector.apply(ref, Edit(status=Status.CLOSED), None, "key")
    assert app.writes == 0
    assert not isinstance(caught.value, NotDone) or caught.value.retry_after == 30


@pytest.mark.parametrize(("kind", "happened"), [(FaultKind.CRASH_BEFORE, 0), (FaultKind.CRASH_AFTER, 1)])
def test_a_crash_is_before_or_after_the_effect(app: MemoryApp, connector: MemoryConnector, kind: FaultKind, happened: int) -> None:
    ref = app.file("Lampu", "mati")
    once(app, "apply", Fault(kind, error=Killed()))
    with pytest.raises(Killed):
        connector.apply(ref, Edit(status=Status.CLOSED), None, "key")
    assert app.writes == happened


@pytest.mark.parametrize("kind", [FaultKind.LOST_REQUEST, FaultKind.LOST_REPLY, FaultKind.LATE])
def test_a_read_that_is_not_answered_has_certainly_done_nothing(app: MemoryApp, connector: MemoryConnector, kind: FaultKind) -> None:
    ref = app.file("Lampu", "mati")
    once(app, "read", Fault(kind))
    with pytest.raises(NotDone):
        connector.fetch(ref)
    assert not app.pending


def test_a_page_that_fails_leaves_the_pages_before_it(app: MemoryApp, connector: MemoryConnector) -> None:
    for number in range(3):
        app.file(f"Laporan {number}", "isi")
    pages = connector.changes(None)
    first = next(pages)
    once(app, "page", Fault(FaultKind.REFUSE))
    with pytest.raises(NotDone):
        next(pages)
    assert refs([first]) == ["1", "2"]
    assert refs(list(connector.changes(first.cursor))) == ["2", "3"]


def test_a_stale_page_shows_an_earlier_state(app: MemoryApp, connector: MemoryConnector) -> None:
    ref = app.file("Lampu", "mati")
    earlier = app.snapshot()
    app.set_status(ref, "closed")
    once(app, "page", Fault(FaultKind.STALE, store=earlier))
    (page,) = connector.changes(None)
    assert page.records[0].complaint.status is Status.RECEIVED
    assert connector.fetch(ref).complaint.status is Status.CLOSED


def test_a_repeated_page_repeats_and_misses_nothing(app: MemoryApp, connector: MemoryConnector) -> None:
    for number in range(5):
        app.file(f"Laporan {number}", "isi")
    pages = connector.changes(None)
    first = next(pages)
    once(app, "page", Fault(FaultKind.REPEAT))
    assert refs([first, *pages]) == ["1", "2", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize("admitted", [True, False])
def test_a_skipped_record_is_admitted_or_not(app: MemoryApp, connector: MemoryConnector, admitted: bool) -> None:
    for number in range(3):
        app.file(f"Laporan {number}", "isi")
    once(app, "page", Fault(FaultKind.SKIP, index=0, admitted=admitted))
    pages = list(connector.changes(None))
    assert refs(pages) == ["2", "3"]
    assert pages[-1].complete is not admitted


def test_the_only_record_of_a_page_can_be_skipped_too(app: MemoryApp, connector: MemoryConnector) -> None:
    for number in range(3):
        app.file(f"Laporan {number}", "isi")
    pages = connector.changes(None)
    first = next(pages)
    once(app, "page", Fault(FaultKind.SKIP))
    assert refs([first, *pages]) == ["1", "2"]


def test_what_the_hub_was_not_answered_it_has_not_seen(app: MemoryApp, connector: MemoryConnector) -> None:
    ref = app.file("Lampu", "mati")
    once(app, "read", Fault(FaultKind.LOST_REPLY))
    with pytest.raises(NotDone):
        connector.fetch(ref)
    connector.apply(ref, Edit(status=Status.CLOSED), None, "key")
    assert [entry.what for entry in app.journal.unseen] == ["status"]
