"""Reading: canonical words with the raw ones beside them, honest times, stable refs, and no trace left behind."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from contracts.conformance.acts import essence, live_refs, pages, records
from contracts.conformance.world import World, needs, requires, some_ref
from contracts.connector import Connector, Feed, Record, RecordState
from contracts.errors import Gone, Stop
from contracts.vocabulary import Status


def _moments(record: Record) -> list[datetime]:
    said = [record.created_at, record.updated_at, record.complaint.submitted_at]
    said += [each.response.written_at for each in record.responses]
    return [moment for moment in said if moment is not None]


class Reading:
    """What one look shows."""

    def test_every_time_is_aware_utc(self, connector: Connector, world: World) -> None:
        """The app's zone is the connector's business; nobody after it can know it."""
        ref = some_ref(connector, world)
        if type(world).respond is not World.respond:
            world.respond(ref, "Sedang kami periksa.")
        read = records(pages(connector))
        assert all(moment.utcoffset() == timedelta(0) for record in read.values() for moment in _moments(record))

    def test_a_status_is_canonical_and_the_app_s_own_word_stands_beside_it(self, connector: Connector, world: World) -> None:
        """Raw values are what staff recognise and what a wrong map is mended from."""
        some_ref(connector, world)
        for record in records(pages(connector)).values():
            assert record.complaint.status is None or isinstance(record.complaint.status, Status)
            assert record.complaint.status is None or isinstance(record.raw.get("status"), str)
            assert all(isinstance(value, str) for value in record.raw.values())

    def test_a_word_that_nobody_mapped_is_no_status(self, connector: Connector, world: World) -> None:
        """It is shown as it is, or the record is set aside with its reason; it is never guessed to be "open"."""
        needs(world, "set_unknown_status")
        ref = some_ref(connector, world)
        world.set_unknown_status(ref)
        world.catch_up()
        read = pages(connector)
        if ref not in {rejected.ref for page in read for rejected in page.rejected}:
            record = records(read)[ref]
            assert record.complaint.status is None
            assert record.raw["status"]

    def test_only_declared_fields_are_reported(self, connector: Connector, world: World) -> None:
        """A field that is reported but not in ``reads`` would never be compared."""
        some_ref(connector, world)
        for record in records(pages(connector)).values():
            assert set(essence(record)[0]) <= connector.capabilities.reads

    def test_a_record_from_the_feed_is_the_record_that_is_fetched(self, connector: Connector, world: World) -> None:
        """Both ways of reading must be one path, or comparing them finds changes that nobody made."""
        requires(connector.capabilities.can_fetch, "fetching")
        some_ref(connector, world)
        for ref, record in records(pages(connector)).items():
            if record.state is RecordState.LIVE:
                assert connector.fetch(ref) == record

    def test_reading_twice_gives_the_same_and_writes_nothing(self, connector: Connector, world: World) -> None:
        """Reading leaves no mark: no "seen" flag, no token put in on the way."""
        some_ref(connector, world)
        before = world.digest() if type(world).digest is not World.digest else ""
        first, second = records(pages(connector)), records(pages(connector))
        for ref in first if connector.capabilities.can_fetch else ():
            connector.fetch(ref)
        assert first == second
        assert before == (world.digest() if before else "")

    def test_what_identifies_a_record_never_changes(self, connector: Connector, world: World) -> None:
        """Identity tells a re-used ref from an edited record, so an edit must not touch it."""
        needs(world, "change")
        requires(connector.capabilities.can_fetch, "fetching")
        ref = some_ref(connector, world)
        before = connector.fetch(ref).identity
        world.change(ref)
        world.catch_up()
        assert connector.fetch(ref).identity == before
        assert before and all(isinstance(part, str) for part in before)

    def test_two_records_have_two_identities(self, connector: Connector, world: World) -> None:
        """Otherwise a re-used ref goes unnoticed."""
        needs(world, "file")
        first = world.file("Lampu jalan mati", "Lampu di depan pasar mati.")
        second = world.file("Sampah menumpuk", "Sampah di belakang pasar menumpuk.")
        world.catch_up()
        read = records(pages(connector))
        assert first != second
        assert read[first].identity != read[second].identity

    def test_equal_responses_are_two_with_refs_that_stay(self, connector: Connector, world: World) -> None:
        """The same text twice is two responses; a third one renames neither."""
        needs(world, "respond")
        requires(connector.capabilities.responses.reads and connector.capabilities.can_fetch, "reading of responses")
        ref = some_ref(connector, world)
        world.respond(ref, "Terima kasih.")
        world.respond(ref, "Terima kasih.")
        world.catch_up()
        two = connector.fetch(ref).responses
        world.respond(ref, "Sudah diperbaiki.")
        world.catch_up()
        three = connector.fetch(ref).responses
        assert len(two) >= 2
        assert len({each.ref for each in three}) == len(three) == len(two) + 1
        assert {each.ref: each.response for each in two}.items() <= {each.ref: each.response for each in three}.items()

    def test_a_ref_that_nobody_has_is_gone(self, connector: Connector, world: World) -> None:
        """Gone is evidence of a deletion; an empty record or another error is not."""
        requires(connector.capabilities.can_fetch, "fetching")
        with pytest.raises(Gone):
            connector.fetch(world.unknown_ref())

    def test_a_deleted_record_is_gone_and_no_longer_listed(self, connector: Connector, world: World) -> None:
        """Both kinds of evidence, or the app's own mark; never a record that still looks alive."""
        needs(world, "file", "delete")
        ref = some_ref(connector, world)
        world.delete(ref)
        world.catch_up()
        assert ref not in live_refs(pages(connector))
        try:
            fetched = connector.fetch(ref) if connector.capabilities.can_fetch else None
        except Gone:
            return
        assert fetched is None or fetched.state is not RecordState.LIVE

    def test_a_listing_that_calls_itself_complete_holds_every_record(self, connector: Connector, world: World) -> None:
        """Absence from a complete listing is believed to be a deletion."""
        requires(connector.capabilities.can_list and connector.capabilities.feed is not Feed.INBOX, "listing of everything")
        needs(world, "file")
        filed = {world.file(f"Laporan nomor {number}", f"Uraian laporan nomor {number} dari warga.") for number in range(7)}
        world.catch_up()
        read = pages(connector)
        assert [page.complete for page in read] == [False] * (len(read) - 1) + [True]
        assert filed <= live_refs(read)

    def test_without_access_it_stops_and_never_shows_an_empty_app(self, connector: Connector, world: World) -> None:
        """Some apps answer a revoked key with an empty list; believed, that would delete every complaint."""
        needs(world, "lock_out")
        some_ref(connector, world)
        world.lock_out()
        with pytest.raises(Stop):
            connector.check()
        with pytest.raises(Stop):
            pages(connector)

    def test_a_file_is_read_as_it_was_added(self, connector: Connector, world: World) -> None:
        """Bytes, size and hash agree."""
        needs(world, "attach")
        requires(connector.capabilities.attachments, "attachments")
        ref = some_ref(connector, world)
        world.attach(ref, "foto.txt", b"bukan foto")
        world.catch_up()
        attachment = records(pages(connector))[ref].complaint.attachments[-1]
        assert connector.content(ref, attachment) == b"bukan foto"
        assert attachment.size in (None, 10)
