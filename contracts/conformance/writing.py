"""Writing: what was asked is there, as the sheet says it will be read back."""

from __future__ import annotations

import pytest

from contracts.complaint import Holder, Response
from contracts.conformance.acts import ITS_OWN_PART, applied, field_to_write, next_status, visibility, walk
from contracts.conformance.world import World, requires, some_ref
from contracts.connector import Capabilities, Connector, Edit, Part, Record
from contracts.content import Field, JsonValue, to_content
from contracts.vocabulary import Status

LONG = "Jalan rusak berlubang dan tergenang air setiap hujan. " * 8
TEXTS = frozenset({Field.TITLE, Field.ADDRESS, Field.REASON})


def _shown(record: Record, name: Field) -> JsonValue:
    return to_content(record.complaint).get(name)


def _cut(sheet: Capabilities, name: Field, value: JsonValue) -> JsonValue:
    return value[: sheet.cuts.get(name)] if isinstance(value, str) else value


def _readable(connector: Connector) -> Capabilities:
    sheet = connector.capabilities
    requires(sheet.can_fetch, "fetching, so what was written cannot be looked at")
    return sheet


class Writing:
    """The effect of an edit."""

    def test_every_status_it_can_say_is_read_back_as_declared(self, connector: Connector, world: World) -> None:
        """get(put(H, R)) = project(H), for the status."""
        sheet = _readable(connector)
        requires(Field.STATUS in sheet.writes, "writing of the status")
        ref = some_ref(connector, world)
        for status in sorted(sheet.statuses, key=list(Status).index):
            assert walk(connector, world, ref, status).complaint.status is sheet.statuses[status]

    def test_every_field_it_takes_is_read_back(self, connector: Connector, world: World) -> None:
        """get(put(H, R)) = project(H), field by field, twice, so that no value was there by chance."""
        sheet = _readable(connector)
        names = (sheet.writes & sheet.reads) - ITS_OWN_PART
        requires(names, "field that can be written")
        ref = some_ref(connector, world)
        for again in (False, True):
            for name in sorted(names):
                value = world.value(name, again)
                applied(connector, world, ref, Edit(fields={name: value}), f"conformance-{name}-{again}")
                assert _shown(connector.fetch(ref), name) == _cut(sheet, name, value)

    def test_a_holder_is_read_back(self, connector: Connector, world: World) -> None:
        """An assignment reaches the app."""
        sheet = _readable(connector)
        requires(Field.HOLDER in sheet.writes, "writing of the holder")
        ref = some_ref(connector, world)
        for again in (False, True):
            value = world.value(Field.HOLDER, again)
            assert isinstance(value, dict)
            applied(connector, world, ref, Edit(holder=Holder(str(value["agency"]), value["unit"])), f"conformance-holder-{again}")
            assert _shown(connector.fetch(ref), Field.HOLDER) == value

    def test_a_reason_goes_with_its_status(self, connector: Connector, world: World) -> None:
        """Postponed, returned and archived are nothing without it."""
        sheet = _readable(connector)
        requires({Field.STATUS, Field.REASON} <= sheet.writes and Field.REASON in sheet.reads, "writing of the reason")
        ref = some_ref(connector, world)
        now = connector.fetch(ref).complaint.status
        status = now if now in sheet.statuses else next(iter(sheet.statuses))
        reason = world.value(Field.REASON)
        applied(connector, world, ref, Edit(status=status, reason=str(reason)))
        assert _shown(connector.fetch(ref), Field.REASON) == _cut(sheet, Field.REASON, reason)

    def test_a_response_appears_once_with_its_text(self, connector: Connector, world: World) -> None:
        """In each visibility the app takes, and under the ref that the receipt names."""
        sheet = _readable(connector)
        requires(sheet.responses.writes and sheet.responses.reads, "writing and reading of responses")
        ref = some_ref(connector, world)
        for seen_by in sorted(sheet.responses.writes):
            text = f"Tim menuju lokasi ({seen_by})."
            before = {each.ref for each in connector.fetch(ref).responses}
            receipt = applied(connector, world, ref, Edit(response=Response(text, seen_by)), f"conformance-{seen_by}")
            new = [each for each in connector.fetch(ref).responses if each.ref not in before]
            assert [(each.response.text, each.response.visibility) for each in new] == [(text[: sheet.responses.cut], seen_by)]
            assert receipt.response_ref in (None, new[0].ref)

    def test_combined_parts_all_take_effect(self, connector: Connector, world: World) -> None:
        """One call, everything in it."""
        sheet = _readable(connector)
        requires(sheet.combines, "combining of parts")
        name = field_to_write(sheet)
        for number, parts in enumerate(sorted(sheet.combines, key=sorted)):
            ref = some_ref(connector, world, f"Laporan gabungan {number}")
            status = next_status(sheet, connector.fetch(ref).complaint.status)
            edit = Edit(
                fields={name: world.value(name)} if name and Part.FIELDS in parts else {},
                status=status if Part.STATUS in parts else None,
                response=Response("Gabungan.", visibility(sheet)) if Part.RESPONSE in parts and sheet.responses.writes else None,
                holder=Holder("ponorogo", "pu") if Part.HOLDER in parts and Field.HOLDER in sheet.writes else None,
            )
            applied(connector, world, ref, edit)
            after = connector.fetch(ref)
            assert not edit.fields or name is None or _shown(after, name) == _cut(sheet, name, world.value(name))
            assert edit.status is None or after.complaint.status is sheet.statuses[edit.status]
            assert edit.holder is None or after.complaint.holder == edit.holder
            assert not (edit.response and sheet.responses.reads) or "Gabungan." in [each.response.text for each in after.responses]

    def test_texts_are_cut_as_declared_and_no_others(self, connector: Connector, world: World) -> None:
        """An undeclared cut looks like somebody's edit, and comes back as one."""
        sheet = _readable(connector)
        names = (set(sheet.cuts) | TEXTS) & sheet.writes & sheet.reads - {Field.REASON}
        requires(names, "text that can be written")
        ref = some_ref(connector, world)
        for name in sorted(names):
            value = LONG[: sheet.cuts.get(name, 150) + 10].strip()
            applied(connector, world, ref, Edit(fields={name: value}), f"conformance-long-{name}")
            assert _shown(connector.fetch(ref), name) == _cut(sheet, name, value)

    def test_a_long_response_is_cut_as_declared(self, connector: Connector, world: World) -> None:
        """The same for what agencies write."""
        sheet = _readable(connector)
        requires(sheet.responses.writes and sheet.responses.reads, "writing and reading of responses")
        ref = some_ref(connector, world)
        text = (LONG * (1 + (sheet.responses.cut or 0) // len(LONG)))[: (sheet.responses.cut or 300) + 10].strip()
        applied(connector, world, ref, Edit(response=Response(text, visibility(sheet))))
        assert text[: sheet.responses.cut] in [each.response.text for each in connector.fetch(ref).responses]

    @pytest.mark.parametrize("kind", ["status", "fields", "response"])
    def test_the_receipt_of_an_edit_is_true(self, connector: Connector, world: World, kind: str) -> None:
        """Its record is the record as this write left it, and its version is that record's."""
        sheet = _readable(connector)
        ref = some_ref(connector, world)
        name = field_to_write(sheet)
        status = connector.fetch(ref).complaint.status
        edits = {
            "status": Edit(status=status) if Field.STATUS in sheet.writes and status in sheet.statuses else None,
            "fields": Edit(fields={name: world.value(name)}) if name else None,
            "response": Edit(response=Response("Sedang kami periksa.", visibility(sheet))) if sheet.responses.writes else None,
        }
        edit = edits[kind]
        requires(edit, f"writing of {kind}")
        receipt = applied(connector, world, ref, edit or Edit())
        after = connector.fetch(ref)
        assert receipt.record is None or receipt.record == after
        assert receipt.version is None or receipt.version == after.version
