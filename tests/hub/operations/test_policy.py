"""What may stand in a policy is what the engine reads from it."""

from __future__ import annotations

import pytest

from contracts.content import Field
from hub.operations.policy import policy_problems
from hub.sync.policy import Otherwise, Side, policy_from_json


def test_a_policy_that_passes_is_read_by_the_engine_as_it_was_meant() -> None:
    given = {
        "share": ["reporter_name"],
        "hide": ["category"],
        "internal": True,
        "fields": {"status": {"write": False, "otherwise": "put_back", "manual": True}, "title": {"write": None}},
        "prefer": "local",
        "regions": ["35.02"],
        "classes": ["oversight"],
        "interval": 30,
        "listing": 3600,
        "rate": 30,
    }
    assert policy_problems(given) == []
    policy = policy_from_json(given)
    assert policy.allows(Field.REPORTER_NAME) and not policy.allows(Field.CATEGORY)
    assert policy.rule(Field.STATUS).otherwise is Otherwise.PUT_BACK and policy.prefer is Side.LOCAL
    assert policy.rate == 30 and policy_from_json({}).rate is policy_from_json({"rate": None}).rate is None


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"shar": []}, "policy.shar"),
        ({"share": ["nama"]}, "policy.share.0"),
        ({"fields": {"statu": {}}}, "policy.fields.statu"),
        ({"fields": {"status": {"otherwise": "put back"}}}, "policy.fields.status.otherwise"),
        ({"prefer": "app"}, "policy.prefer"),
        ({"regions": ["3502"]}, "policy.regions.0"),
        ({"interval": 0}, "policy.interval"),
        ({"interval": float("nan")}, "policy.interval"),
        ({"rate": 5}, "policy.rate"),
        ({"rate": 60_001}, "policy.rate"),
        ({"rate": 30.5}, "policy.rate"),
        ({"rate": True}, "policy.rate"),
        ({"rate": "30/m"}, "policy.rate"),
        ({"internal": "yes"}, "policy.internal"),
        ({"share": ["title"], "hide": ["title"]}, "policy.hide"),
        ([], "policy"),
    ],
)
def test_what_the_engine_would_not_understand_is_refused_at_its_place(given: object, where: str) -> None:
    assert [place for place, _ in policy_problems(given)] == [where]
