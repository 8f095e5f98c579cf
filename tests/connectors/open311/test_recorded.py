"""What Toronto, Chicago and Giessen really answered, and the standard's own examples, read by hand and by the connector."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import responses

from connectors.open311.connector import Open311Connector
from connectors.open311.wire import errors, rows
from contracts.connector import Page
from contracts.errors import Stop
from contracts.vocabulary import Status
from tests.connectors.open311.samples import sample

HOST = "https://kota.example/v2/"


def read(path: str, kind: str = "json", *, url: str = f"{HOST}requests") -> list[Page]:
    """Read a recorded listing through the connector, over HTTP as `responses` plays it."""
    settings = Open311Connector.settings_schema().load({"endpoint": HOST, "format": kind, "feed": "updated", "time_zone": "WIB"})
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        web.get(f"{url}.{kind}", body=sample(*path.split("/")).read_bytes(), content_type=f"application/{kind}")
        # The second window is the open one, for what is dated in the future.
        web.get(f"{url}.{kind}", body=b"[]" if kind == "json" else b"<service_requests/>")
        made = Open311Connector({**settings, "window": 40_000, "page_size": 10_000})
        return list(made.changes(None))


def test_toronto_leaves_times_empty_and_texts_out() -> None:
    pages = read("recorded/requests_many.xml", "xml")
    assert sum(len(page.records) for page in pages) == 2 and not any(page.rejected for page in pages)
    assert pages[-1].complete
    first, second = (record for page in pages for record in page.records)
    assert (first.ref, second.ref) == ("101005420892", "101005420894")
    said = first.complaint
    assert (said.description, said.category, said.status) == (None, "Road - Pot hole", Status.RECEIVED)
    assert said.reason == "In progress - The request has been scheduled."
    assert said.submitted_at == datetime(2018, 7, 30, 4, 1, tzinfo=UTC)
    assert first.updated_at == first.created_at == said.submitted_at
    assert said.place and said.place.address == "Warden Ave / Freeman St, Scarborough"
    assert (said.place.latitude, said.place.longitude) == (43.691104288, -79.272306875)
    assert said.attachments == ()
    assert first.raw == {"status": "open", "category": "CSROWR-12", "service_name": "Road - Pot hole", "status_notes": said.reason}


def test_toronto_says_the_same_of_one_request_as_of_many() -> None:
    (many, *_), (one, *_) = (read(f"recorded/requests_{name}.xml", "xml") for name in ("many", "single"))
    assert len(one.records) == 1
    assert one.records[0] == many.records[0]


def test_chicago_writes_numbers_and_leaves_what_it_has_not_out() -> None:
    pages = read("recorded/service_requests.json")
    newest_last = [record for page in pages for record in page.records]
    assert [record.ref for record in newest_last] == ["14-01100627", "14-01100669"]
    locked, light = newest_last
    assert light.complaint.category == "Alley Light Out" and light.complaint.reason is None
    assert light.updated_at == datetime(2014, 7, 12, 16, 8, 21, tzinfo=UTC)
    assert light.complaint.place and light.complaint.place.latitude == 41.858724777757864
    assert locked.complaint.reason == "Locked"
    assert locked.complaint.place and locked.complaint.place.address == "7408 S NORMAL AVE, CHICAGO, IL, 60621"
    assert pages[0].cursor == "2014-07-12T11:08:21-05:00"


def test_giessen_and_chicago_keep_the_zeros_of_their_codes() -> None:
    giessen = rows(sample("recorded", "services_giessen.xml").read_bytes(), "service")
    chicago = rows(sample("recorded", "service_list.json").read_bytes(), "service")
    assert [each["service_code"] for each in giessen] == ["015", "010", "013", "012", "011", "016", "017", "014"]
    assert giessen[3]["service_name"] == "Verkehrsschild beschädigt"
    assert [each["service_code"] for each in chicago] == ["001", "002", "003"]


def test_the_standard_s_examples_are_read() -> None:
    pages = read("spec/xml-service-requests.xml", "xml")
    closed, still_open = (record for page in pages for record in page.records)
    assert (closed.ref, closed.complaint.status, closed.complaint.reason) == ("638344", Status.ANSWERED, "Duplicate request.")
    assert closed.complaint.attachments[0].url == "http://city.gov.s3.amazonaws.com/requests/media/638344.jpg"
    assert closed.complaint.attachments[0].media_type == "image/jpeg"
    assert (still_open.ref, still_open.complaint.status) == ("638349", Status.RECEIVED)
    assert len(rows(sample("spec", "xml-service-list.xml").read_bytes(), "service")) == 3
    assert rows(sample("spec", "xml-request-from-token.xml").read_bytes(), "request") == [
        {"service_request_id": "638344", "token": "12345"}
    ]
    posted = rows(sample("spec", "xml-service-request-post.xml").read_bytes(), "request")
    assert [each["service_request_id"] for each in posted] == ["293944"]


def test_errors_after_a_status_line_are_errors() -> None:
    found = rows(sample("spec", "xml-errors.xml").read_bytes(), "request")
    assert [each["code"] for each in errors(found)] == ["403"]
    with pytest.raises(Stop, match="does not accept the key"):
        read("spec/xml-errors.xml", "xml")


def test_a_service_definition_is_no_list_of_requests() -> None:
    pages = read("spec/xml-service-definition.xml", "xml")
    assert not any(page.records for page in pages)
    assert all(each.problem == "It has no service_request_id." for page in pages for each in page.rejected)
