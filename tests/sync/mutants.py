"""The safety rules of the engine, and how each one is taken out: file, the words that make the rule, and what stands there without it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule taken out by one or more replacements; each old text stands exactly once in its file."""

    rule: str
    changes: tuple[tuple[str, str, str], ...]


def _one(rule: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(rule, ((f"hub/sync/{file}.py", old, new),))


MUTANTS = (
    Mutant(
        "an own write whose answer was lost is known again",
        (
            ("hub/sync/doubt.py", "if _landed(desk, link, entry, local):", "if False:"),
            ("hub/sync/merge.py", "if any(same(case.local, value) for value in case.sent):", "if False:"),
        ),
    ),
    _one("a page read before a write is not believed after it", "observe", "if link.touched > stamp:", "if False:"),
    _one(
        "a create in doubt is not sent again blindly",
        "creates",
        "return _resolve(desk, complaint, link)",
        "return _begin(desk, complaint, link)",
    ),
    _one(
        "a create is written down before it is sent",
        "creates",
        "link.state, link.touched, link.updated_at = LinkState.CREATING, desk.tick(), desk.now",
        "link.touched, link.updated_at = desk.tick(), desk.now",
    ),
    _one(
        "an idempotent create is repeated with its original payload",
        "creates",
        "return _send(desk, complaint, link, attempt)\n    if link.ticket",
        "attempt.payload = {str(name): value for name, value in payload(complaint.veiled(), sheet, desk.peer.policy, origin=False).items()}\n"
        "        return _send(desk, complaint, link, attempt)\n    if link.ticket",
    ),
    _one(
        "what a restored app shows again is not an edit",
        "merge",
        "if case.seen:\n            return Decision(Verdict.PUT_BACK",
        "if False:\n            return Decision(Verdict.PUT_BACK",
    ),
    _one(
        "what is missing after a restore was not deleted", "deletions", "again = desk.row.recovery is Recovery.APP or", "again = False or"
    ),
    _one(
        "a re-used ref is another record",
        "observe",
        "if link is not None and link.fingerprint and mark and link.fingerprint != mark:",
        "if False:",
    ),
    _one(
        "another record that says the same is not the same record",
        "marks",
        "told = [known_by, record.ref,",
        "told = [None, record.ref,",
    ),
    _one(
        "our own creates are adopted",
        "identify",
        "if desk.peer.sheet.carries_token or (ahead is not None and not ahead.doubtful):",
        "if True:",
    ),
    _one(
        "a record is read before it is written where nothing else guards it",
        "push",
        "if not fresh and sheet.can_fetch and (not sheet.conditional_write or link.version is None):",
        "if False:",
    ),
    _one(
        "the expected version goes with a conditional write",
        "push",
        "expected = link.version if desk.peer.sheet.conditional_write else None",
        "expected = None",
    ),
    _one("after a restored hub nobody is written to before everybody was read", "results", "return not hub_forgot(desk)", "return True"),
    _one("nothing is pushed while a restored app is being read", "results", "row.recovery is not Recovery.NONE or rests", "rests"),
    _one("an acknowledged write moves the base", "results", "{**(link.base or {}), **asked}, history", "dict(link.base or {}), history"),
    _one(
        "only a direct reading proves a deletion",
        "deletions",
        'desk.read_again(ref, "missing")',
        '(lambda link: missing(desk, link, "listing") if link else None)(desk.link_by_ref(ref))',
    ),
    _one(
        "the losing value of a conflict is kept",
        "observe",
        "        if decision.record:\n            _on_record",
        "        if False:\n            _on_record",
    ),
    _one(
        "values are compared as the app expresses them",
        "project",
        "    return value[:kept] if kept is not None",
        "    return value if kept is not None",
    ),
    _one("an old ref is known again", "identify", "for find in (_by_alias, _by_token, _by_pair):", "for find in (_by_token, _by_pair):"),
    _one(
        "joining two that never agreed keeps both values",
        "intake",
        "        _without_ancestor(desk, complaint, link, record, says)",
        "        link.base = dict(says.veiled)",
    ),
    _one(
        "our token beats a remembered ref",
        "identify",
        "for find in (_by_alias, _by_token, _by_pair):",
        "for find in (_by_alias, _by_pair):",
    ),
    _one(
        "an unknown value after a restore does not overwrite the hub's",
        "merge",
        'return Decision(Verdict.HUB_WINS, "app_restored", record=True)',
        'return Decision(Verdict.TAKE, "app_restored")',
    ),
    _one(
        "only what changed is written",
        "plan",
        "for name, value in want.items() if not same(value, base.get(name))}",
        "for name, value in want.items() if any(not same(w, base.get(n)) for n, w in want.items())}",
    ),
    Mutant(
        "the checkpoint moves with the page, never before",
        (
            (
                "hub/sync/gateway.py",
                "        skip: dict[str, Poisoned] = {}\n        while True:",
                "        if reading.task.why == 'feed' and result.page.cursor is not None:\n"
                "            with self._desk() as desk:\n                desk.row.cursor = result.page.cursor\n"
                "        skip: dict[str, Poisoned] = {}\n        while True:",
            ),
        ),
    ),
    _one(
        "what is read back after a write is observed, not taken as the base",
        "results",
        '    _said(desk, link, entry["response"], receipt.response_ref)\n',
        '    _said(desk, link, entry["response"], receipt.response_ref)\n'
        "    if receipt.record is not None:\n        link.base = {**link.base, **veil(local_content(receipt.record, desk.peer.sheet.reads), desk.keys)}\n",
    ),
    _one(
        "what an app kept otherwise than asked is no edit",
        "memo",
        "if (wrote is not None and wrote == version) or degraded(asked, value):",
        "if False:",
    ),
    _one("what an app kept is remembered as long as it says so", "memo", "        elif same(memo[1], value):", "        elif False:"),
    _one("a session whose lease was taken writes nothing", "lease", "if row.fence != fence:", "if False:"),
    _one("a lease is not taken from a session that may be alive", "lease", "if held and may_be_alive(str(row.lease_owner)):", "if False:"),
    _one("what an earlier session left open is in doubt", "gateway", "                lease.takeover(desk)\n", ""),
    _one(
        "nothing is pushed over an ended link",
        "desk",
        "        if not link.receiver:\n            return final",
        "        if False:\n            return final",
    ),
    _one(
        "a connection that is no receiver any more changes nothing",
        "observe",
        "        if link.state is LinkState.ENDED:\n            _proposals",
        "        if False:\n            _proposals",
    ),
    _one(
        "a poor vocabulary moves nothing backwards",
        "rights",
        "    if steps_back(now, then):\n        return then in peer.sheet.reopens and (at.holder or at.origin)\n",
        "",
    ),
    _one("only who may write a field writes it", "merge", "if not case.may or not case.legal:", "if False:"),
    _one(
        "a response in doubt is looked up before it is repeated",
        "results",
        "                mark.state = SentState.UNKNOWN\n",
        "                mark.state = SentState.LOST\n",
    ),
    _one(
        "the same words twice are two responses",
        "answers",
        "    if desk.row.recovery is Recovery.NONE and link.touched != JOINED:\n        return None\n",
        "",
    ),
    _one(
        "our own response is known by its words when its answer was lost",
        "answers",
        "    if exact or cut:\n        return (exact or cut)[0]\n",
        "",
    ),
    _one(
        "a listing is compared with what was linked before it began",
        "pull",
        "reading.first = not linked if reading.first is None else reading.first",
        "reading.first = True",
    ),
    _one(
        "many disappearances at once are not believed",
        "deletions",
        "if desk.row.recovery is Recovery.NONE and len(absent) > limit(linked):",
        "if False:",
    ),
    _one(
        "a doubt is settled only when the request can no longer land",
        "doubt",
        'elif entry["fate"] == "unknown" and began >= _settled_at(desk, entry):',
        'elif entry["fate"] == "unknown":',
    ),
    _one("a create that is not found once is looked for again", "creates", "_MISSES = 2", "_MISSES = 1"),
    _one("an edit beats a deletion", "deletions", "_edited_since(desk, link))", "False)"),
    _one(
        "a person decides what is held", "push", "    held = {Field(name) for name in complaint.held}\n", "    held: set[Field] = set()\n"
    ),
    _one("an app that flaps is stopped", "observe", "if len(recent) > _FLAP_LIMIT and name not in link.parked:", "if False:"),
    _one(
        "a refused edit is not sent again unchanged",
        "push",
        'return parked is not None and parked.get("asked") in (None, value_mark(value))',
        "return False",
    ),
    _one(
        "what was erased is not taken in again",
        "observe",
        "    if complaint.erased:\n        said = without_erased(link, said, desk.peer.sheet)\n",
        "",
    ),
    _one("what was erased is not imported again", "identify", "    if mine is None and _erased(desk, record):\n        return None\n", ""),
    _one(
        "a refused step on the way is parked too",
        "push",
        "refused = {name for edit in edits for name, value in edit.fields.items() if _parked(link, name, value)}",
        "refused: set[Field] = set()",
    ),
    _one(
        "a ticket is never filed again",
        "creates",
        "    if link.ticket is not None:\n        _await_ticket(desk, link)\n        return\n",
        "",
    ),
    _one(
        "a record that is said to be there is read before the complaint is filed beside it",
        "creates",
        "    if said_to_be_there is not None:\n        return said_to_be_there\n",
        "",
    ),
    _one(
        "what a restored hub could not understand is looked for by its text once it is mended",
        "identify",
        "told = desk.row.recovery is Recovery.HUB or _aside_then(desk, record)",
        "told = desk.row.recovery is Recovery.HUB",
    ),
    _one(
        "what is older than a restore of the hub may have been known before it, whenever it shows itself",
        "identify",
        "if told or _older(desk, record):",
        "if told:",
    ),
    _one(
        "before an app is listed its feed says whether it went back", "offer", "if listing and (fed or row.cursor is None):", "if listing:"
    ),
    _one(
        "joining gives no rights",
        "intake",
        "    if complaint.erased or (name is Field.HOLDER and not at.national):\n        return False\n",
        "    return True\n",
    ),
)
