"""One transaction's worth of rows: loaded in bulk, changed as plain objects, written back in bulk and in id order.

Locks are always taken in the same order (connection, complaints by id, everything below a complaint), so that two
sessions cannot wait for each other.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

from contracts.errors import NotFound
from contracts.events import Kind
from hub.store import ledger, rollup, tables
from hub.store.behind import Behind
from hub.store.bulk import COPIED, updated
from hub.store.direct import Answers, Question, all_answers, answers, tell
from hub.store.rows import AttemptRow, ComplaintRow, ConnectionRow, LinkRow, ResponseLinkRow, ResponseRow
from hub.store.statements import (
    ATTEMPT,
    COMPLAINT_OF_LINK,
    COMPLAINTS,
    CONNECTION_BY_ID,
    CONNECTION_BY_NAME,
    CONNECTIONS,
    HELD_CONNECTION_BY_ID,
    HELD_CONNECTION_BY_NAME,
    LAST_ATTEMPT,
    LINKS,
    NAMES,
    NETWORK,
    RESPONSE_LINKS,
    RESPONSES,
    TABLES,
    VALUES,
)
from hub.store.telling import Telling
from hub.words import LinkState, Phase, Recovery, SentState

Row = TypeVar("Row")

_WORDS: dict[type, dict[str, Callable[[str], Any]]] = {
    ConnectionRow: {"phase": Phase, "recovery": Recovery},
    LinkRow: {"state": LinkState},
    ResponseLinkRow: {"state": SentState},
}
# What only one row may have at a time, and what a row is for as long as it has given that up.
_GIVEN_UP: dict[type, dict[str, Any]] = {
    LinkRow: {"ref": None, "state": LinkState.ENDED},
    ResponseLinkRow: {"ref": None, "response_id": None},
}
_ALONE: dict[type, tuple[str, ...]] = {LinkRow: ("ref",), ResponseLinkRow: ("ref", "response_id")}
_VERSION = NAMES[ComplaintRow].index("version")
_CHUNK = 400
# Of what is brought, so many complaints are sent together: first a few, so that the database has something to do, then twice as
# many each time, since every COPY has its price, up to so many; and after so many it is looked whether it wants more.
_FIRST, _PART, _PUSHED = 50, 250, 10
_id = itemgetter(0)


class Unit:
    """Rows of one transaction. ``now`` is the moment of the transaction, ``new_id`` gives UUIDv7 texts.

    ``due``: the connections, by id, whose links the transaction has made due by now.
    """

    def __init__(self, sql: Connection, now: datetime, new_id: Callable[[], str]) -> None:
        self._telling = Telling(sql)
        self.now = now
        self.new_id = new_id
        self._rows: dict[tuple[type, Any], Any] = {}
        self._clean: dict[type, dict[Any, tuple[Any, ...]]] = {kind: {} for kind in TABLES}
        self._new: dict[type, list[Any]] = {kind: [] for kind in TABLES}
        self._links_of: dict[str, dict[int, LinkRow]] = {}
        self._responses_of: dict[str, list[ResponseRow]] = {}
        self._response_links_of: dict[str, list[ResponseLinkRow]] = {}
        self._brought: dict[type, list[tuple[Any, ...]]] = defaultdict(list)
        self._brought_ids: set[str] = set()
        self._since, self._part = 0, _FIRST
        self._plain: dict[str, tuple[Table, list[dict[str, Any]]]] = {}
        self._counts: Counter[rollup.Cell] = Counter()
        self._secret, self._salts = secrets.token_bytes(32), 0
        self._network: str | None = None
        self._to_ask: Sequence[Question] = ()
        self._foreseen: list[tuple[Question, Answers]] = []
        self.due: set[int] = set()

    @property
    def sql(self) -> Connection:
        """The transaction's connection, once the database has everything that was sent ahead."""
        return self._telling.sql

    @property
    def beside(self) -> Connection:
        """The transaction's connection for what nothing can change that waits outside of `flush`: deletions, rows without a class."""
        return self._telling.beside

    # -- loading

    def _load(self, kind: type[Row], statement: Any, **given_to: Any) -> list[Row]:
        return self._taken(kind, answers(self.beside, statement, given_to))

    def _taken(self, kind: type[Row], rows: Iterable[Sequence[Any]]) -> list[Row]:
        words, clean = _WORDS.get(kind, {}), self._clean[kind]
        found: list[Row] = []
        for values in rows:
            key = (kind, values[0])
            row = self._rows.get(key)
            if row is None:
                row = self._rows[key] = kind(*values)
                for name, word in words.items():
                    setattr(row, name, word(getattr(row, name)))
                clean[values[0]] = tuple(values)
            found.append(row)
        return found

    def connection(self, name: str | int, *, lock: bool = False) -> ConnectionRow:
        """Load one connection by name or id; raises NotFound. ``lock`` holds it until the transaction ends."""
        by_id = isinstance(name, int)
        free, held = (CONNECTION_BY_ID, HELD_CONNECTION_BY_ID) if by_id else (CONNECTION_BY_NAME, HELD_CONNECTION_BY_NAME)
        rows, network, *others = all_answers(self.beside, (held if lock else free, {"key": name}), (NETWORK, {}), *self._to_ask)
        self._foreseen, self._to_ask = list(zip(self._to_ask, others, strict=True)), ()
        found, self._network = self._taken(ConnectionRow, rows), str(network)
        if not found:
            raise NotFound(f"there is no connection {name!r}.", "`simpul connections list` shows the names.")
        return found[0]

    def foresee(self, *asked: Question) -> None:
        """Ask this together with the next connection that is loaded: when it is asked for (`ask`), the answers are there."""
        self._to_ask = asked

    def ask(self, *asked: Question) -> list[Answers]:
        """Return the answers to these questions, which are such that `beside` is enough for them."""
        foreseen = [answers for question in asked for known, answers in self._foreseen if known == question]
        return foreseen if len(foreseen) == len(asked) else all_answers(self.beside, *asked)

    def network(self) -> str:
        """Return the mark of how the connections and agencies stand, as it was when a connection was last loaded here."""
        if self._network is None:
            self._network = str(list(answers(self.beside, NETWORK, {})))
        return self._network

    def network_changed(self) -> None:
        """Forget the mark, which this transaction has just written anew."""
        self._network = None

    def connections(self) -> list[ConnectionRow]:
        """Load every connection, by id."""
        return self._load(ConnectionRow, CONNECTIONS)

    def open(self, complaint_ids: Iterable[str]) -> None:
        """Lock these complaints in id order and load them with all their links, responses and response links."""
        wanted = sorted({key for key in complaint_ids if key not in self._links_of})
        for start in range(0, len(wanted), _CHUNK):
            self._open(wanted[start : start + _CHUNK])

    def _opened(self, complaint_id: str) -> None:
        if complaint_id not in self._links_of:
            self._open([complaint_id])

    def _open(self, ids: Sequence[str]) -> None:
        if not self._brought_ids.isdisjoint(ids):
            self.flush()
        given = {"ids": list(ids)}
        # The complaints first: they are locked, and what belongs to them is read as it is then.
        asked = [(statement, given) for statement in (COMPLAINTS, LINKS, RESPONSES, RESPONSE_LINKS)]
        complaints, links, responses, marks = all_answers(self.beside, *asked)
        self._taken(ComplaintRow, complaints)
        for key in ids:
            self._links_of[key], self._responses_of[key] = {}, []
        for row in sorted(self._taken(LinkRow, links), key=lambda row: (row.complaint_id, row.connection_id)):
            self._links_of[row.complaint_id][row.connection_id] = row
            self._response_links_of[row.id] = []
        for response in sorted(self._taken(ResponseRow, responses), key=lambda row: row.position):
            self._responses_of[response.complaint_id].append(response)
        for mark in sorted(self._taken(ResponseLinkRow, marks), key=lambda row: row.id):
            self._response_links_of[mark.link_id].append(mark)

    def complaint(self, complaint_id: str) -> ComplaintRow:
        """Return one complaint, opened; raises NotFound."""
        self._opened(complaint_id)
        row = self._rows.get((ComplaintRow, complaint_id))
        if row is None:
            raise NotFound(f"there is no complaint {complaint_id!r}.", "`simpul complaints list` shows the ids.")
        return row  # type: ignore[no-any-return]

    def knows(self, complaint_id: str) -> bool:
        """Tell whether the complaint exists."""
        self._opened(complaint_id)
        return (ComplaintRow, complaint_id) in self._rows

    def links_of(self, complaint_id: str) -> dict[int, LinkRow]:
        """Return the links of an opened complaint by connection id."""
        self._opened(complaint_id)
        return self._links_of[complaint_id]

    def responses_of(self, complaint_id: str) -> list[ResponseRow]:
        """Return the responses of an opened complaint in order."""
        self._opened(complaint_id)
        return self._responses_of[complaint_id]

    def response_links_of(self, link: LinkRow) -> list[ResponseLinkRow]:
        """Return the response links of a link in the order they were made."""
        self._opened(link.complaint_id)
        return self._response_links_of[link.id]

    def link(self, link_id: str, attempt_id: str | None = None) -> LinkRow:
        """Return one link, with its complaint opened, and have one of its attempts at hand; raises NotFound."""
        row = self._rows.get((LinkRow, link_id))
        if row is None:
            if self._brought_ids:
                self.flush()
            attempt = [(ATTEMPT, {"key": attempt_id})] if attempt_id is not None else []
            complaints, *attempts = self.ask((COMPLAINT_OF_LINK, {"key": link_id}), *attempt)
            for rows in attempts:
                self._taken(AttemptRow, rows)
            found = [row[0] for row in complaints]
            if not found:
                raise NotFound(f"there is no delivery {link_id!r}.", "`simpul deliveries list` shows the ids.")
            self.open(found)
            row = self._rows[LinkRow, link_id]
        return row  # type: ignore[no-any-return]

    def attempt(self, attempt_id: str) -> AttemptRow | None:
        """Return one attempt."""
        row: AttemptRow | None = self._rows.get((AttemptRow, attempt_id))
        if row is None:
            found = self._load(AttemptRow, ATTEMPT, key=attempt_id)
            row = found[0] if found else None
        return row

    def last_attempt(self, link: LinkRow, kind: str) -> AttemptRow | None:
        """Load the newest attempt of a link of one kind (``create`` or ``apply``)."""
        for row in reversed(self._new[AttemptRow]):
            if row.link_id == link.id and row.kind == kind:
                return row  # type: ignore[no-any-return]
        found = self._load(AttemptRow, LAST_ATTEMPT, key=link.id, of_kind=kind)
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

    def bring(self, complaint: tuple[Any, ...], link: tuple[Any, ...]) -> None:
        """Take a new complaint and its one link, which is not due, as values in the order of `NAMES`: few are looked at again."""
        self._brought[ComplaintRow].append(complaint)
        self._brought[LinkRow].append(link)
        self._brought_ids.add(complaint[0])
        behind = self._telling.behind
        if behind is not None:
            self._since += 1
            if self._since >= self._part:
                self._send_ahead(behind)
            elif not self._since % _PUSHED:
                behind.push()

    def _send_ahead(self, behind: Behind) -> None:
        """Let the database have what was brought so far while the rest is decided."""
        for kind, brought in self._brought.items():
            if kind is ComplaintRow:
                self._counts.update(map(rollup.cell_of, brought))
            behind.add(TABLES[kind], *self._telling.kept(TABLES[kind], NAMES[kind], brought))
        self._brought.clear()
        self._enter_plain()
        self._since, self._part = 0, min(2 * self._part, _PART)

    def put(self, table: Table, **values: Any) -> None:
        """Queue a plain insert into one of the tables that have no row class."""
        self._plain.setdefault(table.name, (table, []))[1].append(values)

    def drop(self, table: Table, **values: str | int) -> None:
        """Queue the deletion of one row, if it is there; `sql` waits for it."""
        self._telling.drop(table, values)

    def log(self, complaint: ComplaintRow, kind: Kind, rule: str, **what: Any) -> None:
        """Write a ledger entry where the change is made, chained by hash to the complaint's last one."""
        complaint.head = self.enter(complaint.id, complaint.head, str(kind), rule, what)

    def enter(self, complaint_id: str, head: str | None, kind: str, rule: str, what: dict[str, Any]) -> str:
        """Write the ledger entry that follows ``head`` and return its hash, which is the complaint's head then."""
        entry = ledger.sealed(complaint_id, kind, rule, self.now, what, previous=head, salt=self._salt())
        self._plain.setdefault(tables.ledger.name, (tables.ledger, []))[1].append(entry)
        return str(entry["hash"])

    def _salt(self) -> str:
        # Drawn from one secret of this transaction, which nobody keeps: asking the system for each entry is slow.
        self._salts += 1
        return hashlib.sha256(self._secret + self._salts.to_bytes(8, "big")).hexdigest()[:32]

    def flush(self) -> None:
        """Write everything that is new or changed, in an order that foreign keys and other sessions can live with."""
        self._write()
        self._telling.say()

    def _write(self) -> None:
        self._foreseen.clear()
        if self._telling.behind is not None and self._since >= COPIED:
            # Before anything else that may be waited for: the longest is what the database does with these.
            self._send_ahead(self._telling.behind)
        for kind, table in TABLES.items():
            if kind in _ALONE:
                self._give_up(kind)
            fresh, brought = self._new[kind], self._brought.pop(kind, [])
            if fresh or brought:
                if kind is ComplaintRow:
                    for row in fresh:
                        row.place()
                    self._counts.update(map(rollup.cell_of, brought))
                values = [VALUES[kind](row) for row in fresh]
                self._telling.insert(table, *self._telling.kept(table, NAMES[kind], [*values, *brought]))
                self._new[kind] = []
                self._update(kind)
                for row, clean in zip(fresh, values, strict=True):
                    self._note(row, None)
                    self._clean[kind][row.id] = clean
            else:
                self._update(kind)
        self._enter_plain()
        self._brought_ids.clear()
        self._since = 0

    def _enter_plain(self) -> None:
        for table, waiting in self._plain.values():
            self._telling.insert(table, tuple(waiting[0]), [tuple(values.values()) for values in waiting])
        self._plain.clear()

    def _give_up(self, kind: type) -> None:
        """Let go of what moves from one row to another, or rows that change places would collide on the way."""
        gone, left = [], _GIVEN_UP[kind]
        alone = [(name, NAMES[kind].index(name)) for name in _ALONE[kind]]
        for key, clean in self._clean[kind].items():
            row = self._rows[kind, key]
            if any(clean[place] is not None and getattr(row, name) != clean[place] for name, place in alone):
                gone.append((row.id, *left.values()))
                self._clean[kind][key] = tuple([left.get(name, value) for name, value in zip(NAMES[kind], clean, strict=True)])
        if gone:
            tell(self.sql, *updated(self._telling.dialect, TABLES[kind], ("id", *left), sorted(gone, key=_id)))

    def _update(self, kind: type) -> None:
        changed: dict[tuple[int, ...], list[tuple[Any, ...]]] = {}
        for key, clean in self._clean[kind].items():
            row = self._rows[kind, key]
            if (values := VALUES[kind](row)) != clean:
                if isinstance(row, ComplaintRow):
                    row.place()
                    values = VALUES[kind](row)
                self._note(row, clean)
                self._clean[kind][key] = values
                places = tuple([0, *(place for place, was in enumerate(clean) if values[place] != was)])
                changed.setdefault(places, []).append(values)
        for places, whole in changed.items():
            names, rows = NAMES[kind], whole
            if kind is ComplaintRow and _VERSION in places:
                names, rows = self._telling.kept(TABLES[kind], names, whole)
                places = (*places, *range(len(NAMES[kind]), len(names)))
            parts = [tuple([row[place] for place in places]) for row in sorted(rows, key=_id)]
            self._telling.change(updated(self._telling.dialect, TABLES[kind], tuple([names[place] for place in places]), parts))

    def _note(self, row: Any, clean: tuple[Any, ...] | None) -> None:
        """Keep what else a row that is about to be written changes: the counts, and which connections have something to do."""
        if isinstance(row, ComplaintRow):
            self._counts[rollup.cell(row)] += 1
            if clean is not None:
                self._counts[rollup.cell(ComplaintRow(*clean))] -= 1
        elif isinstance(row, LinkRow) and row.due_at is not None and row.due_at <= self.now:
            self.due.add(row.connection_id)

    def finish(self) -> None:
        """Write what is left, and the counts last: many transactions change the same few of those."""
        self._write()
        for told in rollup.added(self._telling.dialect, self._counts):
            self._telling.change(told)
        self._telling.say()
        self._counts.clear()

    def close(self) -> None:
        """Leave the connection to whoever ends the transaction; nothing more is sent."""
        self._telling.close()
