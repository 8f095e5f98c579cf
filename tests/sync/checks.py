"""What must hold when all faults have stopped (I1 to I14), each as a function that says what is wrong and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select

from connectors.memory.records import to_record
from connectors.memory.store import Row
from contracts.connector import Capabilities, Record
from contracts.content import IDENTITY_FIELDS, Field
from contracts.vocabulary import Status, Visibility
from hub.store import tables
from hub.store.rollup import Cell, cell
from hub.store.rows import ComplaintRow, LinkRow
from hub.sync.complaints import case_of
from hub.sync.desk import Desk
from hub.sync.marks import local_content, veil
from hub.sync.plan import differences, notice
from hub.sync.policy import Policy
from hub.sync.project import express, payload, same, wanted
from hub.sync.receivers import receivers
from hub.words import LinkState, SentState
from tests.sync.people import on_record
from tests.sync.world import World

NOTICES = frozenset(notice(status).text for status in Status)
# What an erasure takes away (UU 27/2022), and what the hub says instead: said here once more, so that the engine does not judge itself.
REDACTED = IDENTITY_FIELDS | {Field.TITLE, Field.DESCRIPTION, Field.ADDRESS, Field.LATITUDE, Field.LONGITUDE}
ERASED = "[dihapus]"
_AT_REST = (LinkState.LINKED, LinkState.GONE, LinkState.ENDED)


def everything(desk: Desk, world: World) -> Iterator[tuple[str, ComplaintRow, LinkRow]]:
    """Every link with the name of its connection and its complaint."""
    names = {number: name for name, number in world.ids.items()}
    ids = [row.id for row in desk.unit.sql.execute(select(tables.complaints.c.id).order_by(tables.complaints.c.id))]
    desk.unit.open(ids)
    for key in ids:
        for number, link in desk.unit.links_of(key).items():
            yield names[number], desk.unit.complaint(key), link


def record_of(world: World, name: str, ref: str | None) -> Record | None:
    """What an app says of one record now, or None."""
    row = world.apps[name].store.live(ref or "")
    return None if row is None or row.problem else to_record(row, world.apps[name].behaviour)


def counts(world: World) -> None:
    """The rollup says what counting the complaints says."""
    with world.looking() as desk:
        ids = list(desk.unit.sql.scalars(select(tables.complaints.c.id)))
        desk.unit.open(ids)
        counted = Counter(cell(desk.unit.complaint(key)) for key in ids)
        kept = {Cell(*row[:4]): row.n for row in desk.unit.sql.execute(select(tables.rollup)) if row.n}
    assert kept == counted, "the rollup is not what the complaints say"


# -- I1


def i1_equal(world: World) -> None:
    """Every live link's projection equals its record, and no link is stuck."""
    with world.looking() as desk:
        for name, complaint, link in everything(desk, world):
            where = f"{name}:{link.ref} of {complaint.id}"
            _not_stuck(desk, complaint, link, where)
            if link.state is not LinkState.LINKED:
                continue
            record = record_of(world, name, link.ref)
            if record is None and world.apps[name].store.live(link.ref or "") is not None:
                continue  # nobody can read it
            assert record is not None, f"I1: {where} is linked, and there is no such record"
            _projected(desk, world, name, complaint, link, record, where)
            _answered(desk, world, name, complaint, link, record, where)
        waiting = [row.ref for row in desk.unit.sql.execute(select(tables.reads.c.ref))]
        flagged = {row.local_value for row in on_record(world, kind="duplicate")}
        aside = tables.quarantine.c
        quarantined = {row.ref for row in desk.unit.sql.execute(select(aside.ref).where(aside.resolved_at.is_(None)))}
    left = [ref for ref in waiting if ref not in flagged | quarantined]
    assert not left, f"I1: still to be read after everything settled: {left}"


def _not_stuck(desk: Desk, complaint: ComplaintRow, link: LinkRow, where: str) -> None:
    refused = "create" in link.parked or "create" in link.unsupported
    assert link.state in _AT_REST or (link.state is LinkState.PENDING and refused), f"I1: {where} is stuck as {link.state}, {link.error}"
    assert not link.sent, f"I1: {where} has edits of unknown fate: {link.sent}"
    assert link.due_at is None, f"I1: {where} is still due at {link.due_at}: {link.error}"
    if link.state is LinkState.LINKED:
        assert link.receiver, f"I1: {where} is linked and no receiver"
    states = [mark.state for mark in desk.unit.response_links_of(link)]
    assert SentState.UNKNOWN not in states, f"I1: {where} has responses of unknown fate"


