"""Complaints for programs: lists that can be gone through to the end while they change, and one in the wire form.

People leaf in another order, by other things: `hub.operations.leafing`. Reads only; no writing transaction, so that whoever
reads holds up nobody who writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, Select, Text, false, func, literal, literal_column, select, text, tuple_

from contracts.complaint import Attachment, Complaint, Response
from contracts.content import IDENTITY_FIELDS, Field, from_content
from contracts.vocabulary import Status, Visibility
from hub.build import Hub
from hub.operations.finding import complaint_id, connection_id, names, tracking_begins
from hub.store import tables, wording


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which complaints, and from where on. ``after``: the moment of change and the id of the last one that was given.

    ``tracking``: how a tracking id begins; ``words``: all of them are in the title or the description.
    """

    status: str | None = None
    province: str | None = None
    origin: str | None = None
    holder: str | None = None
    tracking: str | None = None
    words: str | None = None
    updated_since: datetime | None = None
    newest_first: bool = False
    after: tuple[datetime, str] | None = None
    most: int = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint in a list."""

    id: str
    tracking_id: str
    title: str | None
    status: str
    classification: str | None
    province: str | None
    holder: str | None
    origin: str | None
    confidential: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    """One complaint with what the hub knows around it. ``complaint`` has no reporter: who filed it is sealed."""

    id: str
    tracking_id: str
    version: int
    origin: str | None
    verified: bool
    historic: bool
    erased: bool
    held: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    complaint: Complaint
    records: list[dict[str, Any]]


def browse(hub: Hub, wishes: Wishes) -> list[Line]:
    """Return complaints in the order in which they last changed; raises NotFound for an origin that is no connection."""
    table = tables.complaints.c
    with hub.store.reading() as sql:
        known = names(sql)
        query = select(*_SHOWN)
        if wishes.words is not None:
            said, wishes = _speaking_of(sql, wishes, wishes.words)
            query = query.where(*said)
        query = _narrowed(query, wishes, known)
        order = [table.updated_at.desc(), table.id.desc()] if wishes.newest_first else [table.updated_at, table.id]
        return [_line(row, known) for row in sql.execute(query.order_by(*order).limit(wishes.most))]


# As if on spinning disks, it would rather go through thousands of texts than fetch what the index of words names.
_NEAR = text("SET LOCAL random_page_cost = 1.1")
# So many of a million are fetched by the index of words and sorted in little more time than the list takes to be gone through
# until a page is full; and where a word or a status belongs to one time, the list takes long.
_FEW = 12_000
_BY_WORDS = text("SET LOCAL enable_indexscan = off")
# Others who help would go through much more of the list than is needed.
_ALONE = text("SET LOCAL max_parallel_workers_per_gather = 0")
# As the index has it.
_SPOKEN = "string_to_array(complaints.said, ' ')"
_table = tables.complaints.c
_STATUSES = frozenset(status.value for status in Status)
_SHOWN = (
    _table.id,
    _table.tracking_id,
    _table.status,
    _table.holder,
    _table.origin_id,
    _table.created_at,
    _table.updated_at,
    *(_table.content[name.value].label(name.value) for name in (Field.TITLE, Field.CLASSIFICATION, Field.PLACE_CODE, Field.CONFIDENTIAL)),
)


def _narrowed(query: Select[Any], wishes: Wishes, known: Mapping[int, str]) -> Select[Any]:
    table = tables.complaints.c
    for column, value in ((table.status, wishes.status), (table.holder, wishes.holder)):
        query = query if value is None else query.where(column == value)
    if wishes.origin is not None:
        query = query.where(table.origin_id == connection_id(known, wishes.origin))
    if wishes.province is not None:
        query = query.where(table.province == wishes.province)
    if wishes.tracking is not None:
        query = query.where(tracking_begins(wishes.tracking))
    if wishes.updated_since is not None:
        query = query.where(table.updated_at >= wishes.updated_since)
    return query if wishes.after is None else query.where(_beyond(*wishes.after, newest_first=wishes.newest_first))


def _speaking_of(sql: Connection, wishes: Wishes, words: str) -> tuple[list[ColumnElement[bool]], Wishes]:
    """Return the conditions of complaints that speak of something, and what is wished for beside them."""
    wanted = set(wording.plain(words).split())
    if not wanted:
        return [false()], wishes
    if sql.dialect.name != "postgresql":
        # No words are kept there: a database that is one file on one machine is small enough to be read.
        title, description = (_table.content[name.value].as_string() for name in (Field.TITLE, Field.DESCRIPTION))
        said = func.coalesce(title, "") + " " + func.coalesce(description, "")
        return [said.icontains(word, autoescape=True) for word in sorted(wanted)], wishes
    beside = wishes.status in _STATUSES
    if wishes.status is not None and beside:
        # Two lists of the index are gone through together, where else every complaint with the word had to be looked at.
        wanted.add(wording.status_word(wishes.status))
    spoken: ColumnElement[Any] = literal_column(_SPOKEN)
    asked = spoken.op("@>", is_comparison=True)(literal(sorted(wanted), ARRAY(Text())))
    sql.execute(_NEAR)
    if _expected(sql, asked) < _FEW:
        sql.execute(_BY_WORDS)
        # The status is among the words: asked for by an index of its own as well, it would be too much to be remembered exactly.
        return [asked], replace(wishes, status=None) if beside else wishes
    sql.execute(_ALONE)
    return [asked], wishes


def _expected(sql: Connection, asked: ColumnElement[bool]) -> int:
    """Return how many complaints PostgreSQL expects to find; it counts words when it looks at a table."""
    query = select(literal_column("1")).select_from(tables.complaints).where(asked).compile(dialect=sql.dialect)
    [[[explained]]] = sql.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {query}", query.params).all()
    return int(explained["Plan"]["Plan Rows"])


def _beyond(moment: datetime, last: str, *, newest_first: bool) -> ColumnElement[bool]:
    place, here = tuple_(_table.updated_at, _table.id), tuple_(moment, last)
    return place < here if newest_first else place > here


def _line(row: Any, known: Mapping[int, str]) -> Line:
    return Line(
        id=row.id,
        tracking_id=row.tracking_id,
        title=row.title,
        status=row.status,
        classification=row.classification,
        province=str(row.place_code or "")[:2] or None,
        holder=row.holder,
        origin=known.get(row.origin_id),
        confidential=bool(row.confidential),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def whole(hub: Hub, given: str) -> Whole:
    """Return one complaint by tracking id, id or the beginning of one; raises NotFound or Refused."""
    with hub.store.reading() as sql:
        key = complaint_id(sql, given)
        row = sql.execute(select(tables.complaints).where(tables.complaints.c.id == key)).one()
        known = names(sql)
        return Whole(
            id=row.id,
            tracking_id=row.tracking_id,
            version=row.version,
            origin=known.get(row.origin_id),
            verified=row.verified,
            historic=row.historic,
            erased=row.erased,
            held=row.held,
            created_at=row.created_at,
            updated_at=row.updated_at,
            complaint=_complaint(row, _responses(sql, key)),
            records=_records(sql, key, known),
        )


def _complaint(row: Any, responses: tuple[Response, ...]) -> Complaint:
    """Build the wire value from what may be shown: the store keeps no identity there, and none would pass."""
    fields = {Field(name): value for name, value in row.content.items()}
    shown = from_content({name: value for name, value in fields.items() if name not in IDENTITY_FIELDS})
    return replace(shown, responses=responses)


def _responses(sql: Connection, key: str) -> tuple[Response, ...]:
    table = tables.responses.c
    query = select(tables.responses).where(table.complaint_id == key, table.removed.is_(False)).order_by(table.position)
    return tuple(
        Response(row.text, Visibility(row.visibility), row.written_at, row.author, tuple(Attachment(**each) for each in row.attachments))
        for row in sql.execute(query)
    )


def _records(sql: Connection, key: str, known: Mapping[int, str]) -> list[dict[str, Any]]:
    table = tables.links.c
    query = select(table.connection_id, table.state, table.ref, table.due_at).where(table.complaint_id == key).order_by(table.connection_id)
    return [
        {"connection": known[row.connection_id], "state": row.state, "ref": row.ref, "due_at": row.due_at} for row in sql.execute(query)
    ]
