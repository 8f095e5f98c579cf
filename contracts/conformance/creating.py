"""Filing: once, with everything the app takes, and so that it can be found again."""

from __future__ import annotations

from contracts.complaint import Complaint
from contracts.conformance.acts import pages, records
from contracts.conformance.world import World, needs, requires
from contracts.connector import Capabilities, Connector, Receipt, Record
from contracts.content import Content, Field, from_content, to_content
from contracts.vocabulary import Status

TOKEN = "simpul:0190a6e0-0000-7000-8000-000000000001:c0ffee"


def _sample(sheet: Capabilities, world: World) -> Complaint:
    names = sheet.creates | {Field.TITLE, Field.DESCRIPTION}
    content: Content = {name: world.value(name) for name in names if name is not Field.STATUS}
    if Status.RECEIVED in sheet.statuses:
        content[Field.STATUS] = Status.RECEIVED.value
    return from_content(content)


def _as_kept(sheet: Capabilities, asked: Content) -> Content:
    """Return what the sheet promises to show of a new record."""
    kept: Content = {}
    for name in sheet.creates & sheet.reads & set(asked):
        value = asked[name]
        kept[name] = value[: sheet.cuts.get(name)] if isinstance(value, str) else value
    if Field.STATUS in kept:
        kept[Field.STATUS] = sheet.statuses[Status(str(asked[Field.STATUS]))].value
    return kept


def _created(connector: Connector, world: World, key: str = "conformance-create", token: str = TOKEN) -> tuple[Receipt, Record]:
    """File the sample and read it back; skips where filing, or reading what was filed, cannot be done."""
    sheet = connector.capabilities
    requires(sheet.can_create, "filing of new records")
    receipt = connector.create(_sample(sheet, world), token, key)
    world.catch_up()
    if receipt.ref is not None and sheet.can_fetch:
        return receipt, connector.fetch(receipt.ref)
    requires(sheet.can_find or receipt.ref is not None, "way to look up what was filed")
    record = connector.find(token) if sheet.can_find else records(pages(connector)).get(receipt.ref or "")
    assert record is not None, "what was filed cannot be found"
    return receipt, record


class Creating:
    """New records."""

    def test_a_new_record_says_what_was_filed(self, connector: Connector, world: World) -> None:
        """As far as the app takes it, and cut as declared."""
        _, record = _created(connector, world)
        sheet = connector.capabilities
        kept, shown = _as_kept(sheet, to_content(_sample(sheet, world))), to_content(record.complaint)
        assert {name: shown.get(name) for name in kept} == kept

    def test_a_new_record_carries_our_token(self, connector: Connector, world: World) -> None:
        """The token is how a record whose receipt was lost is recognised."""
        _, record = _created(connector, world)
        requires(connector.capabilities.carries_token, "room for a token")
        assert record.token == TOKEN

    def test_a_new_record_is_in_the_listing_once(self, connector: Connector, world: World) -> None:
        """Where it cannot be searched, the listing is where it is looked for."""
        requires(connector.capabilities.can_list, "listing of everything")
        before = set(records(pages(connector)))
        _, record = _created(connector, world)
        assert set(records(pages(connector))) - before == {record.ref}

    def test_a_record_is_found_by_its_token(self, connector: Connector, world: World) -> None:
        """The record itself, as it is fetched."""
        requires(connector.capabilities.can_find, "search by token")
        _, record = _created(connector, world)
        assert connector.find(TOKEN) == record

    def test_a_token_that_nobody_carries_finds_nothing(self, connector: Connector, world: World) -> None:
        """A search that matches parts of words, or everything when it fails, adopts strangers."""
        requires(connector.capabilities.can_find, "search by token")
        if connector.capabilities.can_create:
            _created(connector, world)
        for token in (TOKEN.replace("c0ffee", "c0ffe0"), TOKEN[:-1], "simpul:"):
            assert connector.find(token) is None

    def test_the_same_key_files_once(self, connector: Connector, world: World) -> None:
        """A create in doubt is repeated under its key, and must not become two complaints."""
        requires(connector.capabilities.idempotent_create, "recognising of a repeated create")
        first, _ = _created(connector, world)
        before = set(records(pages(connector)))
        second, _ = _created(connector, world)
        assert second.ref == first.ref
        assert set(records(pages(connector))) == before

    def test_two_keys_file_two_records(self, connector: Connector, world: World) -> None:
        """Two people may well complain of the same thing in the same words."""
        first, _ = _created(connector, world, key="conformance-create-a", token=f"{TOKEN}a")
        second, _ = _created(connector, world, key="conformance-create-b", token=f"{TOKEN}b")
        assert first.ref is None or first.ref != second.ref

    def test_the_receipt_of_a_create_is_true(self, connector: Connector, world: World) -> None:
        """Its record and version are what is then read."""
        receipt, record = _created(connector, world)
        assert receipt.ref is not None or receipt.ticket is not None
        assert receipt.record is None or receipt.record == record
        assert receipt.version is None or receipt.version == record.version

    def test_filing_changes_no_other_record(self, connector: Connector, world: World) -> None:
        """What stands in the app stays as it is."""
        needs(world, "file")
        world.file("Sampah menumpuk", "Sampah di belakang pasar menumpuk sejak Senin.")
        world.catch_up()
        before = records(pages(connector))
        _created(connector, world)
        after = records(pages(connector))
        assert {ref: after.get(ref) for ref in before} == before
