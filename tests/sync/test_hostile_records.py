"""Stories about values that no connector should have let through: each is put aside alone, and nothing else waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from connectors.memory.behaviour import Behaviour
from connectors.memory.records import to_record
from connectors.memory.store import Row
from contracts.complaint import Response
from contracts.connector import LocalResponse, Record
from contracts.content import Field
from contracts.vocabulary import Visibility
from hub.store import tables
from hub.words import LinkState
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.people import answer, complaints, connection, holder, links, on_record, one, only, said, say
from tests.sync.profiles import RICH
from tests.sync.stories import filed, given
from tests.sync.world import COORDINATOR, World

Spoil = Callable[[Record], Record]
Show = Callable[[dict[str, Spoil]], None]

NUL, HALF = "Jelek \0", "Jelek \ud800"
NAIVE = datetime(2026, 1, 5)  # noqa: DTZ001


def _content(**fields: Any) -> Spoil:
    return lambda record: replace(record, complaint=replace(record.complaint, **fields))


def _response(response: Response) -> Spoil:
    return lambda record: replace(record, responses=(LocalResponse("r1", response),))


SPOILT: dict[str, Spoil] = {
    "nul_in_title": _content(title=NUL),
    "nul_in_description": _content(description=NUL),
    "half_a_character_in_title": _content(title=HALF),
    "half_a_character_in_description": _content(description=HALF),
    "submitted_at_without_zone": _content(submitted_at=NAIVE),
    "nul_in_response": _response(Response(NUL, Visibility.PUBLIC)),
    "half_a_character_in_response": _response(Response(HALF, Visibility.PUBLIC)),
    "nul_in_author": _response(Response("Baik", Visibility.PUBLIC, author=NUL)),
    "response_without_zone": _response(Response("Baik", Visibility.PUBLIC, written_at=NAIVE)),
    "created_at_without_zone": lambda record: replace(record, created_at=NAIVE),
    "updated_at_without_zone": lambda record: replace(record, updated_at=NAIVE),
    "nul_in_version": lambda record: replace(record, version=NUL),
    "nul_in_identity": lambda record: replace(record, identity=(NUL,)),
}
# With another identity it would be another record under the same ref.
SAME = {name: spoil for name, spoil in SPOILT.items() if name != "nul_in_identity"}
EVERY = pytest.mark.parametrize("spoil", list(SPOILT.values()), ids=list(SPOILT))


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Let every app show some of its records, by their refs, spoilt; an empty dict mends them."""
    spoilt: dict[str, Spoil] = {}

    def shown(row: Row, behaviour: Behaviour) -> Record:
        record = to_record(row, behaviour)
        return spoilt[row.ref](record) if row.ref in spoilt else record

    def choose(asked: dict[str, Spoil]) -> None:
        spoilt.clear()
        spoilt.update(asked)

    monkeypatch.setattr("connectors.memory.connector.to_record", shown)
    return choose


@pytest.fixture
def stored_in_postgresql(postgresql_url: str) -> Iterator[Callable[..., World]]:
    """Make a world whose hub stores in PostgreSQL."""
    made: list[World] = []

    def build(*, national: str | None = None, **apps: Behaviour) -> World:
        made.append(World(apps, national=national, url=postgresql_url))
        return made[-1]

    yield build
    for world in made:
        world.close()


def column(world: World, found: Any) -> list[Any]:
    """The values of one column, without locking what a reading must not lock."""
    with world.reading() as sql:
        return list(sql.execute(select(found)).scalars())


def aside(world: World) -> list[str]:
    """The refs that are in quarantine and nobody understood since."""
    with world.reading() as sql:
        table = tables.quarantine.c
        return list(sql.execute(select(table.ref).where(table.resolved_at.is_(None)).order_by(table.id)).scalars())


def texts(world: World) -> list[str]:
    """The texts of all complaints of the hub."""
    return sorted(content["description"] for content in column(world, tables.complaints.c.content))


# -- in a page


@EVERY
def test_a_new_record_that_cannot_be_kept_is_put_aside_and_its_neighbours_are_taken_in(make: Make, show: Show, spoil: Spoil) -> None:
    world = make(a=RICH)
    for text in ("Satu", "Dua", "Tiga"):
        world.apps["a"].file("Judul", text)
    show({"2": spoil})
    world.sync("a")
    assert texts(world) == ["Satu", "Tiga"] and aside(world) == ["2"]
    assert connection(world, "a").cursor == "3", "the page is behind us"


@EVERY
def test_a_known_record_that_cannot_be_kept_any_more_stops_no_neighbour(make: Make, show: Show, spoil: Spoil) -> None:
    world = make(a=RICH)
    filed(world, text="Satu")
    world.apps["a"].edit("1", Field.CATEGORY, "Lampu")
    world.apps["a"].file("Judul", "Dua")
    show({"1": spoil})
    world.sync_all()
    assert texts(world) == ["Dua", "Satu"]
    assert Field.CATEGORY.value not in complaints(world)[0].content, "nothing of it is taken in by halves"


def test_a_record_that_was_put_aside_is_taken_in_when_it_is_mended(make: Make, show: Show) -> None:
    world = make(a=RICH)
    world.apps["a"].file("Judul", "Satu")
    show({"1": SPOILT["nul_in_title"]})
    world.sync_all()
    assert not complaints(world) and aside(world) == ["1"]
    show({})
    world.apps["a"].edit("1", Field.TITLE, "Baik")
    world.sync_all()
    assert only(world).content["title"] == "Baik" and not aside(world)


def test_what_is_in_quarantine_says_the_reason_and_nothing_of_the_record(make: Make, show: Show) -> None:
    world = make(a=RICH)
    world.apps["a"].file("Judul", "Satu")
    show({"1": SPOILT["nul_in_title"]})
    world.sync_all()
    assert column(world, tables.quarantine.c.problem) == ["it cannot be taken in (ValueError)."]