def _projected(desk: Desk, world: World, name: str, complaint: ComplaintRow, link: LinkRow, record: Record, where: str) -> None:
    peer = desk.network.peers[link.connection_id]
    local = veil(local_content(record, peer.sheet.reads), world.keys)
    for field, (asked, *stored) in link.stored.items():
        if len(stored) == 1 and same(stored[0], local.get(Field(field))):
            local[Field(field)] = asked
    excused = {*complaint.held, *link.parked, *link.unsupported, *(REDACTED if complaint.erased else ())}
    want = wanted(complaint.veiled(), local, peer.sheet, peer.policy, origin=complaint.origin_id == peer.id)
    wrong = {field: (local.get(field), value) for field, value in differences(want, local).items() if field.value not in excused}
    assert not wrong, f"I1: {where} says (left) what it should not (right): {wrong}"
    known = {field: (link.base or {}).get(field) for field in local if field not in REDACTED or not complaint.erased}
    base = {field: (local[field], value) for field, value in known.items() if not same(local[field], value)}
    assert not base, f"I1: the base of {where} is not what the app says: {base}"


# -- responses


def _answered(desk: Desk, world: World, name: str, complaint: ComplaintRow, link: LinkRow, record: Record, where: str) -> None:
    sheet = desk.network.peers[link.connection_id].sheet
    if not sheet.responses.reads or not sheet.responses.writes:
        return
    marks = {mark.response_id: mark for mark in desk.unit.response_links_of(link)}
    proposed = {row.local_value for row in on_record(world, complaint_id=complaint.id, kind="proposal", field="response")}
    shown = {local.ref: local.response.text for local in record.responses}
    refs = Counter(mark.ref for mark in desk.unit.response_links_of(link) if mark.ref in shown)
    for response in desk.unit.responses_of(complaint.id):
        mark = marks.get(response.id)
        if response.removed or response.visibility != Visibility.PUBLIC or f"response:{response.id}" in link.parked:
            continue
        if mark is not None and mark.state is SentState.REMOVED:
            continue  # staff there took it away
        assert mark is not None and mark.ref in shown, f"I1: {where} lacks the response {response.text!r} ({mark and mark.state})"
        wanted_text = response.text[: sheet.responses.cut]
        if shown[mark.ref] in proposed or (complaint.erased and None in proposed):
            continue  # staff there edited what others had said; of an erased complaint the question keeps no words
        assert wanted_text.startswith(shown[mark.ref]), f"I1: {where} says {shown[mark.ref]!r} instead of the response {response.text!r}"
    unknown = [text for ref, text in shown.items() if ref not in refs]
    assert complaint.erased or not unknown, f"I2: {where} has replies that the hub did not take in: {unknown}"
    twice = [shown[str(ref)] for ref, count in refs.items() if count > 1]
    assert not twice, f"I3: {where}: several responses are taken for the one reply {twice}"
    if not complaint.erased:
        _counted(desk, world, complaint, record, where, sheet)


def _counted(desk: Desk, world: World, complaint: ComplaintRow, record: Record, where: str, sheet: Capabilities) -> None:
    past: Counter[str] = Counter()
    for row in world_ledger(desk, complaint.id):
        if row.kind in ("amended", "withdrawn") and row.old:
            past[row.old["text"][: sheet.responses.cut]] += 1
    for row in on_record(world, complaint_id=complaint.id, kind="proposal", field="response"):
        past[str(row.local_value)[: sheet.responses.cut]] += 1
    told = Counter(row.text[: sheet.responses.cut] for row in desk.unit.responses_of(complaint.id) if not row.removed)
    for text, count in Counter(local.response.text for local in record.responses if local.response.text not in NOTICES).items():
        most = told[text] + past[text]
        assert count <= most, f"I3: {where} has {text!r} {count} times, the complaint {told[text]} times (and {past[text]} in its past)"


def world_ledger(desk: Desk, complaint_id: str) -> list[Any]:
    """The ledger of one complaint, oldest first."""
    table = tables.ledger
    return list(desk.unit.sql.execute(select(table).where(table.c.complaint_id == complaint_id).order_by(table.c.seq)))


# -- receivers


def receivers_only(world: World) -> None:
    """Every receiver has a link, and nobody but a receiver has a live one."""
    with world.looking() as desk:
        of: dict[str, dict[int, LinkRow]] = {}
        rows: dict[str, ComplaintRow] = {}
        for _, complaint, link in everything(desk, world):
            of.setdefault(complaint.id, {})[link.connection_id], rows[complaint.id] = link, complaint
        for key, links in of.items():
            wanted_by = receivers(case_of(rows[key]), desk.network)
            live = {number for number, link in links.items() if link.state is not LinkState.ENDED}
            assert live == wanted_by, f"receivers: {key} has live links {sorted(live)}, its receivers are {sorted(wanted_by)}"


# -- I3, I7, I8, I14


def live_rows(world: World, name: str) -> list[Row]:
    """The rows of an app that can be read."""
    return [row for row in world.apps[name].store.rows.values() if not row.deleted and not row.problem]


