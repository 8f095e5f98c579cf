"""From a row of the app to a record of the hub, or to a rejected one that a person looks at. Pure.

A row that makes no sense is kept whole and set aside; it never stops the others.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.database import values
from connectors.database.dialect import Row
from connectors.database.layout import Layout, Replies
from connectors.database.values import Nonsense
from connectors.mapping import UnmappedWord
from contracts.complaint import Attachment, Response
from contracts.connector import LocalResponse, Record, RecordState, Rejected
from contracts.content import Content, Field, from_content, iso

_PLAIN: dict[Field, Callable[[object], Any]] = {
    Field.ANONYMOUS: values.flag,
    Field.CONFIDENTIAL: values.flag,
    Field.LATITUDE: values.number,
    Field.LONGITUDE: values.number,
    Field.REPORTER_PHONE: values.phone,
    Field.REPORTER_IDENTITY: values.identity_number,
}
_OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """One complaint as it was read: its row, its reporter's row, and its replies with the table each is from."""

    row: Row
    reporter: Row | None = None
    replies: tuple[tuple[Replies, Row], ...] = ()


class _Wrong(Exception):
    """What is wrong with a row, and in which field."""

    def __init__(self, problem: str, field: str | None) -> None:
        super().__init__(problem)
        self.problem, self.field = problem, field


def record(layout: Layout, found: Found) -> Record | Rejected:
    """Read one complaint with everything that belongs to it."""
    ref = str(values.storable(found.row[layout.complaints.key]))
    try:
        return _record(layout, found, ref)
    except _Wrong as wrong:
        return Rejected(ref, raw(found), wrong.problem, wrong.field)


def raw(found: Found) -> str:
    """Return the rows as JSON; they hold only configured columns."""
    shown: dict[str, Any] = {name: values.storable(value) for name, value in found.row.items()}
    for replies, row in found.replies:
        shown.setdefault(f"{replies.table} (replies)", []).append({name: values.storable(value) for name, value in row.items()})
    return json.dumps(shown, ensure_ascii=False)


def version(layout: Layout, found: Found) -> str:
    """Digest what the app holds of one complaint; any change of content or replies changes it."""
    ignored = layout.complaints.modified
    rows = [{name: value for name, value in found.row.items() if name != ignored}, found.reporter]
    rows += [{"": replies.table, **row} for replies, row in found.replies]
    return hashlib.sha256(json.dumps(rows, default=_exact, sort_keys=True).encode()).hexdigest()[:32]


def _exact(value: object) -> list[Any]:
    return [type(value).__name__, values.storable(value)]


def _record(layout: Layout, found: Found, ref: str) -> Record:
    table, row = layout.complaints, found.row
    content = {**_own(layout, row), **_reporter(layout, found)}
    created = _read("submitted_at", values.moment, row[table.created], layout.zone) if table.created else None
    if created and Field.SUBMITTED_AT not in table.columns:
        content[Field.SUBMITTED_AT] = iso(created)
    complaint = from_content({name: value for name, value in content.items() if value is not None})
    responses = _responses(layout, found)
    return Record(
        ref=ref,
        complaint=replace(complaint, attachments=_attachments(layout, row), responses=tuple(each.response for each in responses)),
        identity=tuple(_read("identity", values.text, row[name]) or "" for name in layout.identity),
        raw=_raw_words(layout, row),
        responses=responses,
        version=version(layout, found),
        created_at=created,
        updated_at=_lenient(row[table.modified], layout) if table.modified else None,
        token=(_read("token", values.text, row[table.token]) or None) if table.token else None,
        same_as=_elsewhere(layout, row),
        state=RecordState.DELETED if table.deleted and row[table.deleted] not in (None, "", 0) else RecordState.LIVE,
    )


