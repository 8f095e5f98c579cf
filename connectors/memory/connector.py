"""The connector: the app's rows become records, the hub's edits become changes. This is the file to read first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from marshmallow import Schema

from connectors.memory import api, hints
from connectors.memory.api import Change
from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import Slice
from connectors.memory.records import to_record
from connectors.memory.settings import MemorySettings
from connectors.memory.store import Row
from contracts.complaint import Attachment, Complaint
from contracts.connector import Capabilities, Connector, Edit, Feed, Hint, Page, Receipt, Record, Rejected
from contracts.content import Content, Field, to_content
from contracts.errors import Gone, Reject, Stop
from contracts.vocabulary import Status


class MemoryConnector(Connector):
    """Speaks to a `MemoryApp` of this process. Every outside call goes through ``app.call``, as another's goes through HTTP."""

    name: ClassVar[str] = "memory"
    summary: ClassVar[str] = "A small complaint app in this process, for tests and as an example"
    settings_schema: ClassVar[type[Schema]] = MemorySettings

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.app = MemoryApp.named(settings["app"], Behaviour.of(settings))
        self.behaviour = self.app.behaviour

    @property
    def capabilities(self) -> Capabilities:
        """What this app admits to; see `Behaviour`."""
        return replace(self.behaviour.capabilities, webhooks="webhook_secret" in self.settings)

    def check(self) -> None:
        """Ask the app for nothing in particular; raises Stop if it exists already and behaves otherwise than the settings say."""
        self.app.call("check", lambda store: None)
        asked = set(self.settings) - {"app", "webhook_secret"}
        if asked and Behaviour.of(self.settings) != self.behaviour:
            raise Stop("An app of this name exists and behaves differently.", "Name another app, or leave its behaviour out.")

    def changes(self, since: str | None) -> Iterator[Page]:
        """Read page after page; the cursor is the app's own change number, so nobody's clock matters."""
        start = self._start(since)
        whole = self.behaviour.can_list and start == 0
        while True:
            part = self._slice(start)
            whole = whole and not part.partial
            yield self._page(part, since, complete=whole and not part.more)
            if not part.more:
                return
            last = api.position(part.rows[-1], self.behaviour)
            start, since = last + 1, self._cursor(last)

    def fetch(self, ref: str) -> Record:
        """Read one record."""
        if not self.behaviour.can_fetch:
            raise NotImplementedError
        row = self.app.call("read", lambda store: api.read(store, ref))
        if row.problem:
            raise Reject(f"The record makes no sense: {row.problem}.", "Correct it in the app.")
        return to_record(row, self.behaviour)

    def find(self, token: str) -> Record | None:
        """Search by our token."""
        row = self.app.call("find", lambda store: api.search(store, token))
        return None if row is None else to_record(row, self.behaviour)

    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        """File a complaint with the fields this app takes."""
        taken = {name: value for name, value in to_content(complaint).items() if name in self.behaviour.creates}
        status = taken.pop(Field.STATUS, None)
        word = self.behaviour.said.get(complaint.status) if status and complaint.status else None
        change = Change(frozenset(), taken, word)
        row = self.app.call("create", lambda store: api.insert(self.app, change, token, idempotency_key))
        return self._receipt(row)

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        """Carry out an edit in one call."""
        change = self._change(edit)
        row, reply = self.app.call("apply", lambda store: api.update(self.app, ref, change, expected))
        return self._receipt(row, reply)

    def receive(self, hint: Hint) -> list[str]:
        """Return the record that a webhook of the app is about."""
        return hints.refs(hint, self.settings["webhook_secret"])

    def content(self, ref: str, attachment: Attachment) -> bytes:
        """Return a file's bytes; raises Gone if the app does not have it."""
        data = self.app.call("content", lambda store: store.files.get(attachment.sha256 or ""))
        if data is None:
            raise Gone("The memory app has no such file.", "Nothing to do if it was deleted there on purpose.")
        return data

    # -- reading

    def _start(self, since: str | None) -> int:
        if since is None or self.behaviour.feed is not Feed.POLL:
            return 0
        if not since.isdecimal():
            raise Stop("The cursor is none of this app's.", "Reset the connection's cursor.")
        return int(since)

    def _slice(self, start: int) -> Slice:
        return self.app.call("page", lambda store: api.page(store, self.behaviour, start))

    def _cursor(self, last: int) -> str | None:
        return str(last) if self.behaviour.feed is Feed.POLL else None

    def _page(self, part: Slice, since: str | None, complete: bool) -> Page:
        readable = [row for row in part.rows if row.problem is None]
        spoilt = [row for row in part.rows if row.problem is not None]
        last = api.position(part.rows[-1], self.behaviour) if part.rows else None
        return Page(
            records=tuple(to_record(row, self.behaviour) for row in readable),
            cursor=since if last is None else self._cursor(last),
            rejected=tuple(Rejected(row.ref, repr(row), row.problem or "") for row in spoilt),
            complete=complete,
            epoch=str(part.epoch) if self.behaviour.has_epoch else None,
            regressed=self.behaviour.feed is Feed.POLL and since is not None and part.changes < int(since),
        )

    # -- writing

    def _receipt(self, row: Row, reply: str | None = None) -> Receipt:
        record = to_record(row, self.behaviour) if self.behaviour.returns_record else None
        return Receipt(row.ref, api.version(row, self.behaviour), record, response_ref=reply)

    def _change(self, edit: Edit) -> Change:
        fields: Content = dict(edit.fields)
        if edit.holder:
            fields[Field.HOLDER] = {"agency": edit.holder.agency, "unit": edit.holder.unit}
        if edit.reason is not None:
            fields[Field.REASON] = edit.reason
        self._refuse_unwritable(fields, edit)
        word = self._word(edit.status) if edit.status is not None else None
        return Change(edit.parts, fields, word, edit.response)

    def _refuse_unwritable(self, fields: Content, edit: Edit) -> None:
        if Field.STATUS in fields:
            raise Reject("A status is not one of the flat fields of an edit.", "Ask for it as the edit's status.", field="status")
        asked = set(fields) | ({Field.STATUS} if edit.status is not None else set())
        for name in sorted(asked - self.behaviour.writable):
            raise Reject("The memory app does not let us change this field.", "Change it there.", field=name.value)
        if edit.response and edit.response.visibility not in self.behaviour.responses.writes:
            raise Reject(f"The memory app takes no {edit.response.visibility} response.", "Write it there.", field="response")

    def _word(self, status: Status) -> str:
        if status not in self.behaviour.said:
            raise Reject(f"The memory app has no word for {status}.", "Map it to one of its words, or leave it.", field="status")
        return self.behaviour.said[status]
