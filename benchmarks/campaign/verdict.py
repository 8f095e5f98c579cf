"""What became of everything: what was done beside what is in each app's own store, in the hub, and on the lists that people see."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, not_, select

from benchmarks.campaign import sight
from benchmarks.campaign.apps import App, Books
from benchmarks.campaign.deeds import Deeds, Filing
from benchmarks.campaign.sight import Seen
from benchmarks.campaign.world import NATIONAL, SUBSCRIBER, World
from contracts.lifecycle import HELD
from hub.operations.conflicts import conflicts
from hub.operations.deliveries import DeliveryState, deliveries
from hub.operations.quarantines import quarantined
from hub.operations.standing import overview
from hub.store import ledger, tables

_LINK, _ATTEMPT, _CONNECTION = tables.links.c, tables.attempts.c, tables.connections.c


@dataclass
class Verdict:
    """What is wrong, one line each. ``waiting``: (app, line) of what a person must decide; ``kept``: statuses that lost against
    another after a restore and stand among the conflicts.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    echoed: list[str] = field(default_factory=list)
    diverged: list[str] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    kept: int = 0

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong, whatever waits."""
        return not (self.lost or self.doubled or self.echoed or self.diverged)

    @property
    def awaited(self) -> dict[str, str]:
        """What waits for a person, as complaint@app, with the app: once each, on however many lists it stands."""
        return {line.partition(" ")[0]: app for app, line in self.waiting}


def unfinished(world: World) -> dict[str, int]:
    """Count what the hub has still to do; nothing of it is left in the end but what a person is asked."""
    asked = and_(_LINK.state == "ambiguous", _LINK.due_at.is_(None))
    counts = {
        "due": select(func.count()).where(_LINK.due_at.is_not(None)),
        "on the way": select(func.count()).where(_LINK.state.in_(["pending", "creating", "ambiguous"]), not_(asked)),
        "of unknown fate": select(func.count()).where(func.jsonb_array_length(_LINK.sent) > 0),
        "open attempts": select(func.count()).where(_ATTEMPT.outcome == "open"),
        "to read": select(func.count()).select_from(tables.reads),
        "in recovery": select(func.count()).where(_CONNECTION.recovery != "none"),
    }
    with world.hub.store.reading() as sql:
        return {what: n for what, count in counts.items() if (n := int(sql.execute(count).scalar_one()))}


def judge(world: World, deeds: Deeds) -> Verdict:
    """Compare everything."""
    found = Verdict(waiting=_waiting(world))
    seen: dict[str, list[Seen]] = defaultdict(list)
    for each in sight.complaints(world.hub):
        seen[each.text].append(each)
    books = {label: app.books() for label, app in world.apps.items()}
    kept = _kept(world)
    found.kept = sum(len(values) for values in kept.values())
    awaited = set(found.awaited)
    for filing in deeds.filings.values():
        _filed(world, found, filing, seen.get(filing.text, []), books, awaited, kept)
    for text in seen.keys() - deeds.filings.keys():
        found.doubled.append(f"the hub has a complaint that nobody filed: {text!r}")
    _answered(world, deeds, found, seen, books)
    _echoes(world, deeds, found)
    _chains(world, found)
    return found


def _kept(world: World) -> dict[str, set[str]]:
    """Return, by complaint, the statuses that an app said while it was recovering, and that stand among the conflicts since."""
    kept: dict[str, set[str]] = defaultdict(set)
    for each in conflicts(world.hub, everything=True):
        if each.kind == "restored" and each.complaint is not None and each.field == "status":
            kept[each.complaint].add(str(each.local_value))
    return kept


def _receivers(filing: Filing, seen: Seen) -> set[str]:
    held = seen.verified or seen.status in {status.value for status in HELD}
    holder = {seen.holder} if seen.holder in {filing.app, filing.holder} - {None} else set()
    subscriber = {SUBSCRIBER} if filing.app == "kota" else set()
    return {filing.app, *subscriber, *({NATIONAL} if held else ()), *(str(each) for each in holder)}


def _filed(
    world: World,
    found: Verdict,
    filing: Filing,
    all_seen: list[Seen],
    books: dict[str, Books],
    awaited: set[str],
    kept: dict[str, set[str]],
) -> None:
    records = {label: [status for _, text, status in each.records if text == filing.text] for label, each in books.items()}
    for label, statuses in records.items():
        if len(statuses) > 1:
            found.doubled.append(f"{label} has {len(statuses)} records of {filing.text!r}")
    if len(all_seen) > 1:
        found.doubled.append(f"the hub has {len(all_seen)} complaints of {filing.text!r}")
    if not all_seen:
        if filing.sure or records[filing.app]:
            found.lost.append(f"the hub does not have {filing.text!r}")
        return
    seen = all_seen[0]
    if seen.status not in filing.expected and not filing.expected & kept.get(seen.id, set()):
        found.lost.append(f"status of {filing.text!r}: {seen.status} at the hub, not {' or '.join(sorted(filing.expected))}")
    for label in _receivers(filing, seen):
        if not records[label]:
            if f"{seen.id}@{label}" not in awaited:
                found.lost.append(f"{label} does not have {filing.text!r}")
            continue
        app, sheet = world.apps[label], _sheet(world, label)
        means, wanted = app.shape.words.get(records[label][0]), sheet.get(seen.status)
        if wanted is not None and means != wanted and f"{seen.id}@{label}" not in awaited:
            found.diverged.append(f"{label} says {means} of {filing.text!r}, the hub {seen.status}")


def _sheet(world: World, label: str) -> dict[str, str]:
    with world.hub.store.reading() as sql:
        sheet: dict[str, Any] = sql.execute(select(_CONNECTION.sheet).where(_CONNECTION.name == label)).scalar_one()
    return dict(sheet["statuses"])


def _answered(world: World, deeds: Deeds, found: Verdict, seen: dict[str, list[Seen]], books: dict[str, Books]) -> None:
    hub, awaited = Counter(sight.answers(world.hub)), found.awaited
    there = {label: Counter(each.replies) for label, each in books.items()}
    for label, said in there.items():
        found.doubled += [
            f"{label} has {n} times {what!r} on {on!r}" for (on, what), n in said.items() if n > 1 and not what.startswith("Status:")
        ]
    found.doubled += [f"the hub has {n} times {what!r}" for (_, what), n in hub.items() if n > 1]
    for one in deeds.answers:
        filing, all_seen = deeds.filings[one.on], seen.get(one.on, [])
        if not all_seen:
            continue
        seen_ = all_seen[0]
        if not hub[seen_.id, one.said]:
            in_app = one.where != "hub" and there[one.where][one.on, one.said]
            if one.said not in deeds.unsure or in_app:
                found.lost.append(f"the hub has not heard {one.said!r} of {one.where} on {one.on!r}")
            continue
        for label in _receivers(filing, seen_):
            if f"{seen_.id}@{label}" in awaited:
                continue
            if not there[label][one.on, one.said] and any(text == one.on for _, text, _ in books[label].records):
                found.lost.append(f"{label} has not heard {one.said!r} of {one.where} on {one.on!r}")


def _echoes(world: World, deeds: Deeds, found: Verdict) -> None:
    for app in world.apps.values():
        said: Counter[tuple[str, str]] = Counter()
        created: Counter[str] = Counter()
        chosen: Counter[tuple[str, str]] = Counter()
        for entry in app.journal():
            if entry.what == "created" and entry.hub:
                created[entry.text] += 1
            elif entry.what == "said" and entry.hub and entry.value and not entry.value.startswith("Status:"):
                said[entry.text, entry.value] += 1
            elif entry.what == "status":
                chosen[entry.text, app.shape.words.get(entry.value, entry.value)] += 1
        most = 1 + app.restored
        own = Counter({(one.on, one.said): 1 for one in deeds.answers if one.where == app.label})
        found.echoed += [f"{app.label} was given {text!r} {n} times" for text, n in created.items() if n > most]
        found.echoed += [
            f"{app.label} was told {n} times {what!r} on {on!r}"
            for (on, what), n in said.items()
            if n > most - (own[on, what] and not app.restored)
        ]
        found.echoed += _statuses(world, app, deeds, chosen)


def _statuses(world: World, app: App, deeds: Deeds, chosen: Counter[tuple[str, str]]) -> list[str]:
    sheet, wrong = _sheet(world, app.label), []
    for (text, means), n in chosen.items():
        filing = deeds.filings.get(text)
        if filing is None:
            continue
        # Everybody's steps as this app would say them; after a restore what it had forgotten is told again.
        meant = sum(times for (_, step), times in filing.steps.items() if step == means or sheet.get(step) == means)
        if n > meant * (1 + app.restored) + app.restored:
            wrong.append(f"{app.label} was moved {n} times to {means}, {meant} steps were meant: {text!r}")
    return wrong


def _chains(world: World, found: Verdict) -> None:
    with world.hub.store.reading() as sql:
        rows = sql.execute(select(tables.complaints.c.id, tables.complaints.c.head)).all()
        found.lost += [f"the history of {row.id} is broken: {why}" for row in rows if (why := ledger.broken(sql, row.id, row.head))]


def _waiting(world: World) -> list[tuple[str, str]]:
    """Return what stands on a list that a person sees; each line begins with complaint@app."""
    lines = []
    for each in deliveries(world.hub):
        if each.state in (DeliveryState.PARKED, DeliveryState.AMBIGUOUS, DeliveryState.GONE):
            lines.append((each.connection, f"{each.complaint}@{each.connection} {each.state}: {each.reason}"))
    for one in conflicts(world.hub):
        lines.append((one.connection or "", f"{one.complaint}@{one.connection} {one.kind} {one.field or ''}: {one.rule} {one.note or ''}"))
    lines += [(one.connection, f"?{one.ref}@{one.connection} quarantined: {one.problem}") for one in quarantined(world.hub)]
    lines += [(one.name, f"?@{one.name} {one.state}: {one.detail}") for one in overview(world.hub) if one.sick or one.state == "recovering"]
    return lines