def _read(name: str, reader: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return reader(*arguments)
    except (Nonsense, UnmappedWord) as problem:
        raise _Wrong(f"{str(problem)[:1].upper()}{str(problem)[1:]}.", name) from None


def _own(layout: Layout, row: Row) -> Content:
    return {name: _read(name.value, _value, layout, name, row[column]) for name, column in layout.complaints.columns.items()}


def _value(layout: Layout, name: Field, value: object) -> Any:
    """Read one field's value as the flat content has it; None where it is absent."""
    table = layout.complaints
    if name is Field.STATUS and table.status:
        status = table.status.get(values.text(value) or "")
        return status.value if status else None
    if name in table.words or name is Field.CATEGORY:
        word = (values.text(value) or "").strip()
        mapped = table.words[name].get(word) if word and name in table.words else word
        return str(mapped) or None
    if name is Field.SUBMITTED_AT:
        moment = values.moment(value, layout.zone)
        return iso(moment) if moment else None
    if name is Field.OCCURRED_ON:
        day = values.day(value)
        return day.isoformat() if day else None
    if name is Field.RATING:
        rating = values.number(value)
        return None if rating is None else int(rating)
    return _PLAIN[name](value) if name in _PLAIN else (values.text(value) or None)


def has_reporter(value: object) -> bool:
    """Tell whether a pointer to a reporter points anywhere; apps write 0 and empty text for nobody."""
    return value is not None and str(value).strip() not in ("", "0")


def _reporter(layout: Layout, found: Found) -> Content:
    people = layout.reporter
    if people is None:
        return {}
    if not has_reporter(found.row[people.column]):
        if people.optional:
            return {}
        raise _Wrong("The complaint has no reporter.", "reporter")
    if found.reporter is None:
        raise _Wrong("The reporter of this complaint does not exist.", "reporter")
    row = found.reporter
    return {name: _read(name.value, _value, layout, name, row[column]) for name, column in people.columns.items()}


def _responses(layout: Layout, found: Found) -> tuple[LocalResponse, ...]:
    read = [_response(layout, replies, row) for replies, row in found.replies]
    return tuple(sorted(read, key=lambda each: each.response.written_at or _OLDEST))


def _response(layout: Layout, replies: Replies, row: Row) -> LocalResponse:
    shown = replies.shown
    visibility = shown.default
    if shown.column and shown.words and (word := _read("response", values.text, row[shown.column])):
        visibility = _read("response", shown.words.get, word)
    response = Response(
        text=_read("response", values.text, row[replies.text]) or "",
        visibility=visibility,
        written_at=_lenient(row[replies.created], layout) if replies.created else None,
        author=_read("response", values.text, row[replies.author]) or None if replies.author else None,
    )
    return LocalResponse(reply_ref(replies, row[replies.key]), response)


def reply_ref(replies: Replies, key: object) -> str:
    """Return the ref of a reply: unique over all tables of replies."""
    return f"{replies.table}:{values.storable(key)}"


def _lenient(value: object, layout: Layout) -> datetime | None:
    """Read a time on which nothing hangs; an unreadable one is absent."""
    try:
        return values.moment(value, layout.zone)
    except Nonsense:
        return None


def _raw_words(layout: Layout, row: Row) -> Mapping[str, str]:
    """Keep the app's own word beside each mapped one; nothing of a reporter is kept here."""
    mapped = [Field.STATUS, *layout.complaints.words]
    named = {name: layout.complaints.columns.get(name) for name in mapped}
    return {name.value: str(values.storable(row[column])) for name, column in named.items() if column and row[column] is not None}


def _elsewhere(layout: Layout, row: Row) -> Mapping[str, str]:
    found = {name: (_read("same_as", values.text, row[column]) or "").strip() for name, column in layout.complaints.same_as.items()}
    return {name: ref for name, ref in found.items() if ref and ref != "0"}


def _attachments(layout: Layout, row: Row) -> tuple[Attachment, ...]:
    attached = layout.complaints.attachment
    name = (_read("attachments", values.text, row[attached.column]) or "").strip() if attached else ""
    if not attached or not name:
        return ()
    url = attached.url.rstrip("/") + "/" + quote(name) if attached.url else None
    return (Attachment(name, mimetypes.guess_type(name)[0], url=url),)


def split(read: Iterable[Record | Rejected]) -> tuple[tuple[Record, ...], tuple[Rejected, ...]]:
    """Part what makes sense from what does not."""
    each = list(read)
    return tuple(one for one in each if isinstance(one, Record)), tuple(one for one in each if isinstance(one, Rejected))
