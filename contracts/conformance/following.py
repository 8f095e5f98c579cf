"""Following the feed: oldest first, cursors that move, and nothing missed between one reading and the next."""

from __future__ import annotations

from contracts.conformance.acts import newest_cursor, pages, records
from contracts.conformance.world import World, needs, requires
from contracts.connector import Connector, Feed
from contracts.content import to_content


def _file_some(world: World, count: int) -> list[str]:
    refs = [world.file(f"Laporan nomor {number}", f"Uraian laporan nomor {number} dari warga.") for number in range(count)]
    world.catch_up()
    return refs


def _polled(connector: Connector) -> None:
    requires(connector.capabilities.feed is Feed.POLL, "asking for changes since a cursor")


class Following:
    """What one reading leaves for the next."""

    def test_pages_come_oldest_change_first(self, connector: Connector, world: World) -> None:
        """So that a reading that is cut off leaves a cursor with nothing older behind it."""
        _polled(connector)
        needs(world, "file", "change")
        refs = _file_some(world, 4)
        world.change(refs[0])
        world.catch_up()
        listed = [record for page in pages(connector) for record in page.records]
        moments = [record.updated_at for record in listed if record.updated_at is not None]
        assert moments == sorted(moments)
        assert [record.ref for record in listed][-1] == refs[0] or not moments

    def test_from_each_cursor_on_nothing_is_missed(self, connector: Connector, world: World) -> None:
        """Asking again may repeat; it gives everything at or after the cursor, the record that made the cursor included."""
        _polled(connector)
        needs(world, "file")
        _file_some(world, 5)
        read = pages(connector)
        for number, page in enumerate(read):
            if page.cursor is None:
                continue
            again = set(records(pages(connector, page.cursor)))
            later = {record.ref for following in read[number + 1 :] for record in following.records}
            assert later <= again
            assert not page.records or page.records[-1].ref in again

    def test_the_last_cursor_is_past_what_was_read(self, connector: Connector, world: World) -> None:
        """A cursor that does not move reads the whole app at every poll."""
        _polled(connector)
        needs(world, "file", "change")
        refs = _file_some(world, 5)
        world.change(refs[-1])
        world.catch_up()
        read = pages(connector)
        cursor = newest_cursor(read)
        assert cursor is not None
        again = pages(connector, cursor)
        assert len(records(again)) < len(records(read))
        assert newest_cursor(again) == cursor

    def test_a_reading_that_finds_nothing_keeps_its_cursor(self, connector: Connector, world: World) -> None:
        """Asked with nothing new, the connector never hands back a cursor that means the beginning."""
        _polled(connector)
        needs(world, "file")
        _file_some(world, 2)
        cursor = newest_cursor(pages(connector))
        for page in pages(connector, cursor):
            assert page.cursor is not None
            assert not page.regressed

    def test_a_change_is_found_from_the_last_cursor(self, connector: Connector, world: World) -> None:
        """What staff do after a reading is in the next one, as it is now."""
        needs(world, "file", "change")
        ref, *_ = _file_some(world, 3)
        cursor = newest_cursor(pages(connector))
        name, value = world.change(ref)
        world.catch_up()
        found = records(pages(connector, cursor))
        assert ref in found
        assert to_content(found[ref].complaint).get(name) == value

    def test_a_status_and_a_response_are_found_from_the_last_cursor(self, connector: Connector, world: World) -> None:
        """Apps that do not count a reply as a change of the complaint need another way to look."""
        needs(world, "file", "respond")
        requires(connector.capabilities.responses.reads, "reading of responses")
        ref, *_ = _file_some(world, 3)
        cursor = newest_cursor(pages(connector))
        world.respond(ref, "Petugas sudah di lokasi.")
        world.catch_up()
        found = records(pages(connector, cursor))
        assert "Petugas sudah di lokasi." in [each.response.text for each in found[ref].responses]

    def test_a_new_record_is_found_from_the_last_cursor(self, connector: Connector, world: World) -> None:
        """Also when the first reading found an empty app."""
        needs(world, "file")
        cursor = newest_cursor(pages(connector))
        refs = _file_some(world, 3)
        assert set(refs) <= set(records(pages(connector, cursor)))

    def test_what_changes_during_a_reading_is_in_this_one_or_the_next(self, connector: Connector, world: World) -> None:
        """Rows move between pages while they are read."""
        needs(world, "file", "change")
        refs = _file_some(world, 6)
        reading = connector.changes(None)
        read = [next(reading)]
        name, value = world.change(refs[0])
        world.catch_up()
        read += list(reading)
        seen = {**records(read), **records(pages(connector, newest_cursor(read)))}
        assert set(refs) <= set(seen)
        assert to_content(seen[refs[0]].complaint).get(name) == value

    def test_a_page_is_no_longer_than_declared(self, connector: Connector, world: World) -> None:
        """The engine applies a page in one transaction, and leaves room for that many."""
        cap = connector.capabilities.page_cap
        requires(cap, "page cap")
        needs(world, "file")
        _file_some(world, 5)
        assert all(len(page.records) + len(page.rejected) <= (cap or 0) for page in pages(connector))
