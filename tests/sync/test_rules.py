"""The pure half of the engine: rules that hold for every value, told without a store."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.memory.behaviour import Behaviour
from contracts.content import IDENTITY_FIELDS, Field
from contracts.lifecycle import HELD, steps_back
from contracts.vocabulary import Status, Visibility
from hub.sync import backoff
from hub.sync.merge import FieldCase, Verdict, decide, favours_local
from hub.sync.network import Network, Peer
from hub.sync.plan import Saying, plan
from hub.sync.policy import FieldRule, Otherwise, Policy, Side
from hub.sync.project import degraded, express, payload, same, visible
from hub.sync.receivers import Case, receivers
from hub.sync.rights import legal_status, may_write, standing
from hub.words import Recovery
from tests.sync.checks import i13_lens
from tests.sync.profiles import PROFILES

values = st.sampled_from(["satu", "dua", "tiga", "", None])
statuses = st.sampled_from([str(status.value) for status in Status])
sheets = st.sampled_from(list(PROFILES.values()))
texts = st.text(alphabet="abcdefghij klm", max_size=20)


@st.composite
def contents(draw: st.DrawFn) -> dict[Field, Any]:
    """Content with a status, and some of the fields that apps know; keys as plain text too, as the store gives them back."""
    content: dict[Any, Any] = {Field.STATUS: draw(statuses)}
    for name in (Field.TITLE, Field.CATEGORY, Field.REASON, Field.DESCRIPTION):
        if draw(st.booleans()):
            content[name] = draw(texts.filter(bool))
    if draw(st.booleans()):
        content[Field.HOLDER] = {"agency": draw(st.sampled_from("AB")), "unit": None}
    return {name.value: value for name, value in content.items()} if draw(st.booleans()) else content


cases = st.builds(
    FieldCase,
    base=values,
    local=values,
    hub=values,
    sent=st.lists(values, max_size=2),
    known=st.booleans(),
    seen=st.booleans(),
    may=st.booleans(),
    legal=st.booleans(),
    favoured=st.booleans(),
    sayable=st.booleans(),
    rule=st.builds(FieldRule, otherwise=st.sampled_from(Otherwise), manual=st.booleans()),
    recovery=st.sampled_from(Recovery),
    held=st.booleans(),
)
TAKES = (Verdict.TAKE, Verdict.LOCAL_WINS)
KEEPS_HUB = (Verdict.HUB_WINS, Verdict.PROPOSE, Verdict.HOLD)


@given(cases)
def test_what_the_app_always_said_is_no_news(case: FieldCase) -> None:
    if same(case.local, case.base):
        assert decide(case).verdict is Verdict.SAME


@given(cases)
def test_our_own_write_is_no_news(case: FieldCase) -> None:
    if case.known and any(same(case.local, value) for value in case.sent):
        assert decide(case).verdict in (Verdict.SAME, Verdict.ECHO)


@given(cases)
def test_what_both_say_is_no_conflict(case: FieldCase) -> None:
    if case.sayable and same(case.local, case.hub):
        assert decide(case).verdict not in (*TAKES, *KEEPS_HUB)


@given(cases)
def test_only_what_may_be_written_is_taken(case: FieldCase) -> None:
    decision = decide(case)
    if decision.verdict in TAKES and case.recovery is Recovery.NONE:
        assert case.may and case.legal and not case.held and not case.rule.manual


@given(cases)
def test_a_value_that_loses_is_on_record(case: FieldCase) -> None:
    decision = decide(case)
    if decision.verdict in KEEPS_HUB:
        assert decision.record
    lost = case.known and case.sayable and not same(case.hub, case.base) and not same(case.hub, case.local)
    if decision.verdict in TAKES and lost:
        assert decision.record, "the hub's own value was replaced by one whose author had not seen it"


@given(cases)
def test_while_an_app_is_recovering_it_changes_nothing(case: FieldCase) -> None:
    if case.recovery is Recovery.APP:
        assert decide(case).verdict not in TAKES


@given(st.booleans(), st.integers(0, 5), st.integers(0, 5), st.sampled_from(Side))
def test_the_holder_wins_then_the_lifecycle_then_the_configured_side(holds: bool, one: int, other: int, prefer: Side) -> None:
    wins = favours_local(holds=holds, local_rank=one, hub_rank=other, prefer=prefer)
    assert wins is (holds or one > other or (one == other and prefer is Side.LOCAL))


@given(sheets, contents(), contents())
def test_the_lens_laws_hold_for_every_sheet(behaviour: Behaviour, content: dict[Field, Any], record: dict[Field, Any]) -> None:
    shown = {name: behaviour.fit(Field(name), express(Field(name), value, behaviour.capabilities)) for name, value in record.items()}
    if not behaviour.undeclared_cuts:
        i13_lens(behaviour.capabilities, content, shown, behaviour.fit)


@given(contents(), st.booleans(), st.sets(st.sampled_from(sorted(IDENTITY_FIELDS))), st.booleans())
def test_nobody_is_given_a_reporter_field_that_the_policy_does_not_name(
    content: dict[Field, Any], anonymous: bool, share: set[Field], origin: bool
) -> None:
    content = {**content, Field.ANONYMOUS: anonymous, **dict.fromkeys(IDENTITY_FIELDS, "digest")}
    policy = Policy(share=frozenset(share))
    given_away = set(visible(content, policy, origin=origin)) & IDENTITY_FIELDS
    assert given_away <= share and not (anonymous and not origin and given_away)
    assert set(payload(content, Behaviour().capabilities, policy, origin=origin)) & IDENTITY_FIELDS == given_away


@given(sheets, contents(), contents(), st.lists(texts.filter(bool), max_size=3))
def test_a_plan_carried_out_one_edit_at_a_time_arrives(
    behaviour: Behaviour, want: dict[Field, Any], base: dict[Field, Any], words: list[str]
) -> None:
    sheet = behaviour.capabilities
    want = {name: express(Field(name), value, sheet) for name, value in want.items() if Field(name) in sheet.writes}
    want = {name: value for name, value in want.items() if value is not None}
    base = {name: express(Field(name), value, sheet) or value for name, value in base.items()}
    base[Field.STATUS] = "received"
    said = [Saying(f"r{number}", word, Visibility.PUBLIC) for number, word in enumerate(words)]
    told: list[str] = []
    for _ in range(20):
        found = plan(want, base, [saying for saying in said if saying.id not in told], sheet)
        if not found.edits:
            break
        edit = found.edits[0]
        parts = edit.parts
        assert len(parts) == 1 or any(parts <= taken for taken in sheet.combines), f"the app does not take {parts} in one call"
        assert not parts & sheet.together or parts >= sheet.together, f"the app takes {parts} only with {sheet.together}"
        if sheet.transitions is not None and Field.STATUS in edit.fields:
            now, then = Status(base[Field.STATUS]), Status(edit.fields[Field.STATUS])
            assert now is then or then in sheet.transitions[now], f"the app takes no step from {now} to {then}"
        base.update(edit.fields)
        if edit.saying is not None and edit.saying.id is not None:
            told.append(edit.saying.id)
    assert not found.edits, "the plan finds no end"
    assert told == [saying.id for saying in said], "every response is said once, in order"
    assert all(same(base.get(name), value) for name, value in want.items() if Field(name) not in found.unreachable)


def _network(national: int | None, regions: tuple[str, ...] = ()) -> Network:
    sheet = Behaviour().capabilities
    peers = {
        1: Peer(1, "a", "A", sheet, Policy()),
        2: Peer(2, "b", "B", sheet, Policy()),
        3: Peer(3, "c", "C", sheet, Policy(regions=regions)),
    }
    return Network(peers=peers, parents={"B1": "B", "B": None}, connection_of={"A": 1, "B": 2, "C": 3}, national=national)


kinds = st.builds(
    Case,
    status=st.sampled_from(Status),
    holder=st.sampled_from([None, "pusat", "A", "B", "B1", "X"]),
    origin=st.sampled_from([None, 1, 2]),
    place=st.sampled_from([None, "35.02", "35.02.17", "35.021"]),
    classification=st.none(),
    verified=st.booleans(),
    historic=st.booleans(),
)


@given(kinds, st.sampled_from([None, 2, 3]))
def test_origin_holder_and_national_receive_and_nobody_else(case: Case, national: int | None) -> None:
    found = receivers(case, _network(national))
    assert case.origin is None or case.origin in found
    if case.historic:
        assert found <= {case.origin}
        return
    assert (2 in found) or case.holder not in ("B", "B1"), "the nearest agency up the tree that has a connection"
    assert national is None or not (case.verified or case.status in HELD) or national in found
    assert found <= {case.origin, national, 1 if case.holder == "A" else None, 2 if case.holder in ("B", "B1") else None}


@given(kinds)
def test_a_region_s_subscription_is_by_whole_parts_of_the_code(case: Case) -> None:
    found = receivers(case, _network(None, ("35.02",)))
    assert (3 in found) is (not case.historic and case.place in ("35.02", "35.02.17"))


@given(st.sampled_from(Status), st.sampled_from(Status), st.sampled_from([1, 2]), st.sampled_from([None, "A", "B"]), sheets)
def test_no_app_steps_back_but_by_its_own_map_and_none_but_the_national_closes(
    now: Status, then: Status, origin: int, holder: str | None, behaviour: Behaviour
) -> None:
    network = _network(3)
    peer = Peer(1, "a", "A", behaviour.capabilities, Policy())
    at = standing(peer, network, origin=origin, holder=holder, verified=True)
    if legal_status(now, then, peer, at):
        assert then is not Status.CLOSED
        assert not steps_back(now, then) or then in behaviour.reopens
        assert then is not Status.RETURNED or holder == "A"


@given(st.sampled_from(Field), st.booleans(), st.sampled_from([None, "A", "B"]))
def test_content_belongs_to_the_origin_until_it_is_verified(name: Field, verified: bool, holder: str | None) -> None:
    network = _network(3)
    peer = network.peers[1]
    theirs = may_write(name, peer, standing(peer, network, origin=1, holder=holder, verified=verified))
    others = may_write(name, network.peers[2], standing(network.peers[2], network, origin=1, holder="A", verified=verified))
    if name in (Field.TITLE, Field.CATEGORY, Field.ADDRESS):
        assert theirs is not verified and not others
    if name is Field.HOLDER:
        assert not theirs and not others


@given(st.integers(0, 100), st.text(max_size=5))
def test_waits_grow_to_six_hours_and_are_the_same_every_time(attempts: int, key: str) -> None:
    wait = backoff.wait(attempts, key)
    assert wait == backoff.wait(attempts, key)
    assert 0.8 * min(60 * 2**attempts, backoff.CAP) <= wait <= 1.2 * min(60 * 2**attempts, backoff.CAP)


@pytest.mark.parametrize(("asked", "told"), [(0, 1), (30, 30), (10**6, backoff.CAP)])
def test_what_the_app_asks_for_wins_within_reason(asked: float, told: float) -> None:
    assert backoff.wait(5, "x", asked) == told and backoff.breaker(1, "x", asked) == told


def test_a_direction_rests_only_after_several_failures_in_a_row() -> None:
    assert backoff.breaker(1, "x") is None and backoff.breaker(2, "x") is None and backoff.breaker(3, "x") is not None


@given(texts, st.integers(3, 20))
def test_what_a_column_cut_is_known_and_another_text_is_not(text: str, kept: int) -> None:
    if len(text.strip()) >= 3 and text == " ".join(text.split()) and len(text[:kept].strip()) >= 3:
        assert degraded(text, text[:kept])
    assert not degraded(text, "Z" + text) and not degraded(text, None)
