"""Stories about what nobody else may learn: a writer's name, a reporter who became anonymous, erased words, a row in an error."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour
from contracts.connector import Edit
from contracts.content import Field
from contracts.vocabulary import Status
from hub.store import tables
from hub.store.store import Unstorable
from hub.store.unit import Unit
from hub.sync.complaints import change
from hub.sync.engine import network_changed
from hub.sync.erasure import ERASED, RULE
from hub.sync.project import degraded
from hub.words import LinkState
from tests import services
from tests.sync import checks
from tests.sync.conftest import Make
from tests.sync.erasures import dump, erase_it
from tests.sync.people import PERSON, answer, assign, links, on_record, one, only, responses, said, say
from tests.sync.profiles import CHANGED, HOME_MADE, RICH, SHOWN
from tests.sync.stories import TEXT
from tests.sync.world import Watched, World

PERSONAL = frozenset({Field.REPORTER_NAME, Field.REPORTER_PHONE, Field.ANONYMOUS, Field.ADDRESS, Field.LATITUDE})
NAMED = replace(RICH, reads=SHOWN | PERSONAL, creates=SHOWN | PERSONAL, writes=CHANGED | PERSONAL)
SHARED: dict[str, dict[str, Any]] = {"b": {"share": ["reporter_name", "reporter_phone"]}}
TITLE = "Lampu mati di jalan"


def given(world: World, agency: str = "B", **fields: Any) -> str:
    """A complaint of app a with these fields, in the agency's app too."""
    world.apps["a"].file(TITLE, TEXT, **fields)
    world.sync_all(2)
    key = only(world).id
    assign(world, key, agency)
    world.settle()
    return key


def erased(world: World, key: str) -> None:
    """It is erased, and everybody has heard of it."""
    erase_it(world, key)
    world.settle()
    checks.i4_rest(world)


@pytest.fixture
def edits(monkeypatch: pytest.MonkeyPatch) -> list[Edit]:
    """Every edit that any app is asked for."""
    seen: list[Edit] = []
    apply = Watched.apply

    def watched(self: Watched, ref: str, edit: Edit, expected: str | None, key: str) -> Any:
        seen.append(edit)
        return apply(self, ref, edit, expected, key)

    monkeypatch.setattr(Watched, "apply", watched)
    return seen


# -- who wrote a response


def test_the_name_that_an_app_gives_a_writer_is_neither_kept_nor_passed_on(make: Make, edits: list[Edit]) -> None:
    world = make(a=NAMED, b=RICH)
    key = given(world, anonymous=True, reporter_name="Budi Santoso")
    world.apps["a"].respond("1", "Masih mati, Pak", author="Budi Santoso")
    world.settle()
    answer(world, key, "Sedang kami teruskan")
    world.settle()
    assert said(world, "b") == ["Masih mati, Pak", "Sedang kami teruskan"]
    assert {edit.response.author for edit in edits if edit.response} == {"A", "pusat"}
    assert [row.author for row in responses(world, key)] == ["A", "person"]
    assert "Budi Santoso" not in dump(world)["responses"]


# -- what was given and may be given no more


def test_a_reporter_who_becomes_anonymous_is_taken_back_from_everybody_but_the_origin(make: Make) -> None:
    world = make(a=NAMED, b=NAMED, policies=SHARED)
    given(world, reporter_name="Budi", reporter_phone="0811")
    assert one(world, "b").fields[Field.REPORTER_NAME] == "Budi"
    world.apps["a"].edit("1", Field.ANONYMOUS, True)
    world.settle()
    checks.i4_rest(world)
    assert not one(world, "b").fields.keys() & {Field.REPORTER_NAME, Field.REPORTER_PHONE}
    assert one(world, "a").fields[Field.REPORTER_NAME] == "Budi" and not on_record(world)


