"""Writing with care: nothing but what was asked, nothing over somebody else's head, and a clear word when it cannot be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.complaint import Response
from contracts.conformance.acts import applied, completed, essence, field_to_write, visibility
from contracts.conformance.world import World, needs, requires, some_ref
from contracts.connector import Capabilities, Connector, Edit, Hint, Part
from contracts.content import Content, Field, to_content
from contracts.errors import Gone, Reject, Stale
from contracts.vocabulary import Status


def _edits(
    sheet: Capabilities, world: World, besides: Field | None = None, status: Status | None = None
) -> Iterator[tuple[Edit, set[Field]]]:
    """Every kind of edit the app takes, with the fields that it may change."""
    name = field_to_write(sheet, *((besides,) if besides else ()))
    if name:
        yield Edit(fields={name: world.value(name, again=True)}), {name}
    if Field.STATUS in sheet.writes and status in sheet.statuses:
        yield Edit(status=status), {Field.STATUS, Field.REASON}
    if sheet.responses.writes:
        yield Edit(response=Response("Sedang kami periksa.", visibility(sheet))), {Field.STATUS}


def _without(content: Content, names: set[Field]) -> Content:
    return {name: value for name, value in content.items() if name not in names}


class CarefulWriting:
    """What an edit must leave alone."""

    def test_only_what_was_asked_changes(self, connector: Connector, world: World) -> None:
        """Nothing is emptied, reset or rewritten on the way; a response may bring a status with it."""
        sheet = connector.capabilities
        requires(sheet.can_fetch, "fetching")
        ref = some_ref(connector, world)
        for number, (edit, names) in enumerate(_edits(sheet, world, status=connector.fetch(ref).complaint.status)):
            before = connector.fetch(ref)
            names = names | set(edit.fields)
            if edit.parts & sheet.together:
                names |= {Field.STATUS, Field.REASON}
            applied(connector, world, ref, edit, f"conformance-only-{number}")
            after = connector.fetch(ref)
            assert _without(to_content(after.complaint), names) == _without(to_content(before.complaint), names)
            assert after.responses[: len(before.responses)] == before.responses
            assert after.identity == before.identity and after.token == before.token

    def test_what_staff_changed_meanwhile_is_left_alone(self, connector: Connector, world: World) -> None:
        """A connector that writes back the whole record as it remembers it undoes their work."""
        needs(world, "change")
        sheet = connector.capabilities
        requires(sheet.can_fetch, "fetching")
        ref = some_ref(connector, world)
        now = connector.fetch(ref)
        name, value = world.change(ref)
        world.catch_up()
        edits = list(_edits(sheet, world, besides=name, status=now.complaint.status))
        requires(edits, "writing")
        for number, (edit, _) in enumerate(edits):
            connector.apply(ref, completed(edit, now, sheet, world), None, f"conformance-meanwhile-{number}")
        world.catch_up()
        assert to_content(connector.fetch(ref).complaint).get(name) == value

    def test_an_edit_touches_no_other_record(self, connector: Connector, world: World) -> None:
        """An update whose condition is too wide writes them all."""
        needs(world, "file")
        sheet = connector.capabilities
        requires(sheet.can_fetch, "fetching")
        ref = some_ref(connector, world)
        other = world.file("Sampah menumpuk", "Sampah di belakang pasar menumpuk sejak Senin.")
        world.catch_up()
        before = connector.fetch(other)
        for number, (edit, _) in enumerate(_edits(sheet, world, status=connector.fetch(ref).complaint.status)):
            applied(connector, world, ref, edit, f"conformance-other-{number}")
        assert connector.fetch(other) == before

    def test_saying_again_what_it_says_changes_nothing(self, connector: Connector, world: World) -> None:
        """put(get(R), R) = R."""
        sheet = connector.capabilities
        requires(sheet.can_fetch and not sheet.together, "writing of what is already there")
        ref = some_ref(connector, world)
        before = connector.fetch(ref)
        content = to_content(before.complaint)
        own = {Field.STATUS, Field.REASON, Field.HOLDER}
        for name in sorted(sheet.writes & set(content) - own):
            applied(connector, world, ref, Edit(fields={name: content[name]}), f"conformance-same-{name}")
        if Field.STATUS in sheet.writes and before.complaint.status in sheet.statuses:
            applied(connector, world, ref, Edit(status=before.complaint.status), "conformance-same-status")
        assert essence(connector.fetch(ref)) == essence(before)
        assert connector.fetch(ref).raw == before.raw

    def test_a_stale_version_is_refused_and_nothing_changes(self, connector: Connector, world: World) -> None:
        """The condition and the write are one step in the app, and an app without it does not claim it."""
        sheet = connector.capabilities
        requires(sheet.conditional_write and sheet.can_fetch, "conditional write")
        needs(world, "change")
        ref = some_ref(connector, world)
        old = connector.fetch(ref)
        assert old.version is not None, "a conditional write needs versions"
        name, _ = world.change(ref)
        world.catch_up()
        now = connector.fetch(ref)
        for edit, _ in _edits(sheet, world, besides=name, status=now.complaint.status):
            with pytest.raises(Stale):
                connector.apply(ref, completed(edit, now, sheet, world), old.version, "conformance-stale")
        assert connector.fetch(ref) == now

    def test_an_edit_of_a_ref_that_nobody_has_is_gone(self, connector: Connector, world: World) -> None:
        """Not an acknowledged write of no row, and not a new record."""
        sheet = connector.capabilities
        ref = some_ref(connector, world)
        now = connector.fetch(ref) if sheet.can_fetch else None
        edits = list(_edits(sheet, world, status=now.complaint.status if now else None))
        requires(edits and now, "writing")
        for edit, _ in edits:
            with pytest.raises(Gone):
                assert now is not None
                connector.apply(world.unknown_ref(), completed(edit, now, sheet, world), None, "conformance-gone")

    def test_parts_that_belong_together_are_not_taken_alone(self, connector: Connector, world: World) -> None:
        """The sheet says so; a connector that quietly fills in the rest invents content."""
        sheet = connector.capabilities
        requires(sheet.together and sheet.can_fetch, "parts that are only taken together")
        ref = some_ref(connector, world)
        before = connector.fetch(ref)
        alone = {
            Part.STATUS: Edit(status=before.complaint.status or min(sheet.statuses)),
            Part.RESPONSE: Edit(response=Response("Sendiri.", visibility(sheet))),
        }
        for part in sheet.together & set(alone):
            with pytest.raises(Reject):
                connector.apply(ref, alone[part], before.version if sheet.conditional_write else None, "conformance-alone")
        assert connector.fetch(ref) == before

    def test_a_status_without_a_word_is_rejected_not_faked(self, connector: Connector, world: World) -> None:
        """What the app cannot say is parked where a person sees it."""
        sheet = connector.capabilities
        unsayable = [status for status in Status if status not in sheet.statuses]
        requires(unsayable and Field.STATUS in sheet.writes and sheet.can_fetch, "status that it cannot say")
        ref = some_ref(connector, world)
        before = connector.fetch(ref)
        for status in unsayable:
            edit = completed(Edit(status=status), before, sheet, world)
            with pytest.raises(Reject):
                connector.apply(ref, edit, before.version if sheet.conditional_write else None, "conformance-unsayable")
        assert connector.fetch(ref) == before

    def test_a_field_it_does_not_take_is_rejected(self, connector: Connector, world: World) -> None:
        """An edit that is acknowledged but has no effect would be pushed for ever."""
        sheet = connector.capabilities
        requires(sheet.can_fetch and sheet.writes, "writing")
        name = min(set(Field) - sheet.writes - {Field.STATUS, Field.REASON, Field.HOLDER}, default=None)
        requires(name, "field that it refuses")
        ref = some_ref(connector, world)
        before = connector.fetch(ref)
        edit = completed(Edit(fields={name: world.value(name)} if name else {}), before, sheet, world)
        with pytest.raises(Reject):
            connector.apply(ref, edit, before.version if sheet.conditional_write else None, "conformance-refused")
        assert connector.fetch(ref) == before

    def test_a_webhook_that_is_not_the_app_s_is_rejected(self, connector: Connector) -> None:
        """Anybody can reach the address."""
        requires(connector.capabilities.webhooks, "webhooks")
        for body in (b"", b"{}", b"\xff", b"[" * 5_000):
            with pytest.raises(Reject):
                connector.receive(Hint({}, body))

    def test_a_webhook_names_its_record_and_an_altered_one_is_rejected(self, connector: Connector, world: World) -> None:
        """What it says is only where to look: the record is fetched."""
        requires(connector.capabilities.webhooks, "webhooks")
        needs(world, "announce")
        ref = some_ref(connector, world)
        hint = world.announce(ref)
        assert list(connector.receive(hint)) == [ref]
        with pytest.raises(Reject):
            connector.receive(Hint(hint.headers, hint.body + b" "))
