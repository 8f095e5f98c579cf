"""Writing by the standard, whatever the city makes of it."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from contracts.complaint import Attachment, Complaint, Place, Reporter, Response
from contracts.connector import Edit, Part
from contracts.content import Field
from contracts.errors import Reject, Unknown
from contracts.vocabulary import Status, Visibility
from tests.apps.open311_city.city import City, Habits
from tests.apps.open311_city.server import serving
from tests.connectors.open311.city_world import connector

PLACE = Place(address="Jalan Contoh 1", latitude=-7.5, longitude=111.5)
PHOTO = Attachment("foto.jpg", "image/jpeg", url="https://foto.example/1.jpg")
COMPLAINT = Complaint(description="Lampu mati", category="Perhubungan", place=PLACE)
UPDATES: dict[str, Any] = {"updates": {"by_request": True}}


def test_a_token_comes_first_and_the_id_later() -> None:
    city = City(Habits(tokens=True))
    with serving(city) as server:
        made = connector(server)
        receipt = made.create(COMPLAINT, "TANDA", "kunci")
        assert receipt.ref is None and receipt.ticket
        row = city.requests.pop("000001")
        assert made.find(receipt.ticket) is None
        city.requests["000001"] = row
        record = made.find(receipt.ticket)
    assert record is not None and (record.ref, record.token) == ("000001", "TANDA")


def test_a_ticket_that_the_city_does_not_know_finds_nothing() -> None:
    with serving(City(Habits(tokens=True))) as server:
        assert connector(server).find("ticket:../t1") is None


def test_a_mark_of_ours_is_searched_nowhere() -> None:
    with serving(City()) as server, pytest.raises(NotImplementedError):
        connector(server).find("TANDA")


def test_a_repeated_filing_is_looked_up_and_not_filed_twice() -> None:
    city = City(Habits(refuses_repeats=True))
    with serving(city) as server:
        made = connector(server)
        made.create(COMPLAINT, "TANDA", "kunci")
        with pytest.raises(Unknown, match="duplicate"):
            made.create(COMPLAINT, "TANDA", "kunci")
        assert [record.token for page in made.changes(None) for record in page.records] == ["TANDA"]
    assert city.writes == 1


def test_a_filing_without_any_number_is_in_doubt() -> None:
    with responses.RequestsMock() as web:
        web.post("http://127.0.0.1:9/requests.json", json=[{"service_notice": "Terima kasih"}])
        with pytest.raises(Unknown, match="no id"):
            connector(_nowhere()).create(COMPLAINT, "TANDA", "kunci")


def test_everything_the_standard_has_room_for_is_sent() -> None:
    city = City()
    reporter = Reporter("Nama Pelapor Contoh", "+628110000001", "pelapor@example.org")
    complaint = Complaint(
        title="Lampu", description="Lampu mati", category="Kategori lain", place=PLACE, reporter=reporter, attachments=(PHOTO,)
    )
    with serving(city) as server:
        create = {"service_code": "003", "constants": {"attribute[KODE]": "A", "account_id": "simpul"}}
        made = connector(server, create=create, extra={"title": "title"}, token="external_id", jurisdiction="kota.example")
        record = made.fetch(str(made.create(complaint, "TANDA", "kunci").ref))
    assert city.forms == [
        {
            "jurisdiction_id": "kota.example",
            "api_key": "kunci-kota",
            "attribute[KODE]": "A",
            "account_id": "simpul",
            "service_code": "003",
            "lat": "-7.5",
            "long": "111.5",
            "address_string": "Jalan Contoh 1",
            "first_name": "Nama Pelapor",
            "last_name": "Contoh",
            "email": "pelapor@example.org",
            "phone": "+628110000001",
            "description": "Lampu mati",
            "title": "Lampu",
            "media_url": "https://foto.example/1.jpg",
            "external_id": "TANDA",
        }
    ]
    assert (record.token, record.complaint.title, record.complaint.description) == ("TANDA", "Lampu", "Lampu mati")
    assert [each.url for each in record.complaint.attachments] == [PHOTO.url]


def test_a_category_without_a_code_is_refused_where_no_other_is_named() -> None:
    with serving(City()) as server, pytest.raises(Reject, match="service_code"):
        connector(server).create(Complaint(description="Lampu mati", category="Pertanian", place=PLACE), "TANDA", "kunci")


def test_a_complaint_without_a_place_is_refused_by_the_city_with_the_reason() -> None:
    with serving(City()) as server, pytest.raises(Reject, match="misses a place"):
        connector(server).create(Complaint(description="Lampu mati", category="Perhubungan"), "TANDA", "kunci")


def test_a_citizen_s_own_brackets_are_no_mark() -> None:
    city = City()
    ref = city.file("Lihat [lampiran]\n\n[catatan simpul]")
    with serving(city) as server:
        record = connector(server).fetch(ref)
    assert (record.token, record.complaint.description) == (None, "Lihat [lampiran]\n\n[catatan simpul]")


def test_a_long_description_leaves_room_for_the_mark() -> None:
    city = City()
    with serving(city) as server:
        made = connector(server, create={"length": 400})
        record = made.fetch(str(made.create(Complaint(description="a" * 500, category="Perhubungan", place=PLACE), "T" * 200, "k").ref))
        cut = made.capabilities.cuts[Field.DESCRIPTION]
    assert record.complaint.description == "a" * cut and record.token == "T" * 200
    assert len(city.forms[0]["description"]) <= 400


def test_status_and_text_travel_in_one_update() -> None:
    city = City()
    ref = city.file("Jalan rusak")
    with serving(city) as server:
        made = connector(server, updates={"by_request": True, "constants": {"last_name": "Simpul"}})
        edit = Edit(status=Status.RETURNED, response=Response("Jalan provinsi.", attachments=(PHOTO,)))
        receipt = made.apply(ref, edit, None, "kunci")
        (form,) = city.forms
        record = made.fetch(ref)
    assert (form["status"], form["description"], form["media_url"]) == ("not_councils_responsibility", "Jalan provinsi.", PHOTO.url)
    assert form["update_id"].startswith("simpul-") and form["last_name"] == "Simpul"
    assert form["updated_datetime"] == "2026-03-01T01:10:00Z"  # the city's own clock
    assert record.complaint.status is Status.RETURNED
    assert [(each.ref, each.response.text) for each in record.responses] == [(receipt.response_ref, "Jalan provinsi.")]


def test_the_word_that_staff_chose_stays_where_it_means_the_same() -> None:
    city = City(Habits(words=("open", "closed", "investigating")))
    ref = city.file("Jalan rusak", status="investigating")
    with serving(city) as server:
        connector(server, **UPDATES).apply(ref, Edit(status=Status.IN_PROGRESS, response=Response("Masih.")), None, "kunci")
    assert city.requests[ref]["status"] == "investigating"


def test_an_answer_in_a_city_that_takes_it_alone_leaves_the_status_that_staff_choose_meanwhile() -> None:
    city = City(Habits(updates_alone=True))
    ref = city.file("Jalan rusak")
    with serving(city) as server:
        made = connector(server, updates={"by_request": True, "alone": True})
        made.apply(ref, Edit(response=Response("Kami catat.")), None, "satu")
        made.apply(ref, Edit(status=Status.ANSWERED), None, "dua")
    first, second = city.forms
    assert "status" not in first and first["description"] == "Kami catat."
    assert "description" not in second and city.requests[ref]["status"] == second["status"]
    assert not made.capabilities.together and {Part.STATUS, Part.RESPONSE} in made.capabilities.combines


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (Edit(status=Status.ANSWERED), "response"),
        (Edit(response=Response("Sudah.")), "status"),
        (Edit(status=Status.ANSWERED, response=Response("Rahasia.", Visibility.INTERNAL)), "response"),
        (Edit(status=Status.POSTPONED, response=Response("Tunggu.")), "status"),
        (Edit(status=Status.ANSWERED, reason="Karena.", response=Response("Sudah.")), "reason"),
        (Edit(fields={Field.CATEGORY: "Jalan"}, status=Status.ANSWERED, response=Response("Sudah.")), "category"),
    ],
)
def test_what_an_update_cannot_carry_is_refused_and_nothing_sent(edit: Edit, field: str) -> None:
    city = City()
    ref = city.file("Jalan rusak")
    with serving(city) as server, pytest.raises(Reject) as caught:
        connector(server, **UPDATES).apply(ref, edit, None, "kunci")
    assert caught.value.field == field
    assert city.asked == []


def test_a_city_without_updates_is_declared_as_it_is() -> None:
    with serving(City(Habits(updates=False))) as server:
        made = connector(server)
        sheet = made.capabilities
        assert sheet.writes == frozenset() and not sheet.responses.writes and not sheet.responses.reads
        assert sheet.can_create and sheet.can_list
        with pytest.raises(Reject, match="no updates"):
            made.apply("000001", Edit(status=Status.ANSWERED, response=Response("Sudah.")), None, "kunci")
        assert connector(server, updates={"write": False}).capabilities.together == frozenset()
        assert connector(server, **UPDATES).capabilities.together == {Part.STATUS, Part.RESPONSE}


def _nowhere() -> Any:
    class Nowhere:
        base = "http://127.0.0.1:9/"

    return Nowhere()