def i3_once(world: World) -> None:
    """One complaint, at most one live record in each app; no orphan; what is there twice is flagged."""
    flagged = {(row.connection_id, row.local_value) for row in on_record(world, kind="duplicate")}
    with world.looking() as desk:
        held = {(link.connection_id, link.ref) for _, _, link in everything(desk, world) if link.ref}
        known = {c.id: c for _, c, _ in everything(desk, world)}.values()
        texts = Counter(complaint.content.get("description") for complaint in known if not complaint.erased)
    twice = [text for text, count in texts.items() if count > 1]
    assert not twice, f"I3: the hub has these more than once: {twice}"
    for name, number in world.ids.items():
        rows = [row for row in live_rows(world, name) if (number, row.ref) not in flagged]
        orphans = [(row.ref, row.fields[Field.DESCRIPTION]) for row in rows if (number, row.ref) not in held]
        assert not orphans, f"I3: nobody holds {orphans} in {name}"
        again = [text for text, count in Counter(row.fields[Field.DESCRIPTION] for row in rows).items() if count > 1 and text != ERASED]
        assert not again, f"I3: {name} has these more than once: {again}"


def i7_deletions(world: World, deleted: set[tuple[str, str]]) -> None:
    """A link is gone only where a user really deleted the record; ``deleted``: (connection, original text)."""
    with world.looking() as desk:
        for name, complaint, link in everything(desk, world):
            if link.state is LinkState.GONE and not complaint.erased:
                text = str(complaint.content.get("description"))
                assert (name, text) in deleted, f"I7: {name} counts {text!r} as deleted, and nobody deleted it"


def i8_taken_in(world: World, skip: Callable[[str], bool] = lambda name: False) -> None:
    """After incremental pulls alone: what every app says is what the engine knows that it says."""
    with world.looking() as desk:
        held = {(name, link.ref): (complaint, link) for name, complaint, link in everything(desk, world) if link.ref}
        flagged = {(row.connection_id, row.local_value) for row in on_record(world, kind="duplicate")}
        for name in world.apps:
            for row in live_rows(world, name):
                if skip(name) or (world.ids[name], row.ref) in flagged:
                    continue
                assert (name, row.ref) in held, f"I8: {name}:{row.ref} is behind the checkpoint and nobody took it in"
                complaint, link = held[name, row.ref]
                record = to_record(row, world.apps[name].behaviour)
                local = local_content(record, desk.network.peers[link.connection_id].sheet.reads)
                for field, (asked, *stored) in link.stored.items():
                    if len(stored) == 1 and same(stored[0], local.get(Field(field))):
                        local[Field(field)] = asked
                kept_out = REDACTED if complaint.erased else IDENTITY_FIELDS
                known = {f: (link.base or {}).get(f) for f in local if f not in kept_out}
                missed = {f: (local[f], known[f]) for f in known if not same(local[f], known[f])}
                assert not missed, f"I8: {name}:{row.ref} was changed and nobody took it in: {missed}"


def i14_creates(world: World) -> None:
    """No app was given more records than were meant for it, where it lets us find out what became of a create."""
    intents: Counter[str] = Counter()
    with world.looking() as desk:
        for name, complaint, link in everything(desk, world):
            if complaint.origin_id != link.connection_id:
                intents[name] += link.incarnation + 1
    for name, app in world.apps.items():
        assert app.creates <= intents[name], f"I14: {name} was given {app.creates} records, meant were {intents[name]}"


def nothing_parked(world: World) -> None:
    """No app refused an edit: for worlds whose apps refuse only what their sheets told us not to ask."""
    with world.looking() as desk:
        for name, _, link in everything(desk, world):
            refused = {field: why["error"] for field, why in link.parked.items() if "keeps changing" not in why["error"]}
            assert not refused, f"I1: {name}:{link.ref} was asked for what its sheet says it does not take: {refused}"


# -- I4


def i4_rest(world: World) -> None:
    """Three rounds after the one that moved nothing (`World.settle` ends with it) write nothing anywhere and change nothing."""
    before = world.state()
    for _ in range(3):
        world.round()
    after = world.state()
    assert after[0] == before[0], f"I4: writes after everything settled: {before[0]} became {after[0]}"
    assert after == before, f"I4: something still moves: {[(a, b) for a, b in zip(before, after, strict=True) if a != b]}"


# -- I13


def i13_lens(sheet: Capabilities, content: dict[Field, Any], record: dict[Field, Any], keep: Callable[[Field, Any], Any]) -> None:
    """The lens laws: what was put is what is shown, and putting what is shown changes nothing. ``keep``: what the app makes of a value."""
    policy = Policy()
    want = wanted(content, record, sheet, policy, origin=False)
    shown = {name: keep(name, value) for name, value in want.items()}
    assert not differences(want, shown), f"I13: putting and getting is not the projection: {differences(want, shown)}"
    assert not differences(wanted(content, shown, sheet, policy, origin=False), shown), "I13: putting twice is not putting once"
    for name, value in payload(content, sheet, policy, origin=False).items():
        assert same(keep(name, value), value), f"I13: filed {name} would be kept otherwise"
        assert same(express(name, value, sheet), value), f"I13: saying {name} twice changes it: {value!r}"


def all_of(world: World, deleted: set[tuple[str, str]] | None = None) -> None:
    """Everything that must hold of a settled world, whatever happened in it."""
    counts(world)
    i3_once(world)
    i1_equal(world)
    receivers_only(world)
    if deleted is not None:
        i7_deletions(world, deleted)
    if not world.restored:
        i14_creates(world)
    i4_rest(world)
