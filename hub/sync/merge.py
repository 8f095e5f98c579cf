"""Decide one field of one observed record: pure, so that every case can be told and tested without a database.

``base`` is what both sides last agreed on as the app expresses it, ``local`` what the app says now, ``hub`` how the
app would say the hub's value (None: it has no word for it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.sync.policy import FieldRule, Otherwise, Side
from hub.sync.project import same
from hub.words import Recovery


class Verdict(StrEnum):
    """What is done about one field; in every case the base becomes what the app says now."""

    SAME = "same"
    ECHO = "echo"
    AGREE = "agree"
    TAKE = "take"
    PUT_BACK = "put_back"
    TOLERATE = "tolerate"
    PROPOSE = "propose"
    HUB_WINS = "hub_wins"
    LOCAL_WINS = "local_wins"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class FieldCase:
    """Everything the decision depends on.

    ``sent``: values we wrote and do not know the fate of. ``known``: the base has this field (a fresh link may not).
    ``seen``: the app held exactly this value before (digest in the link's history). ``may``: the app may write the
    field. ``legal``: the change is one the lifecycle allows from this app. ``favoured``: the app wins a real conflict.
    ``further``: it is a status, and a later one than the hub's.
    """

    base: Any
    local: Any
    hub: Any
    sent: Sequence[Any] = ()
    known: bool = True
    seen: bool = False
    may: bool = True
    legal: bool = True
    favoured: bool = False
    further: bool = False
    sayable: bool = True
    rule: FieldRule = FieldRule()
    recovery: Recovery = Recovery.NONE
    held: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the rule that gave it; ``record`` when both values must be kept for people to see."""

    verdict: Verdict
    rule: str
    record: bool = False


def decide(case: FieldCase) -> Decision:
    """Return what to do about one field."""
    if not case.known:
        return _first_sight(case)
    if same(case.local, case.base):
        return Decision(Verdict.SAME, "equals_base")
    if any(same(case.local, value) for value in case.sent):
        return Decision(Verdict.ECHO, "own_write")
    if case.sayable and same(case.local, case.hub):
        return Decision(Verdict.AGREE, "both_agree")
    if case.recovery is not Recovery.NONE:
        return _recovering(case)
    if case.held or case.rule.manual:
        return Decision(Verdict.HOLD, "manual", record=True)
    changed = case.sayable and not same(case.hub, case.base)
    if changed:
        return _both_changed(case)
    if not case.may or not case.legal:
        return _not_allowed(case)
    return Decision(Verdict.TAKE, "only_local_changed")


def _first_sight(case: FieldCase) -> Decision:
    # What a record that we filed says by itself is no news. A status further on than ours somebody chose before we could look.
    if case.further and case.may and case.legal and case.recovery is Recovery.NONE:
        return Decision(Verdict.TAKE, "further_on")
    return Decision(Verdict.SAME, "first_sight")


def _recovering(case: FieldCase) -> Decision:
    if case.recovery is Recovery.APP:
        if case.seen:
            return Decision(Verdict.PUT_BACK, "app_went_back")
        return Decision(Verdict.HUB_WINS, "app_restored", record=True)
    if case.seen:
        # The hub forgot things, and the app shows something older than even the hub remembers: it was restored too.
        return Decision(Verdict.HUB_WINS, "both_restored", record=True)
    lost = not case.sayable or not same(case.hub, case.base) or not case.may or not case.legal
    # The side that did not lose its memory is more likely right.
    return Decision(Verdict.LOCAL_WINS, "hub_restored", record=lost)


def _both_changed(case: FieldCase) -> Decision:
    if not case.may:
        return Decision(Verdict.HUB_WINS, "not_its_field", record=True)
    if case.favoured and case.legal:
        return Decision(Verdict.LOCAL_WINS, "local_favoured", record=True)
    return Decision(Verdict.HUB_WINS, "hub_favoured", record=True)


def _not_allowed(case: FieldCase) -> Decision:
    rule = "not_its_field" if not case.may else "step_back"
    if case.rule.otherwise is Otherwise.TOLERATE:
        return Decision(Verdict.TOLERATE, rule)
    if case.rule.otherwise is Otherwise.PUT_BACK:
        return Decision(Verdict.PUT_BACK, rule)
    return Decision(Verdict.PROPOSE, rule, record=True)


def favours_local(*, holds: bool, local_rank: int, hub_rank: int, prefer: Side) -> bool:
    """Decide a real conflict: the holder wins, else the lifecycle's order, else the configured side; never a clock."""
    if holds:
        return True
    if local_rank != hub_rank:
        return local_rank > hub_rank
    return prefer is Side.LOCAL
