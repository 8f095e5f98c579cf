"""Which complaint a record is that no link of its connection holds: tombstone, alias, token, pair, our own create, or new.

The order matters: what we know for certain comes before what merely looks alike, and where two answers are possible
nothing is imported until a direct read or a person has decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, exists, select

from contracts.connector import Record
from contracts.content import Field
from hub import tokens
from hub.store import tables
from hub.store.among import among
from hub.store.direct import Question
from hub.store.rows import LinkRow
from hub.sync.desk import Ahead, Desk, in_parts
from hub.sync.intake import adopt, import_new, recreate
from hub.sync.marks import Told, same_text, text_key, whole_text_key
from hub.sync.paired import said_to_be
from hub.words import ConflictKind, ConflictState, LinkState, Recovery

# Of the words of the shorter text, so much must stand in the other for a typed number to be believed at once.
_SHARED = 0.34
_link, _pair, _aside, _alias = tables.links.c, tables.pairs.c, tables.quarantine.c, tables.aliases.c
_here: BindParameter[int] = bindparam("here")
_WAITS: Any = select(
    exists().where(tables.tombstones.c.mark.is_not(None)).label("buried"),
    exists().where(_link.connection_id == _here, tables.IN_DOUBT).label("doubtful"),
    exists().where((_pair.other_id == _here) | (_pair.connection_id == _here)).label("pairs"),
    exists().where(_aside.connection_id == _here, _aside.recovering).label("aside"),
    exists().where(_alias.connection_id == _here).label("aliases"),
    exists().where(_link.connection_id == _here, _link.ref.is_not(None)).label("linked"),
)
_ALIASES: Select[Any] = select(_alias.ref, _alias.fingerprint, _alias.complaint_id).where(_alias.connection_id == _here, among(_alias.ref))
_WAITING: Select[Any] = select(_aside.ref).where(_aside.connection_id == _here, _aside.resolved_at.is_(None))
_FREE = frozenset({LinkState.PENDING, LinkState.CREATING, LinkState.AMBIGUOUS, LinkState.GONE, LinkState.ENDED})


def identify(desk: Desk, record: Record, says: Told, *, doubted: bool) -> LinkRow | None:
    """Link the record to a complaint and return the link, or None if it must wait, is flagged, or was erased.

    ``doubted``: the ref that another link of the same complaint holds has just been read, and it is still there.
    """
    mark = says.fingerprint
    if plainly_new(desk, record, mark):
        return import_new(desk, record, says)
    for find in (_by_alias, _by_token, _by_pair):
        complaint_id = find(desk, record, mark)
        if complaint_id is not None and not (find is _by_pair and record.same_as and _mistyped(desk, record, complaint_id)):
            return _settle(desk, record, says, complaint_id, doubted=doubted)
    mine = _own_create(desk, record)
    if mine is None and _erased(desk, record):
        return None
    if mine is not None:
        if mine.state is LinkState.CREATING or (desk.peer.sheet.idempotent_create and mine.receiver):
            desk.read_again(record.ref, "waiting", after=desk.peer.sheet.settle)
            return None
        return adopt(desk, mine, record, says)
    told = desk.row.recovery is Recovery.HUB or _aside_then(desk, record)
    if told or _older(desk, record):
        complaint_id = _by_text(desk, record)
        # What shows itself late, beside a record that was made since, is put to a person.
        if complaint_id is not None and not (told and doubted and _holds_another(desk, record, complaint_id)):
            return _settle(desk, record, says, complaint_id, doubted=doubted)
    token = tokens.read(record.token, desk.keys) if record.token else None
    if token is not None and not desk.unit.knows(token):
        return recreate(desk, token, record, says)
    return import_new(desk, record, says)


def look_ahead(desk: Desk, records: Sequence[Record]) -> Ahead:
    """Ask once for a whole page what would otherwise be asked for each of its records."""
    refs = frozenset([record.ref for record in records])
    [(buried, doubtful, pairs, aside, some, linked)], waiting = desk.unit.ask(*looked_for_ahead(desk.row.id))
    [aliases] = desk.unit.ask((_ALIASES, {"here": desk.row.id, "ids": sorted(refs)})) if some else [[]]
    desk.ahead = ahead = Ahead(
        refs=refs,
        aliases={(ref, mark): complaint_id for ref, mark, complaint_id in aliases},
        erased=_buried(desk, records) if buried else frozenset(),
        doubtful=doubtful,
        pairs=pairs,
        aside=aside,
        linked=linked,
        waiting=frozenset([ref for (ref,) in waiting]),
    )
    return ahead


def looked_for_ahead(connection_id: int) -> tuple[Question, ...]:
    """Return what `look_ahead` asks, whatever the records are."""
    here = {"here": connection_id}
    return (_WAITS, here), (_WAITING, here)


def _buried(desk: Desk, records: Sequence[Record]) -> frozenset[str]:
    mark = tables.tombstones.c.mark
    marks = set()
    for record in records:
        # What cannot be digested cannot be kept either, which is told when its turn comes.
        with suppress(ValueError):
            marks.add(whole_text_key(record.complaint.description, desk.keys))
    return frozenset(row.mark for row in in_parts(desk, select(mark), mark, {each for each in marks if each}))


def plainly_new(desk: Desk, record: Record, mark: str | None) -> bool:
    """Tell whether nothing that `identify` looks at is there: the usual case of a first load."""
    ahead = _ahead(desk, record)
    if ahead is None or ahead.doubtful or ahead.pairs or ahead.erased or ahead.aside or record.token or record.same_as:
        return False
    known = mark is not None and ((record.ref, mark) in ahead.aliases or (record.ref, mark) in desk.given_up)
    return not known and desk.row.recovery is not Recovery.HUB and not _older(desk, record)


def _ahead(desk: Desk, record: Record) -> Ahead | None:
    return desk.ahead if desk.ahead is not None and record.ref in desk.ahead.refs else None


def _erased(desk: Desk, record: Record) -> bool:
    ahead = _ahead(desk, record)
    if ahead is not None and not ahead.erased:
        return False
    mark = whole_text_key(record.complaint.description, desk.keys)
    if mark is None or (ahead is not None and mark not in ahead.erased):
        return False
    table = tables.tombstones.c
    if desk.unit.sql.execute(select(table.mark).where(table.mark == mark)).first() is None:
        return False
    desk.record(ConflictKind.DUPLICATE, None, "erased_before", waits=True, local=record.ref, note="not taken in: its text was erased")
    return True


def _by_alias(desk: Desk, record: Record, mark: str | None) -> str | None:
    if mark is None:
        return None
    ahead, just = _ahead(desk, record), desk.given_up.get((record.ref, mark))
    if ahead is not None or just is not None:
        known = just or (ahead.aliases.get((record.ref, mark)) if ahead else None)
        return known if known is not None and desk.unit.knows(known) else None
    alias = tables.aliases.c
    found = select(alias.complaint_id).where(alias.connection_id == desk.row.id, alias.ref == record.ref, alias.fingerprint == mark)
    row = desk.unit.sql.execute(found).first()
    return row.complaint_id if row and desk.unit.knows(row.complaint_id) else None


def _by_token(desk: Desk, record: Record, mark: str | None) -> str | None:
    token = tokens.read(record.token, desk.keys) if record.token else None
    return token if token is not None and desk.unit.knows(token) else None


def _by_pair(desk: Desk, record: Record, mark: str | None) -> str | None:
    ahead = _ahead(desk, record)
    if not record.same_as and ahead is not None and not ahead.pairs:
        return None
    return said_to_be(desk, record)


def _own_create(desk: Desk, record: Record) -> LinkRow | None:
    """Return the create in doubt that this record is: the oldest of those with this very text.

    Only an app that cannot carry our token leaves us to recognise our own creates by their text. Two of them with the
    same words are the same to everybody who looks at that app, so they are given the records in order.
    """
    ahead = _ahead(desk, record)
    if desk.peer.sheet.carries_token or (ahead is not None and not ahead.doubtful):
        return None
    link = tables.links.c
    doubtful = select(link.complaint_id).where(link.connection_id == desk.row.id, tables.IN_DOUBT).order_by(link.id)
    ids = [row.complaint_id for row in desk.unit.sql.execute(doubtful)]
    desk.unit.open(ids)
    for mine in (desk.unit.links_of(key)[desk.row.id] for key in ids):
        if mine.state in (LinkState.CREATING, LinkState.AMBIGUOUS) and _asked_for(desk, mine, record):
            return mine
    return None


def _asked_for(desk: Desk, mine: LinkRow, record: Record) -> bool:
    complaint, attempt = desk.unit.complaint(mine.complaint_id), desk.unit.last_attempt(mine, "create")
    if complaint.erased and complaint.text_key is not None:
        # While a filing is in doubt an erased complaint keeps the key of its text, so that the record is found and redacted.
        return complaint.text_key == text_key(record.complaint.description, desk.keys)
    asked = attempt.payload.get(Field.DESCRIPTION) if attempt else None
    return same_text(asked, record.complaint.description, desk.peer.sheet.cuts.get(Field.DESCRIPTION))


def _mistyped(desk: Desk, record: Record, complaint_id: str) -> bool:
    """A number that staff typed names a complaint with quite other words: a person looks before two become one."""
    ours, theirs = desk.unit.complaint(complaint_id).content.get(Field.DESCRIPTION.value), record.complaint.description
    if desk.unit.complaint(complaint_id).erased or not isinstance(ours, str) or not isinstance(theirs, str):
        return False
    words, others = set(ours.casefold().split()), set(theirs.casefold().split())
    if not words or not others or len(words & others) >= _SHARED * min(len(words), len(others)):
        return False
    complaint = desk.unit.complaint(complaint_id)
    desk.record(ConflictKind.DUPLICATE, complaint, "typed_number", waits=True, name=Field.DESCRIPTION, hub=ours[:80], local=record.ref)
    return True


def _by_text(desk: Desk, record: Record) -> str | None:
    """After the hub forgot things: the one complaint with this text that this connection does not hold yet."""
    mark = text_key(record.complaint.description, desk.keys)
    if mark is None:
        return None
    complaint = tables.complaints.c
    query = select(complaint.id).where(complaint.text_key == mark).order_by(complaint.id)
    ids: list[str] = [row.id for row in desk.unit.sql.execute(query)]
    ids += [key for key in desk.fresh_texts.get(mark, []) if key not in ids]
    desk.unit.open(ids)
    cut = desk.peer.sheet.cuts.get(Field.DESCRIPTION)
    for key in ids:
        link, ours = desk.unit.links_of(key).get(desk.row.id), desk.unit.complaint(key).content.get(Field.DESCRIPTION.value)
        if not same_text(ours, record.complaint.description, cut):
            continue
        if link is None or link.ref is None or link.ref != record.ref:
            return key
    return None


def _aside_then(desk: Desk, record: Record) -> bool:
    """Tell whether this record was not understood when a restored hub was told what it had known."""
    ahead = _ahead(desk, record)
    if ahead is not None and not ahead.aside:
        return False
    mine = select(_aside.id).where(_aside.connection_id == desk.row.id, _aside.ref == record.ref, _aside.recovering)
    return desk.unit.sql.execute(mine).first() is not None


def _older(desk: Desk, record: Record) -> bool:
    """Tell whether the record is of a time that a hub put back from a copy may have forgotten, whenever it shows itself."""
    at, since = desk.network.restored_at, record.created_at or record.complaint.submitted_at
    return at is not None and since is not None and since <= at


def _flagged(desk: Desk, complaint_id: str, ref: str) -> bool:
    table = tables.conflicts.c
    waiting = select(table.local_value).where(
        table.complaint_id == complaint_id,
        table.connection_id == desk.row.id,
        table.kind == ConflictKind.DUPLICATE.value,
        table.state == ConflictState.OPEN.value,
    )
    return any(row.local_value == ref for row in desk.unit.sql.execute(waiting))


def _holds_another(desk: Desk, record: Record, complaint_id: str) -> bool:
    link = desk.unit.links_of(complaint_id).get(desk.row.id)
    return link is not None and link.ref is not None and link.ref != record.ref


def _settle(desk: Desk, record: Record, says: Told, complaint_id: str, *, doubted: bool) -> LinkRow | None:
    """Give the record to the complaint's link, unless that link still holds another live record."""
    complaint = desk.unit.complaint(complaint_id)
    link = desk.unit.links_of(complaint_id).get(desk.row.id)
    if link is None or link.ref is None and link.state in _FREE:
        return adopt(desk, link, record, says, complaint)
    if link.ref == record.ref:
        return link
    if _flagged(desk, complaint_id, record.ref):
        return None
    if not doubted and desk.peer.sheet.can_fetch:
        # Does the remembered ref still hold this complaint? Read it first, then this one again.
        desk.read_again(str(link.ref), "confirm")
        desk.read_again(record.ref, "doubt")
        return None
    desk.record(
        ConflictKind.DUPLICATE, complaint, "same_complaint_twice", waits=True, name=Field.DESCRIPTION, hub=link.ref, local=record.ref
    )
    return None