def test_what_is_shared_no_more_is_taken_back(make: Make) -> None:
    world = make(a=NAMED, b=NAMED, policies=SHARED)
    key = given(world, reporter_name="Budi", reporter_phone="0811")
    with world.store.unit() as unit:
        table = tables.connections
        unit.sql.execute(update(table).where(table.c.name == "b").values(policy={"share": ["reporter_phone"]}))
        unit.sql.execute(update(tables.links).values(due_at=world.clock.now()))
        network_changed(unit)
    world.settle()
    assert Field.REPORTER_NAME not in one(world, "b").fields and one(world, "b").fields[Field.REPORTER_PHONE] == "0811"
    assert not links(world, key)["b"].unsupported


def test_what_cannot_be_taken_back_is_shown(make: Make) -> None:
    world = make(a=NAMED, b=replace(NAMED, writes=CHANGED), policies=SHARED)
    key = given(world, reporter_name="Budi")
    world.apps["a"].edit("1", Field.ANONYMOUS, True)
    world.settle()
    assert "reporter_name" in links(world, key)["b"].unsupported


def test_what_an_app_knew_by_itself_is_not_taken_from_it(make: Make) -> None:
    world = make(a=NAMED, b=NAMED)
    world.apps["a"].file(TITLE, TEXT, reporter_name="Budi")
    world.sync_all(2)
    world.apps["b"].file(TITLE, TEXT, reporter_name="Budi")
    world.apps["b"].type_foreign_id("1", "a", "1")
    world.settle()
    assert links(world, only(world).id)["b"].state is not LinkState.PENDING
    assign(world, only(world).id, "B")
    world.settle()
    assert one(world, "b").fields[Field.REPORTER_NAME] == "Budi"


# -- erasure


def test_the_reporter_and_the_place_are_emptied_where_they_were_given(make: Make) -> None:
    world = make(a=NAMED, b=NAMED, policies=SHARED)
    key = given(world, reporter_name="Budi", reporter_phone="0811", latitude=-7.1, address="Jl. Mawar 3")
    assert one(world, "b").fields[Field.LATITUDE] == -7.1
    erased(world, key)
    for name in "ab":
        kept = one(world, name).fields
        assert not kept.keys() & {Field.REPORTER_NAME, Field.REPORTER_PHONE, Field.LATITUDE} and kept[Field.ADDRESS] == ERASED


def test_a_former_holder_redacts_too_and_its_link_ends_again(make: Make) -> None:
    world = make(a=RICH, b=RICH, c=RICH)
    key = given(world)
    assign(world, key, "C")
    world.settle()
    assert links(world, key)["b"].state is LinkState.ENDED
    erased(world, key)
    assert one(world, "b").fields[Field.TITLE] == ERASED and links(world, key)["b"].state is LinkState.ENDED
    writes = world.apps["b"].writes
    say(world, key, category="Penerangan")
    world.settle()
    assert world.apps["b"].writes == writes


def test_a_title_that_only_stood_in_is_redacted(make: Make) -> None:
    untitled = replace(RICH, reads=SHOWN - {Field.TITLE}, creates=SHOWN - {Field.TITLE}, writes=CHANGED - {Field.TITLE})
    world = make(a=untitled, b=RICH)
    key = given(world)
    assert one(world, "b").fields[Field.TITLE] == TEXT
    erased(world, key)
    assert one(world, "b").fields[Field.TITLE] == ERASED


