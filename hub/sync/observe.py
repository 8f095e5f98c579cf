"""Take in what an app says of one record: idempotent, in any order, any number of times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.connector import Record, RecordState
from contracts.content import Field
from contracts.events import Kind
from contracts.lifecycle import rank
from contracts.vocabulary import Status
from hub.store.rows import ComplaintRow, LinkRow
from hub.sync.answers import observe_responses
from hub.sync.complaints import Source, change, differs, spread
from hub.sync.deletions import believed, missing
from hub.sync.desk import Desk
from hub.sync.doubt import settle_sent
from hub.sync.erasure import without_erased
from hub.sync.identify import identify
from hub.sync.intake import JOINED
from hub.sync.marks import Told, remembered, told, value_mark
from hub.sync.memo import effective
from hub.sync.merge import Decision, FieldCase, Verdict, decide, favours_local
from hub.sync.paired import forget
from hub.sync.project import REDACTED, express, same, unsupported
from hub.sync.rights import legal_status, may_write
from hub.words import ConflictKind, LinkState, Recovery

_FLAP_LIMIT, _FLAP_WINDOW = 3, timedelta(minutes=10)


def observe(desk: Desk, record: Record, stamp: int, began: datetime, *, doubted: bool = False, says: Told | None = None) -> LinkRow | None:
    """Take in one record that was read at tick ``stamp``, not before ``began``; return its link if it has one now.

    ``says``: what `told` has worked out of it already.
    """
    says = says or told(record, desk.peer.sheet.reads, desk.keys)
    link = desk.link_by_ref(record.ref)
    mark = says.fingerprint
    if link is not None and link.fingerprint and mark and link.fingerprint != mark:
        # The app gave this ref to another record.
        missing(desk, link, "ref_reused")
        link = None
    if record.state in (RecordState.DELETED, RecordState.MERGED):
        if link is None:
            forget(desk, record.ref)
        elif believed(desk, record.ref):
            missing(desk, link, record.state.value)
        return None
    if link is None:
        link = identify(desk, record, says, doubted=doubted)
        if link is None:
            return None
    if link.touched > stamp:
        desk.read_again(record.ref, "stale")
        return link
    _compare(desk, link, record, says, began)
    return link


def _compare(desk: Desk, link: LinkRow, record: Record, says: Told, began: datetime) -> None:
    complaint = desk.unit.complaint(link.complaint_id)
    flat, local, mark = says.plain, says.veiled, says.mark
    if link.seen == mark and not link.sent:
        return
    if link.id in desk.imported:
        _first(desk, complaint, link, record, says)
        return
    if link.fingerprint is None:
        link.fingerprint = says.fingerprint
    version = complaint.version
    moved = observe_responses(desk, complaint, link, record)
    settle_sent(desk, link, local, record, began)
    said = effective(link, local, record.version)
    if complaint.erased:
        said = without_erased(link, said, desk.peer.sheet)
    if not _equal(link.base, said):
        if link.state is LinkState.ENDED:
            _proposals(desk, complaint, link, said)
        else:
            _fields(desk, complaint, link, said, flat, record)
        _rebase(desk, link, said)
    link.version, link.seen, link.raw = record.version, mark, {} if complaint.erased else dict(record.raw)
    link.parked = {name: entry for name, entry in link.parked.items() if not _arrived(name, entry, said)}
    if link.touched == JOINED:
        link.touched = desk.row.tick
    link.updated_at = desk.now
    # What staff type into a record that ended, of a complaint that was erased, is redacted like the rest.
    spreads = complaint.version != version or moved or (complaint.erased and link.state is LinkState.ENDED)
    if spreads:
        spread(desk, complaint)
    if link.state is LinkState.LINKED:
        origin = complaint.origin_id == desk.row.id
        link.unsupported = unsupported(complaint.veiled(), link.agreed(), desk.peer.sheet, desk.peer.policy, origin=origin)
        if not spreads and differs(desk, complaint, link):
            desk.mark(link)


def _first(desk: Desk, complaint: ComplaintRow, link: LinkRow, record: Record, says: Told) -> None:
    # The base was made of this very record: there is nothing to compare.
    observe_responses(desk, complaint, link, record)
    link.version, link.seen, link.raw = record.version, says.mark, dict(record.raw)
    spread(desk, complaint)
    del desk.imported[link.id]


def _arrived(name: str, parked: dict[str, Any], said: dict[Field, Any]) -> bool:
    return name in said and parked.get("asked") == value_mark(said[Field(name)])


def _equal(base: dict[Any, Any] | None, said: dict[Field, Any]) -> bool:
    return base is not None and all(name in base and same(base[name], value) for name, value in said.items())


def _rebase(desk: Desk, link: LinkRow, said: dict[Field, Any]) -> None:
    old = link.base or {}
    history = dict(link.history)
    for name, value in said.items():
        if value is not None and not same(old.get(name), value):
            history[name.value] = remembered(history.get(name), old.get(name), value)
    link.history = history
    link.base = {**old, **{name.value: value for name, value in said.items()}}
    link.touched = desk.tick()


def _fields(desk: Desk, complaint: ComplaintRow, link: LinkRow, said: dict[Field, Any], flat: dict[Field, Any], record: Record) -> None:
    # The status is decided last, so that who holds the complaint is judged as it was when the app said so.
    for name in sorted(said, key=lambda item: item is Field.STATUS):
        case = _case(desk, complaint, link, name, said[name])
        decision = decide(case)
        if decision.record:
            _on_record(desk, complaint, name, said[name], decision)
        if decision.verdict in (Verdict.TAKE, Verdict.LOCAL_WINS):
            if name is Field.STATUS and said[name] is None:
                continue
            change(desk, complaint, name, flat[name], Source(desk.row.id, None, decision.rule, record.updated_at))
        elif decision.verdict is Verdict.TOLERATE:
            link.stored = {**link.stored, name.value: [case.hub, said[name]]}
            said[name] = case.hub
        elif decision.verdict in (Verdict.PUT_BACK, Verdict.PROPOSE, Verdict.HUB_WINS):
            _flap(desk, complaint, link, name, decision)


def _case(desk: Desk, complaint: ComplaintRow, link: LinkRow, name: Field, local: Any) -> FieldCase:
    base = link.base or {}
    hub_value: Any = complaint.veiled().get(name)
    hub = express(name, hub_value, desk.peer.sheet)
    at = desk.standing(complaint, desk.peer)
    legal, favoured, further = True, False, False
    if name is Field.STATUS and local is not None:
        legal = legal_status(hub_value, local, desk.peer, at)
        favoured = favours_local(
            holds=at.works, local_rank=rank(Status(local)), hub_rank=rank(Status(hub_value)), prefer=desk.peer.policy.prefer
        )
        further = rank(Status(local)) > rank(Status(hub_value))
    elif name is Field.HOLDER:
        legal = desk.network.knows(local)
    elif name is not Field.STATUS:
        owns = at.origin and not at.verified
        favoured = favours_local(holds=owns, local_rank=0, hub_rank=0, prefer=desk.peer.policy.prefer)
    return FieldCase(
        base=base.get(name),
        local=local,
        hub=hub,
        sent=[entry["fields"][name] for entry in link.sent if name in entry["fields"]],
        known=link.base is not None and name in base,
        seen=value_mark(local) in link.history.get(name, []),
        may=may_write(name, desk.peer, at) and not (complaint.erased and name in REDACTED),
        legal=legal and (local is not None or name is not Field.STATUS),
        favoured=favoured,
        further=further,
        sayable=hub is not None or hub_value is None,
        rule=desk.peer.policy.rule(name),
        recovery=desk.row.recovery,
        held=name in complaint.held,
    )


def _on_record(desk: Desk, complaint: ComplaintRow, name: Field, local: Any, decision: Decision) -> None:
    hub = complaint.veiled().get(name)
    if decision.verdict is Verdict.HOLD:
        desk.record(ConflictKind.CONFLICT, complaint, decision.rule, waits=True, name=name, hub=hub, local=local)
        complaint.held = {**complaint.held, name.value: decision.rule}
        return
    kept = "local" if decision.verdict is Verdict.LOCAL_WINS else "hub"
    proposal = decision.verdict is Verdict.PROPOSE
    kind = ConflictKind.PROPOSAL if proposal else ConflictKind.RESTORED if desk.row.recovery is not Recovery.NONE else ConflictKind.CONFLICT
    desk.record(kind, complaint, decision.rule, waits=proposal, name=name, hub=hub, local=local, kept=kept)
    event = Kind.PROPOSAL if proposal else Kind.CONFLICT
    desk.unit.log(complaint, event, decision.rule, connection_id=desk.row.id, field=name.value, old=hub, new=local)


def _proposals(desk: Desk, complaint: ComplaintRow, link: LinkRow, said: dict[Field, Any]) -> None:
    """A connection that is no longer a receiver changes nothing: what it says now is for a person to see."""
    for name, value in said.items():
        if desk.row.recovery is not Recovery.NONE and value_mark(value) in link.history.get(name, []):
            # A restored app shows again what it said before: nobody proposes that.
            continue
        if (
            link.base is not None
            and name in link.base
            and not same(link.base[name], value)
            and not same(value, complaint.veiled().get(name))
        ):
            _on_record(desk, complaint, name, value, Decision(Verdict.PROPOSE, "no_longer_a_receiver", record=True))


def _flap(desk: Desk, complaint: ComplaintRow, link: LinkRow, name: Field, decision: Decision) -> None:
    """Hold a field that the app keeps changing back, and alarm: more than three times in ten minutes."""
    recent = [moment for moment in link.flaps.get(name, []) if datetime.fromisoformat(moment) > desk.now - _FLAP_WINDOW]
    recent.append(desk.now.isoformat())
    link.flaps = {**link.flaps, name.value: recent}
    if len(recent) > _FLAP_LIMIT and name not in link.parked:
        link.parked = {
            **link.parked,
            name.value: {"error": "the app keeps changing it back", "at": desk.now.isoformat(), "rule": decision.rule},
        }
        desk.record(ConflictKind.FLAPPING, complaint, "flapping", waits=True, name=name, hub=complaint.veiled().get(name))