# -- in a database that is stricter than SQLite


@pytest.mark.real
def test_postgresql_is_not_stopped_by_any_of_them(stored_in_postgresql: Make, show: Show) -> None:
    world = stored_in_postgresql(a=RICH)
    world.apps["a"].file("Judul", "Awal")
    for name in SPOILT:
        world.apps["a"].file("Judul", name)
    world.apps["a"].file("Judul", "Akhir")
    show({str(number): spoil for number, spoil in enumerate(SPOILT.values(), start=2)})
    world.sync_all(2)
    assert texts(world) == ["Akhir", "Awal"] and len(aside(world)) == len(SPOILT)


@pytest.mark.real
def test_a_holder_too_long_for_its_column_is_put_to_a_person_and_not_to_the_database(stored_in_postgresql: Make) -> None:
    world = stored_in_postgresql(a=RICH, c=RICH, national="c")
    world.apps["a"].file("Judul", "Satu")
    world.sync_all(2)
    (key,) = column(world, tables.complaints.c.id)
    say(world, key, status="verified")
    world.sync_all(2)
    agency = "Dinas Pekerjaan Umum dan Penataan Ruang Kabupaten Malang Provinsi Jawa Timur"
    world.apps["c"].edit("1", Field.HOLDER, {"agency": agency, "unit": None})
    world.sync_all(2)
    assert column(world, tables.complaints.c.holder) == [COORDINATOR]
    assert [(row.kind, row.field, row.state) for row in on_record(world)] == [("proposal", "holder", "open")]


# -- in a direct reading and in a receipt


@EVERY
def test_a_record_that_cannot_be_kept_is_read_directly_once_and_put_aside(make: Make, show: Show, spoil: Spoil) -> None:
    world = make(a=RICH)
    filed(world, text="Satu")
    with world.engine.working("a") as desk:
        desk.read_again("1", "stale")
    show({"1": spoil})
    world.apps["a"].file("Judul", "Dua")
    calls = world.apps["a"].journal.calls
    before = calls["read"]
    world.sync_all()
    assert calls["read"] == before + 1 and not column(world, tables.reads.c.ref)
    assert aside(world) == ["1"] and texts(world) == ["Dua", "Satu"]


@pytest.mark.long
@pytest.mark.parametrize("spoil", list(SAME.values()), ids=list(SAME))
def test_a_write_that_is_answered_with_such_a_record_is_done_and_not_asked_for_again(make: Make, show: Show, spoil: Spoil) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    say(world, key, category="Penerangan")
    show({"1": spoil})
    before = world.apps["b"].writes
    world.sync("b")
    world.sync_all(2)
    assert world.apps["b"].writes == before + 1 and one(world, "b").fields[Field.CATEGORY] == "Penerangan"
    show({})
    world.settle()
    checks.all_of(world, set())


def test_a_filing_that_is_answered_with_such_a_record_is_done(make: Make, show: Show) -> None:
    world = make(a=RICH, b=RICH)
    key = filed(world)
    show({"1": SPOILT["nul_in_title"]})
    say(world, key, status="assigned", holder={"agency": "B", "unit": None})
    world.sync("b")
    assert links(world, key)["b"].state is LinkState.LINKED and world.apps["b"].creates == 1
    show({})
    world.settle()
    checks.all_of(world, set())


# -- an app that cannot be asked for one record


def test_a_record_missing_from_the_listing_of_an_app_without_direct_reading_ends_no_session(make: Make) -> None:
    world = make(a=replace(RICH, can_fetch=False))
    for text in ("Satu", "Dua", "Tiga"):
        world.apps["a"].file("Judul", text)
    world.sync("a")
    world.apps["a"].delete("1")
    world.list_now("a")
    world.advance(61)
    world.sync("a")
    assert connection(world, "a").lease_owner is None, "the session ended by itself"
    assert not world.apps["a"].journal.calls["read"]


def test_an_app_without_direct_reading_is_believed_after_two_whole_listings(make: Make) -> None:
    world = make(a=replace(RICH, can_fetch=False))
    for text in ("Satu", "Dua", "Tiga"):
        world.apps["a"].file("Judul", text)
    world.sync("a")
    world.apps["a"].delete("1")
    world.settle()
    assert [links(world, row.id)["a"].state for row in complaints(world)] == [LinkState.GONE, LinkState.LINKED, LinkState.LINKED]


# -- a holder that cannot be one


@pytest.mark.parametrize("asked", [None, {"agency": "Tidak Dikenal", "unit": None}], ids=["nobody", "unknown"])
def test_the_national_app_cannot_give_a_complaint_to_nobody(make: Make, asked: dict[str, Any] | None) -> None:
    world = make(national="c", a=RICH, b=RICH, c=RICH)
    key = given(world)
    world.apps["c"].edit("1", Field.HOLDER, asked)
    world.settle()
    assert holder(world) == "B" and links(world, key)["b"].state is LinkState.LINKED
    assert [(row.kind, row.field, row.state) for row in on_record(world)] == [("proposal", "holder", "open")]
    assert one(world, "c").fields[Field.HOLDER] == {"agency": "B", "unit": None}


def test_a_complaint_whose_holder_was_emptied_there_is_worked_on_as_before(make: Make) -> None:
    world = make(national="c", a=RICH, b=RICH, c=RICH)
    key = given(world)
    world.apps["c"].edit("1", Field.HOLDER, None)
    world.sync_all(2)
    answer(world, key, "Sudah ditangani")
    world.settle()
    assert said(world, "a") == said(world, "b") == ["Sudah ditangani"]
