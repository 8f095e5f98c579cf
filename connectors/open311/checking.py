"""The check of a connection: every listing is asked for once, and every filter that is relied on must filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.open311.client import City
from connectors.open311.plan import Plan
from connectors.open311.records import changed_at, lenient, record, ref_of, word
from connectors.open311.windows import FAR, SECOND
from contracts.connector import Finding, Rejected
from contracts.errors import NotDone, Stop
from contracts.strict import nearest

_NOBODY = "simpul-asks-for-nothing"


def check(plan: Plan, city: City) -> None:
    """Raise NotDone if the server is away, Stop with everything that is wrong."""
    problems = [*_services(plan, city), *_sample(plan, city)]
    problems += [f"{each.capability}: {each.measured}. {each.advice}" for each in findings(plan, city) if not each.agrees]
    if problems:
        said = problems[0] if len(problems) == 1 else f"{len(problems)} things are wrong:" + "".join(f"\n  - {each}" for each in problems)
        raise Stop(said)


def findings(plan: Plan, city: City) -> Iterator[Finding]:
    """Ask for what can be in no listing, and see whether the server gives nothing. Only reads."""
    if not plan.paging or plan.feed != "updated":
        yield _filters(plan, _canary(lambda: city.requests(start_date=plan.say(FAR))), "start_date", "requested_datetime")
    if plan.feed == "updated":
        yield _filters(plan, _canary(lambda: city.requests(updated_after=plan.say(FAR))), "updated_after", "updated_datetime")
    if not plan.paging:
        yield from _page_size(plan, city)
    if plan.updates and plan.updates.by_request:
        strangers = [row for row in _canary(lambda: city.updates(service_request_id=_NOBODY)) if ref_of(row) != _NOBODY]
        yield _finding("updates by service_request_id", not strangers, "Set 'by_request' to false.")
    elif plan.updates:
        found = _canary(lambda: city.updates(start_date=plan.say(FAR), end_date=plan.say(FAR + timedelta(days=1))))
        yield _filters(plan, found, "start_date of updates", "updated_datetime")


def _canary(ask: Callable[[], list[Any]]) -> list[Any]:
    """Ask for what nobody has; a server that refuses such a question gives nothing either."""
    try:
        return ask()
    except Stop:
        return []


def _filters(plan: Plan, found: list[Any], argument: str, element: str) -> Finding:
    before = [row for row in found if (lenient(plan, row, element) or changed_at(plan, row) or FAR) < FAR]
    return _finding(argument, not before, "Choose another 'feed', or 'paging', that this server knows.")


def _finding(argument: str, honoured: bool, advice: str) -> Finding:
    return Finding(argument, "the server filters by it", "the server filters by it" if honoured else "the server ignores it", advice)


def _services(plan: Plan, city: City) -> Iterator[str]:
    """Every code that the hub would file under must be offered."""
    offered = {code for row in city.services() if (code := word(row, "service_code"))}
    if plan.create is None or not offered:
        return
    wanted = {code for code in (*plan.services, plan.create.service_code) if code}
    for code in sorted(wanted - offered):
        yield f"The server offers no service_code {code!r}. {nearest(code, offered)}"


def _recent(plan: Plan, city: City, start: datetime, stop: datetime | None) -> list[Any]:
    until = {"end_date": plan.say(stop)} if stop else {}
    return city.requests(start_date=plan.say(start), **until)


def _sample(plan: Plan, city: City) -> Iterator[str]:
    """Of what was filed lately at least one request must make sense."""
    found = _recent(plan, city, datetime.now(UTC) - timedelta(days=plan.window), None)
    read = [record(plan, row) for row in found]
    wrong = [each for each in read if isinstance(each, Rejected)]
    if wrong and len(wrong) == len(read):
        yield f"None of the {len(read)} latest requests can be read: {wrong[0].problem}"
    if plan.updates:
        _try_updates(plan, city)


def _try_updates(plan: Plan, city: City) -> None:
    now = city.said_at or datetime.now(UTC)
    try:
        city.updates(start_date=plan.say(now - timedelta(hours=1)), end_date=plan.say(now))
    except Stop as stop:
        raise Stop(f"Updates cannot be read: {stop.problem}", "Take 'updates' out of the settings, or correct its 'path'.") from None


def _page_size(plan: Plan, city: City) -> Iterator[Finding]:
    """Ask for a span at once and in halves: a server that gives more in halves cuts earlier than the settings say."""
    begin = plan.since.replace(microsecond=0)
    whole = _canary(lambda: _recent(plan, city, begin, None))
    times = sorted(moment for row in whole if (moment := lenient(plan, row, "requested_datetime")))
    if not 1 < len(whole) < plan.page_size or not times or times[0] == times[-1]:
        return
    middle = times[len(times) // 2].replace(microsecond=0)
    try:
        halves = [*_recent(plan, city, begin, middle + SECOND), *_recent(plan, city, middle, None)]
    except (NotDone, Stop):
        return
    more = len({ref_of(row) for row in halves}) > len({ref_of(row) for row in whole})
    cut = f"it puts {len(whole)} at most into one answer" if more else "all that fits"
    yield Finding("page_size", "all that fits", cut, f"Set 'page_size' to {len(whole)}." if more else "")
