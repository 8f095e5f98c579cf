"""The complaint app itself: its store, and what its own staff and citizens do there."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, TypeVar

from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import WRITES, Line
from connectors.memory.journal import USER, Journal
from connectors.memory.store import LogicalClock, Reply, Row, Store
from contracts.complaint import Attachment, Complaint, Response
from contracts.content import Field, JsonValue, to_content
from contracts.vocabulary import Visibility

T = TypeVar("T")


class MemoryApp(Line):
    """One complaint app in this process, behind a line that a test can disturb.

    What people do raises KeyError for a ref that is not there.
    """

    _named: ClassVar[dict[str, MemoryApp]] = {}

    def __init__(self, name: str, behaviour: Behaviour | None = None, clock: Callable[[], datetime] | None = None) -> None:
        super().__init__()
        self.name = name
        self.behaviour = behaviour or Behaviour()
        self.clock = clock or LogicalClock()
        self.store = Store()
        self.journal = Journal()
        self._epochs = 1
        self._lock = threading.RLock()

    # -- the registry: settings can only carry a name

    @classmethod
    def named(cls, name: str, behaviour: Behaviour | None = None, clock: Callable[[], datetime] | None = None) -> MemoryApp:
        """Return the app of that name, made with this behaviour and clock if it is not there yet."""
        if name not in cls._named:
            cls._named[name] = cls(name, behaviour, clock)
        return cls._named[name]

    @classmethod
    def forget(cls, name: str | None = None) -> None:
        """Remove one app from the registry, or all of them."""
        if name is None:
            cls._named.clear()
        cls._named.pop(name or "", None)

    @property
    def writes(self) -> int:
        """How many calls of the hub changed something here, since the beginning."""
        return self.journal.writes

    @property
    def creates(self) -> int:
        """How many records the hub made here, since the beginning."""
        return self.journal.creates

    # -- the one door for programs

    def call(self, operation: str, function: Callable[[Store], T]) -> T:
        """Carry out an outside call on the store; whatever the line does to it is seen here."""
        with self._lock:
            self.journal.calls[operation] += 1
            answer = self.carry(operation, function, self.store)
            if operation not in WRITES or self.behaviour.returns_record:
                self.journal.show(answer)
            return answer

    # -- what people do

    def file(self, title: str, description: str, status: str | None = None, **fields: JsonValue) -> str:
        """A citizen files a complaint: ``fields`` are names of `Field` with flat values. Returns its ref."""
        named = {Field(name): value for name, value in fields.items()}
        with self._lock:
            return self.add({Field.TITLE: title, Field.DESCRIPTION: description, **named}, status or self.behaviour.first_word, USER).ref

    def file_complaint(self, complaint: Complaint) -> str:
        """File what a `Complaint` says, in the app's word for its status where it has one. Returns the ref."""
        flat = to_content(complaint)
        word = self.behaviour.said.get(complaint.status) if complaint.status else None
        flat.pop(Field.STATUS, None)
        with self._lock:
            return self.add(flat, word or self.behaviour.first_word, USER).ref

    def edit(self, ref: str, name: Field, value: JsonValue) -> None:
        """Staff change one field; status has its own action, and the description is the citizen's."""
        if name in (Field.STATUS, Field.DESCRIPTION):
            raise ValueError(f"{name.value} is not edited this way")
        self._by_user(ref, lambda row: row.with_fields({name: self.behaviour.fit(name, value)}))

    def set_status(self, ref: str, word: str) -> None:
        """Staff choose a status word, known to the connection's map or not."""
        self._by_user(ref, lambda row: replace(row, status=word))

    def respond(self, ref: str, text: str, visibility: Visibility = Visibility.PUBLIC, author: str = "staff") -> str:
        """Somebody writes on the complaint. Returns the ref of the reply."""
        return self._by_user(ref, lambda row: self.with_reply(row, Response(text, visibility), author)).replies[-1].ref

    def amend_response(self, reply: str, text: str) -> None:
        """Staff edit a reply; it keeps its ref."""
        self._on_reply(reply, lambda old: replace(old, text=text))

    def remove_response(self, reply: str) -> None:
        """Staff delete a reply."""
        self._on_reply(reply, lambda _: None)

    def attach(self, ref: str, name: str, media_type: str, data: bytes) -> Attachment:
        """Somebody adds a file to the complaint."""
        digest = hashlib.sha256(data).hexdigest()
        attachment = Attachment(name, media_type, len(data), digest)
        self._by_user(ref, lambda row: replace(row, attachments=(*row.attachments, attachment)))
        self.store.files[digest] = data
        return attachment

    def type_foreign_id(self, ref: str, connection: str, foreign_ref: str) -> None:
        """Staff type the number that the same complaint has elsewhere."""
        self._by_user(ref, lambda row: replace(row, foreign={**row.foreign, connection: foreign_ref}))

    def delete(self, ref: str) -> None:
        """Staff delete the complaint; `undelete` brings it back as it was."""
        self._by_user(ref, lambda row: replace(row, deleted=True))

    def undelete(self, ref: str) -> None:
        """Staff take the complaint out of the bin."""
        self._by_user(ref, lambda row: replace(row, deleted=False), deleted=True)

    def spoil(self, ref: str, problem: str | None = "the date is 0000-00-00") -> None:
        """The row stops making sense to a reader; None mends it."""
        self._by_user(ref, lambda row: replace(row, problem=problem))

    # -- what its administrator does

    def snapshot(self) -> Store:
        """Make a backup of everything the app keeps, its counters included."""
        with self._lock:
            return self.store.copy()

    def restore(self, snapshot: Store, detectable: bool = True) -> None:
        """Put a backup back: refs given out since are given out again. The epoch tells, unless ``detectable`` is False.

        Time goes on, and requests still on their way are lost.
        """
        with self._lock:
            self._epochs += 1
            self.store = replace(snapshot.copy(), epoch=self._epochs if detectable else self.store.epoch)
            self.pending.clear()

    # -- how rows change; for this package

    def add(self, fields: Mapping[Field, JsonValue], status: str, who: str, token: str | None = None) -> Row:
        """Store a new row, its texts cut to their columns."""
        store, now = self.store, self.clock()
        store.last_number += 1
        kept: dict[Field, JsonValue] = {
            name: self.behaviour.fit(name, value) for name, value in fields.items() if value is not None and name is not Field.STATUS
        }
        return self.save(Row(store.last_number, now, 0, now, status, kept, token=token), who, now)

    def save(self, row: Row, who: str, now: datetime | None = None, aside: frozenset[str] = frozenset()) -> Row:
        """Store a changed row under the next change number and write the journal; ``aside`` names what changed by itself."""
        store = self.store
        store.changes += 1
        saved = replace(row, changed=store.changes, updated=now or self.clock())
        self.journal.changed(store.rows.get(row.ref), saved, who, aside)
        store.rows[row.ref] = saved
        return saved

    def with_reply(self, row: Row, response: Response, author: str) -> Row:
        """Return the row with one reply more, moved to the status that a reply brings with it."""
        self.store.last_reply += 1
        text = response.text[: self.behaviour.responses.cut]
        reply = Reply(f"r{self.store.last_reply}", text, response.visibility, self.clock(), author)
        return replace(row, replies=(*row.replies, reply), status=self.behaviour.reply_moves_to or row.status)

    def _by_user(self, ref: str, change: Callable[[Row], Row], deleted: bool = False) -> Row:
        with self._lock:
            row = self.store.rows[ref]
            if row.deleted is not deleted:
                raise KeyError(ref)
            changed = change(row)
            return row if changed == row else self.save(changed, USER)

    def _on_reply(self, reply: str, change: Callable[[Reply], Reply | None]) -> None:
        with self._lock:
            row = next(row for row in self.store.rows.values() if any(had.ref == reply for had in row.replies) and not row.deleted)
            kept = [change(had) if had.ref == reply else had for had in row.replies]
            self.save(replace(row, replies=tuple(had for had in kept if had is not None)), USER)

    def __repr__(self) -> str:
        return f"MemoryApp({self.name!r}, {len(self.store.rows)} rows)"