def test_what_an_app_cannot_be_told_is_asked_of_a_person(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    erased(world, key)
    asked = on_record(world, state="open", rule=RULE)
    assert [(row.kind, row.connection_id, row.local_value) for row in asked] == [
        ("ambiguous", world.ids[name], ["description"]) for name in "ab"
    ]
    assert all("description" in link.unsupported for link in links(world, key).values())
    erased(world, key)
    assert len(on_record(world, state="open", rule=RULE)) == 2, "asked once"


def test_an_app_that_only_says_it_redacted_is_found_out(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for behaviour in (RICH, replace(RICH, returns_record=False), HOME_MADE):
        world = make(a=RICH, b=behaviour)
        key = given(world)
        add = MemoryApp.save

        def unmoved(self: MemoryApp, row: Any, who: str, *rest: Any, **named: Any) -> Any:
            if self.name == "b" and row.fields.get(Field.TITLE) == ERASED:
                row = row.with_fields({Field.TITLE: TITLE})
            return add(self, row, who, *rest, **named)  # noqa: B023

        with monkeypatch.context() as patched:
            patched.setattr(MemoryApp, "save", unmoved)
            erased(world, key)
        link = links(world, key)["b"]
        assert "title" in link.parked and TITLE not in str(link), "it is shown, and what stands there is kept nowhere"


def test_the_citizens_later_words_are_erased_and_the_agencies_stay(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    mine = world.apps["a"].respond("1", "Rumah saya di Jl. Mawar 3")
    theirs = world.apps["b"].respond("1", "Petugas sudah di jalan")
    world.settle()
    world.apps["a"].amend_response(mine, "Rumah saya di Jl. Mawar 4")
    world.settle()
    erased(world, key)
    assert "Mawar" not in "".join(dump(world).values()) and "Petugas sudah di jalan" in dump(world)["ledger"]
    assert [row.text for row in responses(world, key)] == [ERASED, "Petugas sudah di jalan"]
    assert "response" in on_record(world, rule=RULE, connection_id=world.ids["b"])[0].local_value, "b still shows it"
    for name, reply in (("a", mine), ("b", theirs)):
        world.apps[name].amend_response(reply, "Bu Siti di Jl. Mawar 3")
    world.settle()
    assert [row.text for row in responses(world, key)] == [ERASED, "Petugas sudah di jalan"]
    assert ERASED not in said(world, "b"), "nobody is given a blank response"


def test_words_of_the_citizen_that_never_left_are_not_sent_blank(make: Make) -> None:
    world = make(a=RICH, b=RICH)
    key = given(world)
    world.apps["a"].respond("1", "Rumah saya di Jl. Mawar 3")
    world.advance(61)
    world.sync("a")
    erased(world, key)
    assert said(world, "b") == []


@pytest.mark.parametrize("name", ["title", "latitude", "reporter_name"])
def test_nothing_gives_an_erased_complaint_its_content_back(make: Make, name: str) -> None:
    world = make(a=NAMED, b=RICH)
    key = given(world, latitude=-7.1, reporter_name="Budi")
    erased(world, key)
    with world.engine.working() as desk:
        change(desk, desk.unit.complaint(key), Field(name), -7.1 if name == "latitude" else "Siti", PERSON)
    assert only(world).sealed is None and not only(world).digests
    assert only(world).content.get(name) == (ERASED if name == "title" else None)


# -- numbers that an app rounds


@pytest.mark.parametrize("stored", [-7.1235, -7.1234, -7.123457, -7.123456954956055])
def test_a_rounded_number_is_what_an_app_makes_of_ours(stored: float) -> None:
    assert degraded(-7.1234567, stored)


@pytest.mark.parametrize(("asked", "stored"), [(-7.1234567, -7.1236), (-7.1234567, -7.0), (7.1, 7.15), (7.1, 8.1), (7.1, "7.1")])
def test_another_number_is_not(asked: float, stored: Any) -> None:
    assert not degraded(asked, stored)


def test_coordinates_that_an_app_rounds_are_no_edit(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = SHOWN | {Field.LATITUDE}
    rounding = replace(HOME_MADE, reads=placed, creates=placed, writes=CHANGED | {Field.LATITUDE})
    fit = Behaviour.fit

    def rounded(self: Behaviour, name: Field, value: Any) -> Any:
        return round(value, 4) if self == rounding and name is Field.LATITUDE else fit(self, name, value)

    monkeypatch.setattr(Behaviour, "fit", rounded)
    world = make(a=replace(RICH, reads=placed, creates=placed), b=rounding)
    key = given(world, latitude=-7.1234567)
    assert one(world, "b").fields[Field.LATITUDE] == -7.1235
    assert not on_record(world) and not links(world, key)["b"].parked
    assert only(world).content["latitude"] == -7.1234567
    checks.i4_rest(world)


# -- rehearsals


def test_what_another_thread_writes_during_a_dry_run_stays_and_it_sees_nothing_of_the_run(tmp_path: Path) -> None:
    world = World({"a": RICH}, url=f"sqlite:///{tmp_path / 'hub.db'}")
    seen: list[str] = []

    def look() -> None:
        with world.store.reading() as sql:
            seen.append(sql.execute(select(tables.complaints.c.content)).scalar_one()["title"])

    def write() -> None:
        say(world, key, category="Dari orang")

    try:
        world.apps["a"].file(TITLE, TEXT)
        world.sync_all(2)
        key = only(world).id
        with world.store.dry():
            say(world, key, title="Hanya dicoba")
            with world.store.reading() as sql:
                assert sql.execute(select(tables.complaints.c.content)).scalar_one()["title"] == "Hanya dicoba"
            threads = [threading.Thread(target=look), threading.Thread(target=write)]
            for thread in threads:
                thread.start()
            threads[0].join()
            threads[1].join(0.5)  # it waits for SQLite's only write lock until the dry run is over
        threads[1].join()
        assert seen == [TITLE]
        assert only(world).content["category"] == "Dari orang" and only(world).content["title"] == TITLE
    finally:
        world.close()


# -- errors of the database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on a real database with one complaint."""
    with ExitStack() as stack:
        file = f"sqlite:///{tmp_path / 'hub.db'}"
        world = World({"a": RICH}, url=file if request.param == "sqlite" else stack.enter_context(services.postgresql_database()))
        stack.callback(world.close)
        world.apps["a"].file(TITLE, TEXT)
        world.sync_all(2)
        yield world


def _unholding(unit: Unit) -> None:
    unit.complaint(_key(unit)).status = Status.ASSIGNED.value


def _without_zone(unit: Unit) -> None:
    unit.complaint(_key(unit)).created_at = datetime(2026, 1, 1)  # noqa: DTZ001


def _half_a_character(unit: Unit) -> None:
    unit.complaint(_key(unit)).holder = "\ud800"


def _not_text(unit: Unit) -> None:
    row = unit.complaint(_key(unit))
    row.content = {**row.content, "title": "\ud800"}


def _key(unit: Unit) -> str:
    return str(unit.sql.execute(select(tables.complaints.c.id)).scalar_one())


@pytest.mark.parametrize("spoil", [_unholding, _without_zone, _half_a_character, _not_text])
@pytest.mark.parametrize("dry", [False, True])
def test_an_error_of_the_database_says_nothing_of_the_row(kept: World, spoil: Any, dry: bool) -> None:
    with ExitStack() as stack:
        if dry:
            stack.enter_context(kept.store.dry())
        with pytest.raises(Unstorable) as caught, kept.store.unit() as unit:
            spoil(unit)
        told = "".join(traceback.format_exception(caught.value)) + str(vars(caught.value))
        assert TITLE not in told and TEXT not in told and caught.value.__suppress_context__
        if spoil is _unholding:
            assert caught.value.constraint == "ck_complaints_one_holder"
            assert caught.value.sqlstate == (None if kept.store.engine.dialect.name == "sqlite" else "23514")
    with kept.reading() as sql:
        assert sql.execute(select(tables.complaints.c.status)).scalar_one() == "received", "the store goes on working"


@pytest.mark.real
def test_a_character_that_postgresql_cannot_keep_is_told_as_such() -> None:
    with services.postgresql_database() as url:
        world = World({"a": RICH}, url=url)
        try:
            world.apps["a"].file(TITLE, TEXT)
            world.sync_all(2)
            for column, value in (("holder", "x" * 61), ("held", {"title": "\0"}), ("holder", "\0")):
                with pytest.raises(Unstorable) as caught, world.store.unit() as unit:
                    setattr(unit.complaint(_key(unit)), column, value)
                assert TITLE not in "".join(traceback.format_exception(caught.value))
        finally:
            world.close()
