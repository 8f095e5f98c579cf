"""One transaction's worth of rows: loaded in bulk, changed as plain objects, written back in bulk and in id order.

Locks are always taken in the same order (connection, complaints by id, everything below a complaint), so that two
sessions cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from contracts.errors import NotFound
from contracts.events import Kind
from hub.store import ledger, tables
from hub.store.rows import AttemptRow, ComplaintRow, ConnectionRow, LinkRow, ResponseLinkRow, ResponseRow
from hub.words import LinkState, Phase, Recovery, SentState

Row = TypeVar("Row")

_TABLES: dict[type, Table] = {
    ConnectionRow: tables.connections,
    ComplaintRow: tables.complaints,
    LinkRow: tables.links,
    ResponseRow: tables.responses,
    ResponseLinkRow: tables.response_links,
    AttemptRow: tables.attempts,
}
_WORDS: dict[type, dict[str, Callable[[str], Any]]] = {
    ConnectionRow: {"phase": Phase, "recovery": Recovery},
    LinkRow: {"state": LinkState},
    ResponseLinkRow: {"state": SentState},
}
_NAMES: dict[type, tuple[str, ...]] = {kind: tuple(column.name for column in fields(kind)) for kind in _TABLES}
_UPDATES = {
    kind: update(table)
    .where(table.c.id == bindparam("b_id"))
    .values({name: bindparam("b_" + name) for name in _NAMES[kind] if name != "id"})
    for kind, table in _TABLES.items()
}
_WITH_REF = (LinkRow, ResponseLinkRow)
_CHUNK = 400


class Unit:
    """Rows of one transaction. ``now`` is the moment of the transaction, ``new_id`` gives UUIDv7 texts."""

    def __init__(self, sql: Connection, now: datetime, new_id: Callable[[], str]) -> None:
        self.sql = sql
        self.now = now
        self.new_id = new_id
        self._rows: dict[tuple[type, Any], Any] = {}
        self._clean: dict[tuple[type, Any], tuple[Any, ...]] = {}
        self._new: dict[type, list[Any]] = {kind: [] for kind in _TABLES}
        self._links_of: dict[str, dict[int, LinkRow]] = {}
        self._responses_of: dict[str, list[ResponseRow]] = {}
        self._response_links_of: dict[str, list[ResponseLinkRow]] = {}
        self._plain: dict[str, tuple[Table, list[dict[str, Any]]]] = {}

    # -- loading

    def _load(self, kind: type[Row], statement: Any) -> list[Row]:
        table, names, words = _TABLES[kind], _NAMES[kind], _WORDS.get(kind, {})
        found: list[Row] = []
        for values in self.sql.execute(statement.with_only_columns(*(table.c[name] for name in names))):
            key = (kind, values[names.index("id")])
            row = self._rows.get(key)
            if row is None:
                given = dict(zip(names, values, strict=True))
                for name, word in words.items():
                    given[name] = word(given[name])
                row = self._rows[key] = kind(**given)
                self._clean[key] = tuple(getattr(row, name) for name in names)
            found.append(row)
        return found

    def connection(self, name: str | int, *, lock: bool = False) -> ConnectionRow:
        """Load one connection by name or id; raises NotFound. ``lock`` holds it until the transaction ends."""
        column = tables.connections.c.id if isinstance(name, int) else tables.connections.c.name
        statement = select(tables.connections).where(column == name)
        found = self._load(ConnectionRow, statement.with_for_update(key_share=True) if lock else statement)
        if not found:
            raise NotFound(f"there is no connection {name!r}.", "`simpul connections list` shows the names.")
        return found[0]

    def connections(self) -> list[ConnectionRow]:
        """Load every connection, by id."""
        return self._load(ConnectionRow, select(tables.connections).order_by(tables.connections.c.id))

    def open(self, complaint_ids: Iterable[str]) -> None:
        """Lock these complaints in id order and load them with all their links, responses and response links."""
        wanted = sorted({key for key in complaint_ids if key not in self._links_of})
        for start in range(0, len(wanted), _CHUNK):
            self._open(wanted[start : start + _CHUNK])

    def _open(self, ids: Sequence[str]) -> None:
        complaint, link = tables.complaints.c, tables.links.c
        wanted = select(tables.complaints).where(complaint.id.in_(ids)).order_by(complaint.id)
        self._load(ComplaintRow, wanted.with_for_update(key_share=True))
        for key in ids:
            self._links_of[key], self._responses_of[key] = {}, []
        found = self._load(LinkRow, select(tables.links).where(link.complaint_id.in_(ids)).order_by(link.complaint_id, link.connection_id))
        for row in found:
            self._links_of[row.complaint_id][row.connection_id] = row
            self._response_links_of[row.id] = []
        answers = select(tables.responses).where(tables.responses.c.complaint_id.in_(ids)).order_by(tables.responses.c.position)
        for response in self._load(ResponseRow, answers):
            self._responses_of[response.complaint_id].append(response)
        marks = tables.response_links
        of = select(link.id).where(link.complaint_id.in_(ids))
        for mark in self._load(ResponseLinkRow, select(marks).where(marks.c.link_id.in_(of)).order_by(marks.c.id)):
            self._response_links_of[mark.link_id].append(mark)

    def complaint(self, complaint_id: str) -> ComplaintRow:
        """Return one complaint, opened; raises NotFound."""
        self.open([complaint_id])
        row = self._rows.get((ComplaintRow, complaint_id))
        if row is None:
            raise NotFound(f"there is no complaint {complaint_id!r}.", "`simpul complaints list` shows the ids.")
        return row  # type: ignore[no-any-return]

    def knows(self, complaint_id: str) -> bool:
        """Tell whether the complaint exists."""
        self.open([complaint_id])
        return (ComplaintRow, complaint_id) in self._rows

    def links_of(self, complaint_id: str) -> dict[int, LinkRow]:
        """Return the links of an opened complaint by connection id."""
        self.open([complaint_id])
        return self._links_of[complaint_id]

    def responses_of(self, complaint_id: str) -> list[ResponseRow]:
        """Return the responses of an opened complaint in order."""
        self.open([complaint_id])
        return self._responses_of[complaint_id]

    def response_links_of(self, link: LinkRow) -> list[ResponseLinkRow]:
        """Return the response links of a link in the order they were made."""
        self.open([link.complaint_id])
        return self._response_links_of[link.id]

    def link(self, link_id: str) -> LinkRow:
        """Return one link, with its complaint opened; raises NotFound."""
        row = self._rows.get((LinkRow, link_id))
        if row is None:
            table = tables.links
            found = self.sql.execute(select(table.c.complaint_id).where(table.c.id == link_id)).first()
            if found is None:
                raise NotFound(f"there is no delivery {link_id!r}.", "`simpul deliveries list` shows the ids.")
            self.open([found.complaint_id])
            row = self._rows[LinkRow, link_id]
        return row  # type: ignore[no-any-return]

    def attempt(self, attempt_id: str) -> AttemptRow | None:
        """Load one attempt."""
        found = self._load(AttemptRow, select(tables.attempts).where(tables.attempts.c.id == attempt_id))
        return found[0] if found else None

    def last_attempt(self, link: LinkRow, kind: str) -> AttemptRow | None:
        """Load the newest attempt of a link of one kind (``create`` or ``apply``)."""
        for row in reversed(self._new[AttemptRow]):
            if row.link_id == link.id and row.kind == kind:
                return row  # type: ignore[no-any-return]
        attempt = tables.attempts.c
        newest = select(tables.attempts).where(attempt.link_id == link.id, attempt.kind == kind)
        found = self._load(AttemptRow, newest.order_by(attempt.started_at.desc(), attempt.id.desc()).limit(1))
        return found[0] if found else None

    # -- changing

    def add(self, row: Any) -> None:
        """Take a new row; it is written when the unit is flushed."""
        self._rows[type(row), row.id] = row
        self._new[type(row)].append(row)
        if isinstance(row, ComplaintRow):
            self._links_of[row.id], self._responses_of[row.id] = {}, []
        elif isinstance(row, LinkRow):
            self._links_of[row.complaint_id][row.connection_id] = row
            self._response_links_of[row.id] = []
        elif isinstance(row, ResponseRow):
            self._responses_of[row.complaint_id].append(row)
        elif isinstance(row, ResponseLinkRow):
            self._response_links_of[row.link_id].append(row)

    def put(self, table: Table, **values: Any) -> None:
        """Queue a plain insert into one of the tables that have no row class."""
        self._plain.setdefault(table.name, (table, []))[1].append(values)

    def log(self, complaint: ComplaintRow, kind: Kind, rule: str, **what: Any) -> None:
        """Write a ledger entry where the change is made, chained by hash to the complaint's last one."""
        entry = ledger.sealed(
            {"complaint_id": complaint.id, "kind": kind.value, "rule": rule, "learned_at": self.now, **what}, complaint.head
        )
        complaint.head = entry["hash"]
        self.put(tables.ledger, **entry)

    def flush(self) -> None:
        """Write everything that is new or changed, in an order that foreign keys and other sessions can live with."""
        for kind, table in _TABLES.items():
            if kind in _WITH_REF:
                # A ref that moves from one row to another is given up before it is taken.
                self._update(kind, released=True)
            fresh = self._new[kind]
            if fresh:
                names = _NAMES[kind]
                self.sql.execute(insert(table), [{name: getattr(row, name) for name in names} for row in fresh])
                for row in fresh:
                    self._clean[kind, row.id] = tuple(getattr(row, name) for name in names)
                self._new[kind] = []
            self._update(kind)
        for table, waiting in self._plain.values():
            if waiting:
                self.sql.execute(insert(table), waiting)
        self._plain.clear()

    def _update(self, kind: type, *, released: bool = False) -> None:
        names, changed = _NAMES[kind], []
        for key, clean in self._clean.items():
            if key[0] is not kind:
                continue
            row = self._rows[key]
            if released and row.ref is not None:
                continue
            values = tuple(getattr(row, name) for name in names)
            if values != clean:
                self._clean[key] = values
                changed.append(row)
        if changed:
            changed.sort(key=lambda row: row.id)
            self.sql.execute(_UPDATES[kind], [{"b_" + name: getattr(row, name) for name in names} for row in changed])
