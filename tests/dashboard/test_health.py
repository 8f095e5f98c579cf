from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from contracts.vocabulary import Status
from hub.operations.health import Condition, Health, health
from hub.store import tables
from tests.dashboard.country import NOW, Country

MINUTE = timedelta(minutes=1)
ERROR = "The app refused the password."


def looked_at(country: Country, **state: Any) -> Health:
    name = f"k{len(health(country.hub))}"
    country.connection(name, **state)
    return next(each for each in health(country.hub) if each.name == name)


@pytest.mark.parametrize(
    ("state", "condition", "said"),
    [
        ({}, Condition.RUNNING, None),
        ({"pulled_at": NOW - 5 * MINUTE}, Condition.RUNNING, None),
        ({"pulled_at": NOW - 5 * MINUTE - timedelta(seconds=1)}, Condition.SILENT, None),
        ({"pulled_at": NOW - 5 * MINUTE - timedelta(seconds=1), "policy": {"interval": 3600}}, Condition.RUNNING, None),
        ({"pulled_at": NOW - 6 * timedelta(hours=1), "policy": {"interval": 3600}}, Condition.SILENT, None),
        ({"pulled_at": None}, Condition.SILENT, None),
        ({"phase": "initialising", "pulled_at": None}, Condition.INITIALISING, None),
        ({"pull_paused": "rina: moving", "pulled_at": None}, Condition.PAUSED, "rina: moving"),
        ({"push_paused": "rina: moving"}, Condition.PAUSED, "rina: moving"),
        ({"push_paused": "rina: moving", "push_error": ERROR}, Condition.PAUSED, "rina: moving"),
        ({"pull_paused": ERROR, "pull_error": ERROR}, Condition.FAILING, ERROR),
        ({"pull_paused": "rina: moving", "push_paused": ERROR, "push_error": ERROR}, Condition.FAILING, ERROR),
        ({"pull_error": ERROR, "pulled_at": NOW - timedelta(days=2)}, Condition.FAILING, ERROR),
        ({"push_error": ERROR}, Condition.FAILING, ERROR),
        ({"recovery": "app", "pulled_at": None}, Condition.RECOVERING, None),
        ({"phase": "removed", "pulled_at": None}, Condition.REMOVED, None),
    ],
)
def test_a_connection_is_in_one_condition_for_one_reason(country: Country, state: Any, condition: Condition, said: str | None) -> None:
    found = looked_at(country, **state)
    assert (found.condition, found.said) == (condition, said)


def test_a_failure_that_is_tried_again_says_when_and_one_that_stopped_does_not(country: Country) -> None:
    soon = NOW + 8 * MINUTE
    again = looked_at(country, pull_error=ERROR, pull_retry_at=soon, pulled_at=NOW - timedelta(hours=2))
    stopped = looked_at(country, pull_error=ERROR, pull_paused=ERROR, pull_retry_at=soon, pulled_at=NOW - timedelta(hours=2))
    pushing = looked_at(country, push_error=ERROR, push_retry_at=soon)
    assert (again.retry_at, again.since) == (soon, NOW - timedelta(hours=2))
    assert (stopped.retry_at, stopped.since) == (None, NOW - timedelta(hours=2))
    # Since when an app cannot be written to is not kept; when it was read last has nothing to do with it.
    assert (pushing.retry_at, pushing.since) == (soon, None)


def test_those_that_need_somebody_come_first(country: Country) -> None:
    # Whatever the other tests of this file have left there, and in whichever process they ran.
    for state in ({}, {"pulled_at": None}, {"pull_error": ERROR}):
        looked_at(country, **state)
    order = [each.condition for each in health(country.hub)]
    assert order == sorted(order, key=list(Condition).index)
    assert order[0] is Condition.FAILING


def test_what_waits_is_counted_by_connection(country: Country) -> None:
    mine, other = country.connection("mine"), country.connection("other")
    empty = dict.fromkeys(("touched", "attempts", "misses", "incarnation"), 0)
    lists: dict[str, Any] = {name: [] for name in ("sent", "unsupported")} | {name: {} for name in ("stored", "history", "flaps", "raw")}
    kinds: list[dict[str, Any]] = [{"due_at": NOW}, {"due_at": NOW + MINUTE}, {"parked": {"title": {"error": "too long"}}}, {}]
    ids = [country.complaint(Status.RECEIVED).id for _ in kinds]
    with country.hub.store.writing() as sql:
        for n, (key, kind) in enumerate(zip(ids, kinds, strict=True)):
            values = {"id": f"l{n}", "connection_id": mine, "complaint_id": key, "state": "linked", "ref": str(n), "receiver": True}
            usual = {"created_at": NOW, "updated_at": NOW, "parked": {}}
            sql.execute(insert(tables.links).values({**values, **lists, **usual, **empty, **kind}))
        for state in ("open", "open", "decided"):
            sql.execute(insert(tables.conflicts).values(connection_id=mine, kind="conflict", state=state, rule="x", created_at=NOW))
        for ref, resolved in (("1", None), ("2", NOW)):
            seen = {"raw": b"x", "digest": "x", "problem": "x", "first_at": NOW, "last_at": NOW, "resolved_at": resolved}
            sql.execute(insert(tables.quarantine).values(connection_id=mine, ref=ref, **seen))
    found = {each.id: (each.waiting, each.parked, each.conflicts, each.quarantined) for each in health(country.hub)}
    assert (found[mine], found[other]) == ((2, 1, 2, 1), (0, 0, 0, 0))
