"""Connectors that read carelessly, each wrong in exactly one way, as real ones have been."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from connectors.memory.connector import MemoryConnector
from connectors.memory.records import to_record
from contracts.complaint import Attachment, Complaint
from contracts.connector import Edit, Page, Receipt, Record
from contracts.errors import Stop
from contracts.vocabulary import Status


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


class RepliesDoNotCount(MemoryConnector):
    """Asks only for records whose own row has changed."""

    def changes(self, since: str | None) -> Iterator[Page]:
        for page in super().changes(since):
            kept = [record for record in page.records if since is None or not record.responses]
            yield replace(page, records=tuple(kept))


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
            yield replace(
                page, records=tuple(replace(record, complaint=replace(record.complaint, description=None)) for record in page.records)
            )


class WritesOnRead(MemoryConnector):
    """Marks what it has seen."""

    def fetch(self, ref: str) -> Record:
        record = super().fetch(ref)
        if not record.complaint.category:
            return record
        self.app.store.files["seen"] = self.app.store.files.get("seen", b"") + b"1"
        return record


class LosesFiles(MemoryConnector):
    def content(self, ref: str, attachment: Attachment) -> bytes:
        return super().content(ref, attachment)[:4]


class FindsByBeginning(MemoryConnector):
    def find(self, token: str) -> Record | None:
        hits = [row for row in self.app.store.rows.values() if (row.token or "").startswith(token[:6])]
        return to_record(hits[0], self.behaviour) if hits else None
