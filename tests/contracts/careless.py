"""Connectors that are wrong in exactly one way each, as real ones have been. The suite must tell every one of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from marshmallow import EXCLUDE

from connectors.memory import api
from connectors.memory.connector import MemoryConnector
from connectors.memory.records import to_record
from connectors.memory.settings import MemorySettings
from contracts.complaint import Attachment, Complaint, Response
from contracts.connector import Capabilities, Edit, Hint, Page, Part, Receipt, Record
from contracts.content import Content, Field, from_content, to_content
from contracts.errors import Gone, Reject, Stop
from contracts.vocabulary import Status, Visibility


class _Retelling(MemoryConnector):
    """Reads honestly and tells it otherwise."""

    def retell(self, record: Record) -> Record:
        return record

    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            yield replace(page, records=tuple(self.retell(record) for record in page.records))

    def fetch(self, ref: str) -> Record:
        return self.retell(super().fetch(ref))

    def find(self, token: str) -> Record | None:
        record = super().find(token)
        return self.retell(record) if record else None

    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        receipt = super().create(complaint, token, idempotency_key)
        return replace(receipt, record=self.retell(receipt.record)) if receipt.record else receipt

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        receipt = super().apply(ref, edit, expected, idempotency_key)
        return replace(receipt, record=self.retell(receipt.record)) if receipt.record else receipt


class CursorTooFar(MemoryConnector):
    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            yield replace(page, cursor=str(int(page.cursor) + 2)) if page.records and page.cursor else page


class CursorThatNeverMoves(MemoryConnector):
    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            yield replace(page, cursor="1") if page.cursor else page


class CursorForgottenWhenQuiet(MemoryConnector):
    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            quiet = since is not None and {record.version for record in page.records} <= {f"{int(since):012d}"}
            yield replace(page, cursor=None) if quiet else page


class NewestFirst(MemoryConnector):
    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            yield replace(page, records=page.records[::-1])


class PagesByOffset(MemoryConnector):
    """Rows move up while it counts them off."""

    def changes(self, since: str | None) -> Iterator[Page]:
        start = int(since or 0)
        for offset in itertools.count(step=2):
            found = self.app.call("page", lambda store: [row for row in store.rows.values() if row.changed >= start and not row.deleted])
            rows = sorted(found, key=lambda row: row.changed)
            more, part = len(rows) > offset + 2, rows[offset : offset + 2]
            cursor = str(part[-1].changed) if part else since
            yield Page(tuple(to_record(row, self.behaviour) for row in part), cursor, complete=since is None and not more)
            if not more:
                return


class SkipsARecord(MemoryConnector):
    """Says that its listing is whole, and leaves out the third record: a page limit that was clipped in silence."""

    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            yield replace(page, records=tuple(record for record in page.records if record.ref != "3"))


class ListsTheDeleted(MemoryConnector):
    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            dead = [to_record(replace(row, deleted=False), self.behaviour) for row in self.app.store.rows.values() if row.deleted]
            yield replace(page, records=(*page.records, *dead))

    def fetch(self, ref: str) -> Record:
        row = self.app.store.rows.get(ref)
        return to_record(replace(row, deleted=False), self.behaviour) if row and row.deleted else super().fetch(ref)


class EmptyWhenLockedOut(MemoryConnector):
    """Takes the polite page of a revoked key for an app without complaints."""

    def changes(self, since: str | None) -> Iterator[Page]:
        try:
            yield from super().changes(since)
        except Stop:
            yield Page((), complete=True)


class UnknownIsOpen(_Retelling):
    def retell(self, record: Record) -> Record:
        return replace(record, complaint=replace(record.complaint, status=record.complaint.status or Status.RECEIVED))


class NoRawValues(_Retelling):
    def retell(self, record: Record) -> Record:
        return replace(record, raw={})


class NaiveTimes(_Retelling):
    def retell(self, record: Record) -> Record:
        return replace(record, created_at=record.created_at.replace(tzinfo=None) if record.created_at else None)


class ResponsesByPosition(_Retelling):
    """Numbers the responses from the newest."""

    def retell(self, record: Record) -> Record:
        count = len(record.responses)
        return replace(record, responses=tuple(replace(each, ref=str(count - n)) for n, each in enumerate(record.responses)))


class EqualResponsesAreOne(_Retelling):
    def retell(self, record: Record) -> Record:
        return replace(record, responses=tuple({each.response.text: each for each in record.responses}.values()))


class IdentityWithTitle(_Retelling):
    def retell(self, record: Record) -> Record:
        return replace(record, identity=(*record.identity, record.complaint.title or ""))


class SameIdentityForAll(_Retelling):
    def retell(self, record: Record) -> Record:
        return replace(record, identity=("complaint",))


class FeedSaysLess(MemoryConnector):
    """The listing's rows are shorter than the record's own page."""

    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            yield replace(page, records=tuple(replace(record, complaint=replace(record.complaint, description=None)) for record in page.records))


class WritesOnRead(MemoryConnector):
    """Marks what it has seen."""

    def fetch(self, ref: str) -> Record:
        record = super().fetch(ref)
        if not record.complaint.category:
            return record
        self.app.store.files["seen"] = self.app.store.files.get("seen", b"") + b"1"
        return record


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


class FindsByBeginning(MemoryConnector):
    def find(self, token: str) -> Record | None:
        hits = [row for row in self.app.store.rows.values() if (row.token or "").startswith(token[:6])]
        return to_record(hits[0], self.behaviour) if hits else None


class ForgivingSettings(MemorySettings):
    class Meta:
        unknown = EXCLUDE


class TakesAnySetting(MemoryConnector):
    settings_schema = ForgivingSettings


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


class _Boasting(MemoryConnector):
    """Does its work well and declares it wrongly."""

    boast: dict[str, Any]

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, **self.boast)


class SaysClosedReadsAnswered(_Boasting):
    """Its "done" means answered, which it forgets to be able to say."""

    boast = {"statuses": {Status.CLOSED: Status.ANSWERED, Status.RECEIVED: Status.RECEIVED}}


class WritesWhatItCannotShow(_Boasting):
    boast = {"reads": frozenset(Field) - {Field.TITLE, Field.CATEGORY}}


class StatusWithoutWords(_Boasting):
    boast = {"statuses": {}}


class TogetherButNotCombined(_Boasting):
    boast = {"together": frozenset({Part.STATUS, Part.RESPONSE}), "combines": frozenset()}


class TogetherWithNothing(_Boasting):
    boast = {"together": frozenset({Part.RESPONSE, Part.HOLDER}), "writes": frozenset({Field.STATUS, Field.TITLE, Field.REASON})}


class CutToNothing(_Boasting):
    boast = {"cuts": {Field.TITLE: 0}}


class FilesWithoutFields(_Boasting):
    boast = {"creates": frozenset()}


class StepsIntoTheVoid(_Boasting):
    boast = {"transitions": {Status.RECEIVED: frozenset({Status.IN_PROGRESS, Status.CLOSED}), Status.IN_PROGRESS: frozenset({Status.ANSWERED})}}


class ShorterPagesThanItGives(_Boasting):
    boast = {"page_cap": 1}


class BelievesInWebhooks(_Boasting):
    """Takes any request for the app's."""

    boast = {"webhooks": True}

    def receive(self, hint: Hint) -> list[str]:
        return []


class Nameless(MemoryConnector):
    name = "Memory"
    summary = ""


class FailsItsCheck(MemoryConnector):
    def check(self) -> None:
        raise Stop("The memory app does not know us.", "Correct the credentials of the connection.")


class ClosesOnce(MemoryConnector):
    def close(self) -> None:
        del self.app


class LosesFiles(MemoryConnector):
    def content(self, ref: str, attachment: Attachment) -> bytes:
        return super().content(ref, attachment)[:4]


class CategoryBecomesTags(MemoryConnector):
    """One column of its map is wrong, in both directions but not the same."""

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        fields = {Field.TAGS if name is Field.CATEGORY else name: value for name, value in edit.fields.items()}
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


class RepliesDoNotCount(MemoryConnector):
    """Asks only for records whose own row has changed."""

    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            kept = [record for record in page.records if since is None or not record.responses]
            yield replace(page, records=tuple(kept))


POOR: dict[str, Any] = {"words": {"0": "received", "proses": "in_progress", "selesai": "answered"}, "page_size": 2}
TOGETHER: dict[str, Any] = {**POOR, "together": ["status", "response"], "combines": []}
