"""Where one transaction of the engine works: the unit of work, the connection it is for, and the rest of the network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam, select

from contracts.content import Field, iso
from contracts.vocabulary import Visibility
from hub.keys import KeyRing
from hub.store import tables
from hub.store.among import among
from hub.store.direct import Answers, Question, answers
from hub.store.held import HELD
from hub.store.rows import ComplaintRow, ConnectionRow, LinkRow, ResponseRow
from hub.store.unit import Unit
from hub.sync.network import Network, Peer
from hub.sync.pace import Pace
from hub.sync.project import final, overshared, redacted, wanted
from hub.sync.rights import Standing, standing
from hub.words import ConflictKind, ConflictState, LinkState, Outcome, SentState

_link = tables.links.c
_HOLDERS = select(_link.complaint_id).where(_link.connection_id == bindparam("here"), _link.ref == bindparam("key"))
_ERASED = "erased"  # in the place of a fingerprint
LIVE_STATES = frozenset({LinkState.PENDING, LinkState.CREATING, LinkState.AMBIGUOUS, LinkState.LINKED})


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was asked once for a whole page: known aliases, erased texts, and whether anything waits to be recognised or was put aside.

    ``linked``: whether a link of the connection held a record before. ``waiting``: the refs of records that were not understood
    and wait for that.
    """

    refs: frozenset[str]
    aliases: dict[tuple[str, str], str]
    erased: frozenset[str]
    doubtful: bool
    pairs: bool
    aside: bool
    linked: bool
    waiting: frozenset[str]


class Held(NamedTuple):
    """A ref that a link holds: the link's complaint, and what was last seen of the record."""

    ref: str
    complaint_id: str
    seen: str | None


