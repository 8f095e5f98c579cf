"""Writing: one edit is one transaction, the row locked and compared first and read back before it is committed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.database import rows, statements, values
from connectors.database.dialect import Column, Kind
from connectors.database.layout import Constants, Layout, Replies, Reporters
from connectors.database.reading import Reader, sound
from connectors.database.session import Database, Session
from contracts.complaint import Complaint, Response
from contracts.connector import Edit, Receipt, Record
from contracts.content import Content, Field, JsonValue, to_content
from contracts.errors import Reject, Stale, Stop
from contracts.vocabulary import Status

_FLAGS = {Field.ANONYMOUS, Field.CONFIDENTIAL}


class Writer:
    """Writes into one database, never more than the settings name."""

    def __init__(self, database: Database, layout: Layout, reader: Reader) -> None:
        self._db, self._layout, self._reader = database, layout, reader
        self._dialect, self._table = database.dialect, layout.complaints

    def apply(self, ref: str, edit: Edit, expected: str | None) -> Receipt:
        """Carry out an edit whole or not at all. Raises Gone, Stale, Reject, NotDone, Unknown or Stop."""
        self._refuse_early(edit)
        try:
            return self._apply(ref, edit, expected)
        except Reject as refused:
            raise Reject(refused.problem, refused.advice, field=refused.field or _only(edit)) from None

    def _apply(self, ref: str, edit: Edit, expected: str | None) -> Receipt:
        with self._db.writing() as session:
            self._transactional(session, edit)
            row = self._reader.row(session, ref, lock=bool(self._layout.updated))
            before = sound(self._reader.records(session, [row])[0])
            if expected is not None and before.version != expected:
                raise Stale("The complaint was changed in the app meanwhile.", "It is read again and decided again.")
            key = row[self._table.key]
            reply = self._reply(session, key, edit.response) if edit.response else None
            changes = self._changes(session, edit, to_content(before.complaint))
            if changes:
                session.run(*statements.update(self._dialect, self._table, key, changes))
            record = self._read_back(session, ref)
        return Receipt(ref=ref, version=record.version, record=record, response_ref=reply)

    def create(self, complaint: Complaint, token: str) -> Receipt:
        """File a complaint, unless one with this token is there already. Raises Reject, NotDone, Unknown or Stop."""
        with self._db.writing() as session:
            found = self._reader.find(session, token) if self._table.token else None
            record = found or self._insert(session, complaint, token)
        return Receipt(ref=record.ref, version=record.version, record=record)

    def _read_back(self, session: Session, ref: str) -> Record:
        return sound(self._reader.records(session, [self._reader.row(session, ref)])[0])

    def _refuse_early(self, edit: Edit) -> None:
        for name in edit.fields:
            if name not in self._layout.write:
                raise Reject("The settings do not let the hub change this field.", "Add it to 'write' if it should.", field=name.value)
        if edit.status is not None and Field.STATUS not in self._layout.write:
            raise Reject("The settings do not let the hub change the status.", "Add it to 'write' if it should.", field="status")
        if edit.reason is not None and edit.status is None and Field.REASON not in self._layout.write:
            raise Reject("The settings do not let the hub change the reason.", "Add it to 'write' if it should.", field="reason")
        if edit.holder is not None:
            raise Reject("This app has no place for the holder.", field="holder")
        if edit.response and self._layout.answers is None:
            raise Reject("The settings name no table for the hub's replies.", "Say 'write: yes' at one.", field="response")

    def _transactional(self, session: Session, edit: Edit | None = None) -> None:
        names = [self._table.table]
        if edit and edit.response and self._layout.answers:
            names.append(self._layout.answers.table)
        for name in names:
            if not self._db.table(session, name).transactional:
                raise Stop(f"The table {name} knows no transactions (MyISAM).", f"Run: ALTER TABLE {name} ENGINE=InnoDB")

    def _changes(self, session: Session, edit: Edit, before: Content) -> dict[str, Any]:
        """Return the columns to change; what the app says already, in whatever word, is left as it is."""
        wanted: dict[Field, JsonValue] = dict(edit.fields)
        if edit.status is not None:
            wanted[Field.STATUS] = edit.status.value
        if edit.reason is not None and Field.REASON in self._layout.write:
            wanted[Field.REASON] = edit.reason
        changes = self._bound(session, {name: value for name, value in wanted.items() if before.get(name) != self._seen(name, value)})
        if self._table.touch_modified and self._table.modified and (changes or edit.response):
            changes[self._table.modified] = self._time(session, self._table.table, self._table.modified, None)
        return changes

    def _seen(self, name: Field, value: JsonValue) -> JsonValue:
        """Return how the app would report a value; itself for most."""
        if name is Field.STATUS and self._table.status:
            seen = self._table.status.project(Status(str(value)))
            return seen.value if seen else value
        return value[: self._table.lengths.get(name)] if isinstance(value, str) else value

    def _bound(self, session: Session, content: Mapping[Field, JsonValue]) -> dict[str, Any]:
        return {self._table.columns[name]: self._local(session, name, value) for name, value in content.items()}

    def _local(self, session: Session, name: Field, value: JsonValue) -> Any:
        """Return a canonical value as the complaints table keeps it. Raises Reject for one it has no word for."""
        column = self._db.column(session, self._table.table, self._table.columns[name])
        return self._in_words(name, value, column)

    def _in_words(self, name: Field, value: JsonValue, column: Column) -> Any:
        if value is None:
            return None
        if name in (Field.SUBMITTED_AT, Field.OCCURRED_ON):
            return self._timed(value, column)
        if name is Field.STATUS or name in self._table.words:
            return self._word(name, str(value))
        if name in _FLAGS:
            return bool(value) if column.kind is Kind.BOOLEAN and self._dialect.stores_booleans else int(bool(value))
        if name is Field.REPORTER_PHONE and str(value).startswith("+62"):
            return "0" + str(value)[3:]  # as people there write it; it reads back as E.164
        return value[: self._table.lengths.get(name)] if isinstance(value, str) else value

    def _word(self, name: Field, value: str) -> str:
        if name is Field.STATUS:
            word = self._table.status.put(Status(value)) if self._table.status else None
        else:
            word = self._table.words[name].put(value)
        if word is None:
            advice = "Add it to the map in the settings, or leave it to a person."
            raise Reject(f"The app has no word for {value[:40]}.", advice, field=name.value)
        return word

    def _timed(self, value: JsonValue, column: Column) -> Any:
        written = str(value)
        if len(written) > 10:
            return _stored(datetime.fromisoformat(written), column, self._layout.zone, self._dialect.stores_times)
        return date.fromisoformat(written) if self._dialect.stores_times else written

    def _time(self, session: Session, table: str, name: str, moment: datetime | None) -> Any:
        """Return a moment as a column keeps it; by default now, by the database's own clock."""
        if moment is None:
            now = session.ask(f"SELECT {self._dialect.clock} AS now")[0]["now"]
            moment = values.moment(now, ZoneInfo("UTC"))
        assert moment is not None
        return _stored(moment, self._db.column(session, table, name), self._layout.zone, self._dialect.stores_times)

    def _reply(self, session: Session, key: object, response: Response) -> str:
        replies = self._layout.answers
        assert replies is not None
        text = response.text[: replies.length] if replies.length else response.text
        row: dict[str, Any] = {**replies.where, **replies.constants, replies.complaint: key, replies.text: text}
        row[replies.complaint] = self._db.key(session, replies.table, replies.complaint, key)
        row |= self._shown(replies, response)
        if replies.author and response.author:
            row[replies.author] = response.author
        for name in filter(None, (replies.created, replies.modified)):
            row[name] = self._time(session, replies.table, name, response.written_at if name == replies.created else None)
        made = self._add(session, replies.table, replies.key, row)
        return rows.reply_ref(replies, made)

    def _shown(self, replies: Replies, response: Response) -> dict[str, Any]:
        shown = replies.shown
        if shown.column and shown.words:
            word = shown.words.put(response.visibility)
            if word is not None:
                return {shown.column: word}
        elif response.visibility == shown.default:
            return {}
        raise Reject(f"The app cannot keep a reply {response.visibility.label('en').lower()}.", field="response")

    def _insert(self, session: Session, complaint: Complaint, token: str) -> Record:
        plan, table = self._layout.create, self._table
        if plan is None:
            raise Reject("The settings do not let the hub file complaints here.", "Add 'create' if it should.")
        self._transactional(session)
        content: Content = {name: value for name, value in to_content(complaint).items() if name in plan.fields}
        content.setdefault(Field.STATUS, Status.RECEIVED.value)
        own = {name: value for name, value in content.items() if name in table.columns}
        row: dict[str, Any] = {**self._expanded(session, plan.constants, token), **table.where, **self._bound(session, own)}
        for name in filter(None, (table.created, table.modified)):
            row[name] = self._time(session, table.table, name, complaint.submitted_at if name == table.created else None)
        row |= self._pointer(session, content, token) | ({table.token: token} if table.token else {})
        key = self._add(session, table.table, table.key, row)
        record = self._read_back(session, str(values.storable(key)))
        if table.token and record.token != token:
            raise Stop(f"The column {table.token} is too short for the hub's mark.", "Make it a text column of 200 characters.")
        return record

    def _pointer(self, session: Session, content: Content, token: str) -> dict[str, Any]:
        """Return the column that points to the reporter, whose row is added where the settings say so."""
        people = self._layout.reporter
        mine = {name: value for name, value in content.items() if people and name in people.columns}
        if people is None or not people.create or not mine:
            return {}
        key = self._person(session, people, mine, token)
        return {people.column: self._db.key(session, self._table.table, people.column, key)}

    def _person(self, session: Session, people: Reporters, mine: Content, token: str) -> Any:
        row = self._expanded(session, people.constants, token)
        for name, value in mine.items():
            row[people.columns[name]] = self._in_words(name, value, self._db.column(session, people.table, people.columns[name]))
        if people.key in row:
            known = self._db.key(session, people.table, people.key, row[people.key])
            if session.ask(*statements.reporters(self._dialect, people, [known])):
                return known
        return self._add(session, people.table, people.key, row)

    def _expanded(self, session: Session, constants: Constants, token: str) -> dict[str, Any]:
        if not any(isinstance(value, str) and "{" in value for value in constants.values()):
            return dict(constants)
        now = values.moment(session.ask(f"SELECT {self._dialect.clock} AS now")[0]["now"], ZoneInfo("UTC")) or datetime.now(UTC)
        today, unique = now.astimezone(self._layout.zone).strftime("%Y%m%d"), hashlib.sha256(token.encode()).hexdigest()[:8]
        marks = {"{today}": today, "{unique}": unique}
        return {name: _filled(value, marks) for name, value in constants.items()}

    def _add(self, session: Session, table: str, key: str, row: Mapping[str, Any]) -> Any:
        """Insert a row and return its key. Raises Stop where the key is neither given nor made by the database."""
        bound = {name: self._typed(session, table, name, value) for name, value in row.items()}
        statement = statements.insert(self._dialect, table, key, bound)
        if self._dialect.returns_key:
            return session.ask(*statement)[0]["k"]
        made = session.run(*statement)
        if bound.get(key) is not None:
            return bound[key]
        if not made or not self._db.column(session, table, key).automatic:
            advice = f"Give {key} AUTO_INCREMENT, or a value under 'constants' such as 'SP4N-{{unique}}'."
            raise Stop(f"The database makes no key for the table {table}.", advice)
        return made

    def _typed(self, session: Session, table: str, name: str, value: Any) -> Any:
        """Bind yes and no as the column wants them; everything else is ready."""
        column = self._db.column(session, table, name)
        if isinstance(value, bool | int) and column.kind is Kind.BOOLEAN and self._dialect.stores_booleans:
            return bool(value)
        return int(value) if isinstance(value, bool) else value


def _only(edit: Edit) -> str | None:
    """Name the one thing an edit changes, for a refusal that does not say what it is about."""
    names = [*(name.value for name in edit.fields), *(["status"] if edit.status else []), *(["response"] if edit.response else [])]
    return names[0] if len(names) == 1 else None


def _stored(moment: datetime, column: Column, zone: ZoneInfo, natively: bool) -> Any:
    """Return a moment as one column keeps it: local time in whole seconds, a date, an instant or seconds since 1970."""
    local = moment.astimezone(zone).replace(microsecond=0)
    if column.kind is Kind.INTEGER:
        return int(moment.timestamp())
    if column.kind is Kind.INSTANT:
        return local
    if column.kind is Kind.DATE:
        return local.date() if natively else local.date().isoformat()
    return local.replace(tzinfo=None) if natively else local.strftime("%Y-%m-%d %H:%M:%S")


def _filled(value: Any, marks: Mapping[str, str]) -> Any:
    for mark, text in marks.items() if isinstance(value, str) else ():
        value = value.replace(mark, text)
    return value
