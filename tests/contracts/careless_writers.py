"""Connectors that write carelessly, each wrong in exactly one way, as real ones have been."""

from __future__ import annotations

from dataclasses import replace

from connectors.memory.connector import MemoryConnector
from contracts.complaint import Complaint, Response
from contracts.connector import Edit, Receipt, Record
from contracts.content import Content, Field, from_content, to_content
from contracts.errors import Gone, Reject
from contracts.vocabulary import Status, Visibility


class SwallowsGone(MemoryConnector):
    def fetch(self, ref: str) -> Record:
        try:
            return super().fetch(ref)
        except Gone:
            return Record(ref, Complaint())

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        try:
            return super().apply(ref, edit, expected, idempotency_key)
        except Gone:
            return Receipt(ref)


class WholeRecordPut(MemoryConnector):
    """Writes back every field as it last read it."""

    def fetch(self, ref: str) -> Record:
        self.seen = super().fetch(ref)
        return self.seen

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        seen = to_content(self.seen.complaint) if self.seen.ref == ref else {}
        whole: Content = {name: value for name, value in seen.items() if name in self.capabilities.writes - {Field.STATUS, Field.HOLDER}}
        return super().apply(ref, replace(edit, fields={**whole, **edit.fields}), expected, idempotency_key)


class EmptiesTheRest(MemoryConnector):
    """Sends a full form in which it fills only what was asked."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        blank: Content = {name: None for name in (Field.CATEGORY, Field.PLACE_CODE)}
        fields = {**blank, **edit.fields} if edit.fields else {}
        return super().apply(ref, replace(edit, fields=fields), expected, idempotency_key)


class UpdatesThemAll(MemoryConnector):
    """Its UPDATE has lost the WHERE."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        receipt = super().apply(ref, edit, expected, idempotency_key)
        for other in [row for row in self.app.store.rows if row != ref and edit.fields]:
            super().apply(other, edit, None, idempotency_key)
        return receipt


class IgnoresExpected(MemoryConnector):
    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        return super().apply(ref, edit, None, idempotency_key)


class RespondsTwice(MemoryConnector):
    """Retries by itself."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        receipt = super().apply(ref, edit, expected, idempotency_key)
        return super().apply(ref, edit, None, idempotency_key) if edit.response else receipt


class EverythingPublic(MemoryConnector):
    """Shows internal notes to the citizen."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        response = Response(edit.response.text, Visibility.PUBLIC) if edit.response else None
        return super().apply(ref, replace(edit, response=response), expected, idempotency_key)


class FakesAStatus(MemoryConnector):
    """Says "in progress" for what it has no word for."""

    def _word(self, status: Status) -> str:
        return self.behaviour.said.get(status, "proses")


class DropsFieldsInSilence(MemoryConnector):
    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        taken = {name: value for name, value in edit.fields.items() if name in self.capabilities.writes}
        return super().apply(ref, replace(edit, fields=taken), expected, idempotency_key)


class ForgetsTheStatus(MemoryConnector):
    """Declares combinations, and forgets the status where there is a response."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        alone = Edit(edit.fields, response=edit.response, holder=edit.holder) if edit.response else edit
        return super().apply(ref, alone, expected, idempotency_key)


class ReceiptAsAsked(MemoryConnector):
    """Answers with what it sent instead of what the app then had."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        before = self.fetch(ref)
        receipt = super().apply(ref, edit, expected, idempotency_key)
        return replace(receipt, record=replace(before, complaint=from_content({**to_content(before.complaint), **edit.fields})))


class CutsInSilence(MemoryConnector):
    """The column is shorter than the sheet says."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        short = {name: value[:40] if isinstance(value, str) else value for name, value in edit.fields.items()}
        response = replace(edit.response, text=edit.response.text[:40]) if edit.response else None
        return super().apply(ref, replace(edit, fields=short, response=response), expected, idempotency_key)


class CreatesAnew(MemoryConnector):
    """Declares that the app knows a repeated create, and makes up a new key each time."""

    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        return super().create(complaint, token, f"{idempotency_key}{self.app.clock()}")


class LosesTheToken(MemoryConnector):
    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        return super().create(complaint, "", idempotency_key)


class FilesOnlyATitle(MemoryConnector):
    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        return super().create(Complaint(title=complaint.title), token, idempotency_key)


class InventsTheRest(MemoryConnector):
    """Fills in a response where the app insists on one."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        try:
            return super().apply(ref, edit, expected, idempotency_key)
        except Reject as refusal:
            if "together" not in refusal.problem:
                raise
            now = self.fetch(ref).complaint.status
            full = replace(edit, status=edit.status or now, response=edit.response or Response("-"))
            return super().apply(ref, full, expected, idempotency_key)


class CategoryBecomesTags(MemoryConnector):
    """One column of its map is wrong, in both directions but not the same."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        fields: Content = {Field.TAGS if name is Field.CATEGORY else name: value for name, value in edit.fields.items()}
        return super().apply(ref, replace(edit, fields=fields), expected, idempotency_key)


class HolderWithoutUnit(MemoryConnector):
    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        holder = replace(edit.holder, unit=None) if edit.holder else None
        return super().apply(ref, replace(edit, holder=holder), expected, idempotency_key)


class DropsTheReason(MemoryConnector):
    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        return super().apply(ref, replace(edit, reason=None), expected, idempotency_key)


class OneStatusBehind(MemoryConnector):
    """Its list of words is off by one."""

    def _word(self, status: Status) -> str:
        return {"0": "0", "proses": "0", "selesai": "proses"}[super()._word(status)]


class FilesTwice(MemoryConnector):
    """Retries a create that had worked."""

    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        super().create(complaint, token, f"{idempotency_key} first try")
        return super().create(complaint, token, idempotency_key)


class OneForTheSameWords(MemoryConnector):
    """Takes two complaints in the same words for one."""

    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        return super().create(complaint, token, complaint.title or "")


class FilesOverTheLast(MemoryConnector):
    """Its number generator is reset at every start: the new record takes the last one's title."""

    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        for ref in list(self.app.store.rows)[-1:]:
            self.app.edit(ref, Field.TITLE, complaint.title)
        return super().create(complaint, token, idempotency_key)


class CreateReceiptAsAsked(MemoryConnector):
    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        receipt = super().create(complaint, token, idempotency_key)
        return replace(receipt, record=Record(receipt.ref or "", complaint))