@dataclass(slots=True)
class Desk:
    """One transaction for one connection (``here``); ``None`` where a person works without one."""

    unit: Unit
    network: Network
    keys: KeyRing
    here: ConnectionRow | None = None
    pushes: bool = True
    # Calls that this session was given and has not reported yet.
    handed: int = 0
    ahead: Ahead | None = None
    # Whether another connection has still to be read after the hub was restored; None while that was not asked.
    others_forget: bool | None = None
    gone_left: int | None = None
    fresh_texts: dict[str, list[str]] = field(default_factory=dict)
    # Aliases of this transaction: ref and fingerprint of what was given up, to its complaint.
    given_up: dict[tuple[str, str], str] = field(default_factory=dict)
    # Links of complaints that this transaction has just taken in and not spread yet; whether the hub says just what the record says.
    imported: dict[str, bool] = field(default_factory=dict)
    _refs: dict[str, str] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _said_at: str | None = None

    @property
    def now(self) -> datetime:
        """The moment of the transaction, aware UTC."""
        return self.unit.now

    @property
    def row(self) -> ConnectionRow:
        """The connection's row."""
        assert self.here is not None
        return self.here

    @property
    def peer(self) -> Peer:
        """The connection as the rules see it."""
        return self.network.peers[self.row.id]

    @property
    def pace(self) -> Pace | None:
        """How often the app may be asked; None where it takes as much as there is, or a person tries out what would be done."""
        rate = self.peer.policy.rate
        return Pace(rate) if rate is not None and self.pushes else None

    def spend(self, calls: int) -> None:
        """Note that the app was asked so many times."""
        if calls and (pace := self.pace):
            self.row.calls_from = pace.spent(self.row.calls_from, self.now, calls)

    @property
    def may_follow(self) -> bool:
        """Whether a call may follow at once upon the one that was just reported."""
        pace = self.pace
        return pace is None or pace.follows(self.row.calls_from, self.now, self.handed)

    @property
    def said_at(self) -> str:
        """The moment of the transaction as it is written into content."""
        if self._said_at is None:
            self._said_at = iso(self.now)
        return self._said_at

    def tick(self) -> int:
        """Move the connection's sequence on; what is stamped with less was read before this."""
        self.row.tick += 1
        return self.row.tick

    # -- the standing of a connection to a complaint

    def standing(self, complaint: ComplaintRow, peer: Peer) -> Standing:
        """Return what ``peer`` is to this complaint."""
        return standing(peer, self.network, origin=complaint.origin_id, holder=complaint.holder, verified=complaint.verified)

    def want(self, complaint: ComplaintRow, link: LinkRow) -> dict[Field, Any]:
        """Return what the link's record should say."""
        want = self._projection(complaint, link)
        return redacted(want, link.agreed(), self.network.peers[link.connection_id].sheet) if complaint.erased else want

    def _projection(self, complaint: ComplaintRow, link: LinkRow) -> dict[Field, Any]:
        peer = self.network.peers[link.connection_id]
        origin = complaint.origin_id == peer.id
        content, base = complaint.veiled(), link.agreed()
        if not link.receiver:
            return final(content, base, peer.sheet, peer.policy, origin=origin)
        over = overshared(content, base, peer.sheet, peer.policy, origin=origin)
        return wanted(content, base, peer.sheet, peer.policy, origin=origin, given=self._given(link, over))

    def _given(self, link: LinkRow, names: frozenset[Field]) -> frozenset[Field]:
        """Of these fields, those that still say what the hub wrote there: what an app knew by itself is not taken from it."""
        if not names:
            return names
        attempt, base = tables.attempts.c, link.agreed()
        told = select(attempt.payload).where(attempt.link_id == link.id, attempt.outcome == Outcome.ACKNOWLEDGED.value)
        payloads = [row.payload for row in self.unit.sql.execute(told)]
        return frozenset(name for name in names if any(payload.get(name.value) == base[name] for payload in payloads))

    def unsaid(self, complaint: ComplaintRow, link: LinkRow) -> list[ResponseRow]:
        """Return the responses this link's app should have and has not, in order."""
        peer = self.network.peers[link.connection_id]
        if not link.receiver or not peer.sheet.responses.writes:
            return []
        marks = {mark.response_id: mark.state for mark in self.unit.response_links_of(link)}
        return [
            response
            for response in self.unit.responses_of(complaint.id)
            if not response.removed
            and marks.get(response.id, SentState.LOST) is SentState.LOST
            and Visibility(response.visibility) in peer.sheet.responses.writes
            and (response.visibility == Visibility.PUBLIC or peer.policy.internal)
        ]

    # -- due work

    def mark(self, link: LinkRow, *, at: datetime | None = None) -> None:
        """Make a link due; one that is backing off keeps its time."""
        if link.due_at is None:
            link.due_at = at or self.now

    def read_again(self, ref: str, why: str, *, after: float = 0.0) -> None:
        """Ask for a direct read of one record of this connection, or for a listing where none can be had; ``after`` in seconds."""
        if not self.peer.sheet.can_fetch:
            self.row.listing_due_at = min(self.row.listing_due_at or self.now, self.now)
            return
        self.read_done(ref)
        table = tables.reads
        due = self.now + timedelta(seconds=after)
        self.unit.sql.execute(table.insert().values(connection_id=self.row.id, ref=ref, why=why, due_at=due))

    def read_done(self, ref: str) -> None:
        """Forget that a read of this ref was asked for."""
        self.unit.drop(tables.reads, connection_id=self.row.id, ref=ref)

    # -- what people see

    def record(
        self,
        kind: ConflictKind,
        complaint: ComplaintRow | None,
        rule: str,
        *,
        waits: bool,
        name: Field | str | None = None,
        hub: Any = None,
        local: Any = None,
        kept: str | None = None,
        note: str | None = None,
    ) -> None:
        """Put something on record: both values, who won and by which rule; ``waits`` for what a person must decide.

        What waits already in the same words is not put there twice.
        """
        values = {
            "complaint_id": complaint.id if complaint else None,
            "connection_id": self.here.id if self.here else None,
            "kind": kind.value,
            "field": str(name) if name else None,
        }
        if waits and self._waits_already(values, local):
            return
        state = ConflictState.OPEN if waits else ConflictState.RECORDED
        self.unit.sql.execute(
            tables.conflicts.insert().values(
                **values, state=state.value, hub_value=hub, local_value=local, kept=kept, rule=rule, note=note, created_at=self.now
            )
        )

    def _waits_already(self, values: dict[str, Any], local: Any) -> bool:
        table = tables.conflicts
        same = [table.c[name] == value if value is not None else table.c[name].is_(None) for name, value in values.items()]
        found = self.unit.sql.execute(select(table.c.local_value).where(*same, table.c.state == ConflictState.OPEN.value))
        return any(row.local_value == local for row in found)

    # -- finding links

    def link_by_ref(self, ref: str) -> LinkRow | None:
        """Return this connection's link that holds a local ref."""
        for complaint_id in self._complaints_of(ref):
            link = self.unit.links_of(complaint_id).get(self.row.id)
            if link is not None and link.ref == ref:
                return link
        return None

    def _complaints_of(self, ref: str) -> list[str]:
        if ref in self._refs:
            return [self._refs[ref]]
        if ref in self._asked:
            return []
        return [row[0] for row in answers(self.unit.sql, *holders(self.row.id, ref))]

    def look_up(self, ref: str, *also: Question) -> list[Answers]:
        """Ask once which complaint's link holds a ref, and return the answers to what else is asked on the way."""
        [held, *others] = self.unit.ask(holders(self.row.id, ref), *also)
        self._asked.add(ref)
        self._refs.update((ref, complaint_id) for (complaint_id,) in held)
        return others

    def holds(self, ref: str) -> bool:
        """Tell whether a link is known to hold a ref that `held_refs` asked for, or that was taken since."""
        return ref in self._refs or ref not in self._asked

    def now_holds(self, ref: str, complaint_id: str) -> None:
        """Note that a complaint's link, which is only being written, holds a ref."""
        self._refs[ref] = complaint_id

    def hold_ref(self, link: LinkRow, ref: str | None) -> None:
        """Let a link hold a ref, or give up the one it holds, which stays known as its alias."""
        if link.ref is not None and link.ref != ref:
            self._refs.pop(link.ref, None)
            self._remember(link.ref, link.fingerprint, link.complaint_id)
        link.ref = ref
        if ref is not None:
            self._refs[ref] = link.complaint_id

    def _remember(self, ref: str, mark: str | None, complaint_id: str) -> None:
        # While a link holds a record it is known by the link; the alias re-links it should it ever come back. Append-only.
        alias = tables.aliases
        if mark is None and self.unit.complaint(complaint_id).erased:
            # By what it said nobody may know it again; that it was this complaint's, the quarantine must know.
            mark = _ERASED
        if mark is None or (ref, mark) in self.given_up:
            return
        self.given_up[ref, mark] = complaint_id
        key = (alias.c.connection_id == self.row.id) & (alias.c.ref == ref) & (alias.c.fingerprint == mark)
        if self.unit.sql.execute(select(alias.c.ref).where(key)).first() is None:
            self.unit.put(alias, connection_id=self.row.id, ref=ref, fingerprint=mark, complaint_id=complaint_id)

    def held_refs(self, refs: Iterable[str]) -> dict[str, Held]:
        """Ask once which of these refs this connection's links hold."""
        self._asked.update(refs)
        [found] = self.unit.ask(holding(self.row.id, refs))
        held = {row[0]: Held(*row) for row in found}
        self._refs.update({ref: row.complaint_id for ref, row in held.items()})
        return held


def holders(connection_id: int, ref: str) -> Question:
    """Ask which complaint's link of this connection holds a ref."""
    return _HOLDERS, {"here": connection_id, "key": ref}


def holding(connection_id: int, refs: Iterable[str]) -> Question:
    """Ask which of these refs the links of this connection hold, and what was last seen of their records."""
    return HELD, {"here": connection_id, "ids": sorted({*refs})}


def in_parts(desk: Desk, statement: Select[Any], column: ColumnElement[Any], values: Iterable[Any]) -> list[Row[Any]]:
    """Ask for the rows whose column is one of many texts."""
    return list(desk.unit.sql.execute(statement.where(among(column)), {"ids": sorted(values)}))
