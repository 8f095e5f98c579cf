"""What every app should say and hold, worked out from the app's own words and columns; nothing here asks the engine how it projects."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from connectors.memory.behaviour import Behaviour
from connectors.memory.journal import HUB, USER
from connectors.memory.store import Row
from contracts.content import Field
from contracts.lifecycle import rank
from contracts.vocabulary import Status
from hub.store.rows import ComplaintRow, LinkRow
from hub.words import LinkState
from tests.sync.checks import everything, world_ledger
from tests.sync.people import on_record
from tests.sync.world import World

_TOLD = (Field.TITLE, Field.CATEGORY, Field.REASON, Field.HOLDER)
# Rules by which a complaint's status may become an earlier one without a person: its app's map reopens, or memory was lost.
_MEMORY_LOST = ("hub_restored", "joined", "recreated_from_token")


def i1_by_its_own_words(world: World) -> None:
    """Every linked record says what the complaint says, as far as the app has a word and a column for it; nothing else excuses."""
    with world.looking() as desk:
        for name, complaint, link in everything(desk, world):
            row = world.apps[name].store.live(link.ref or "")
            if link.state is LinkState.LINKED and row is not None and row.problem is None:
                _says(world.apps[name].behaviour, complaint, link, row, f"{name}:{row.ref} of {complaint.id}")


def _says(behaviour: Behaviour, complaint: ComplaintRow, link: LinkRow, row: Row, where: str) -> None:
    excused = {*complaint.held, *link.parked}
    for field in _TOLD:
        value: Any = complaint.content.get(field.value)
        if field not in behaviour.writable or field in excused or (value is None and field is not Field.REASON):
            continue
        wanted, shown = behaviour.fit(field, value), row.fields.get(field)
        assert (wanted or None) == (shown or None), f"I1: {where} says {field} {shown!r}, the complaint {wanted!r}"
    if Field.STATUS in behaviour.writable and Field.STATUS not in excused:
        _says_status(behaviour, Status(complaint.status), row, where)


def _says_status(behaviour: Behaviour, status: Status, row: Row, where: str) -> None:
    word = behaviour.said.get(status)
    now = behaviour.words.get(row.status)
    if word is None or now is None:
        return
    wanted = behaviour.words[word]
    if now is not wanted and (behaviour.transitions is None or _leads(behaviour.transitions, now, wanted)):
        raise AssertionError(f"I1: {where} says {row.status!r}, its word for {status} is {word!r}")


def _leads(steps: Mapping[Status, frozenset[Status]], now: Status, wanted: Status) -> bool:
    seen, ahead = {now}, deque([now])
    while ahead:
        for following in steps.get(ahead.popleft(), frozenset()) - seen:
            seen.add(following)
            ahead.append(following)
    return wanted in seen


# -- I5 of the status


def i5_status(world: World) -> None:
    """No status is lost between two entries of the ledger, and none steps back but by a person, a reopening, or lost memory."""
    names = {number: name for name, number in world.ids.items()}
    with world.looking() as desk:
        for complaint in {row.id: row for _, row, _ in everything(desk, world)}.values():
            entries = world_ledger(desk, complaint.id)
            now = _filed(entries)
            for entry in entries:
                if entry.kind != "status":
                    continue
                assert entry.old == now, f"I5: {complaint.id} went from {now} to {entry.old} with no entry in the ledger"
                now = entry.new
                if rank(Status(entry.new)) >= rank(Status(entry.old)) or entry.connection_id is None or entry.rule in _MEMORY_LOST:
                    continue
                reopens = world.apps[names[entry.connection_id]].behaviour.reopens
                step = f"from {entry.old} to {entry.new} by {entry.rule}"
                assert Status(entry.new) in reopens, f"I5: {complaint.id} silently stepped back {step}"
            assert now == complaint.status, f"I5: {complaint.id} is {complaint.status}, its ledger says {now}"


def _filed(entries: list[Any]) -> str:
    return next((str(entry.new["status"]) for entry in entries if entry.kind == "filed"), "received")


def i5_chosen(world: World) -> None:
    """What staff chose last in a record stands, was taken in, or is on record."""
    said = [(row.complaint_id, row.connection_id, side) for row in on_record(world) for side in (row.hub_value, row.local_value)]
    with world.looking() as desk:
        for name, complaint, link in everything(desk, world):
            app, behaviour = world.apps[name], world.apps[name].behaviour
            word = _last_chosen(world, name, link.ref)
            if word is None or word not in behaviour.words or name in world.doubted or app.store.live(str(link.ref)) is None:
                continue
            status = behaviour.words[word].value
            stands = behaviour.said.get(Status(complaint.status))
            entries = world_ledger(desk, complaint.id)
            taken = {_filed(entries)} | {entry.new for entry in entries if entry.kind == "status"}
            on_it = (complaint.id, link.connection_id, status) in said
            assert status in taken or on_it or stands == word, (
                f"I5: {word!r} was chosen in {name}:{link.ref}, the complaint is {complaint.status}, and nothing tells of it"
            )


def _last_chosen(world: World, name: str, ref: str | None) -> str | None:
    """The word that staff chose last in a record, unless the hub overwrote it unseen (a limit of apps without conditional writes)."""
    app = world.apps[name]
    chosen = [entry for entry in app.journal.entries if entry.ref == ref and entry.what == "status" and entry.who == USER and entry.old]
    if not chosen or any(entry.ref == ref and entry.what == "status" for entry in app.journal.unseen):
        return None
    return str(chosen[-1].new)


# -- I14


def i14_exactly(world: World) -> None:
    """Each app was given exactly the records that should exist there: none twice, none left out."""
    with world.looking() as desk:
        links = {(name, str(complaint.id)): (complaint, link) for name, complaint, link in everything(desk, world)}
    made = {name: _made(world, name) for name in world.apps}
    flagged = {(row.complaint_id, row.connection_id) for row in on_record(world, kind="duplicate")}
    for (name, key), (complaint, link) in links.items():
        text = str(complaint.content.get("description"))
        count = made[name].pop(text, 0)
        theirs, away = _theirs(world, name, text)
        if complaint.erased or not _can_be_looked_into(world.apps[name].behaviour):
            continue
        assert count <= link.incarnation + 1, f"I14: {name} was given {key} {count} times, meant were {link.incarnation + 1}"
        if link.state is LinkState.LINKED and link.incarnation == 0:
            # A citizen filed it there too, and nobody could know: the listing hid that record, or it was away. A person is asked.
            hidden = (away or name in world.skipped) and (complaint.id, link.connection_id) in flagged
            # Or its own record made no sense before it was ever read; it stands in the quarantine, where a person sees it.
            hidden = hidden or (name, text) in world.spoiled
            assert count == (0 if theirs else 1) or (hidden and count == 1), f"I14: {name} was given {key} {count} times"


def _can_be_looked_into(behaviour: Behaviour) -> bool:
    # Where nobody can look, a person says what became of a filing, who sees no record that was deleted since.
    return behaviour.carries_token or behaviour.can_find or behaviour.can_list or behaviour.idempotent_create


def _theirs(world: World, name: str, text: str) -> tuple[bool, bool]:
    """Tell whether a citizen's own record with this text lives in an app, and whether one of those was deleted once."""
    app = world.apps[name]
    filed = {entry.ref for entry in app.journal.entries if entry.who == USER and entry.what == "description" and entry.new == text}
    gone = {entry.ref for entry in app.journal.entries if entry.what == "record" and entry.new == "deleted"}
    return any(app.store.live(ref) is not None for ref in filed), bool(filed & gone)


def _made(world: World, name: str) -> Counter[str]:
    told = [entry for entry in world.apps[name].journal.entries if entry.who == HUB and entry.what == "description" and not entry.old]
    return Counter(str(entry.new) for entry in told)
