"""Which status may follow which, and how far along each one is. Pure rules, no state.

Source: the national flow of SP4N-LAPOR! (PermenPANRB 62/2018 and its successor).
"""

from __future__ import annotations

from collections import deque

from contracts.vocabulary import Status

_S = Status

FOLLOWS: dict[Status, frozenset[Status]] = {
    _S.RECEIVED: frozenset({_S.POSTPONED, _S.VERIFIED, _S.ASSIGNED, _S.ARCHIVED}),
    _S.POSTPONED: frozenset({_S.RECEIVED, _S.VERIFIED, _S.ARCHIVED}),
    _S.VERIFIED: frozenset({_S.ASSIGNED, _S.POSTPONED, _S.ARCHIVED}),
    _S.ASSIGNED: frozenset({_S.IN_PROGRESS, _S.ANSWERED, _S.RETURNED, _S.POSTPONED, _S.ARCHIVED}),
    _S.RETURNED: frozenset({_S.ASSIGNED, _S.ARCHIVED}),
    _S.IN_PROGRESS: frozenset({_S.ANSWERED, _S.RETURNED, _S.POSTPONED, _S.ARCHIVED}),
    _S.ANSWERED: frozenset({_S.REPORTER_REPLIED, _S.IN_PROGRESS, _S.CLOSED}),
    _S.REPORTER_REPLIED: frozenset({_S.ANSWERED, _S.IN_PROGRESS, _S.CLOSED}),
    _S.CLOSED: frozenset({_S.IN_PROGRESS}),
    _S.ARCHIVED: frozenset({_S.RECEIVED}),
}

NEEDS_REASON = frozenset({_S.POSTPONED, _S.ARCHIVED, _S.RETURNED})

_RANK: dict[Status, int] = {
    _S.RECEIVED: 0,
    _S.POSTPONED: 0,
    _S.VERIFIED: 1,
    _S.ASSIGNED: 2,
    _S.RETURNED: 2,
    _S.IN_PROGRESS: 3,
    _S.ANSWERED: 4,
    _S.REPORTER_REPLIED: 4,
    _S.CLOSED: 5,
    _S.ARCHIVED: 5,
}

# The statuses in which a complaint must have exactly one holder (design: one holder from verified until closed or archived).
HELD = frozenset({_S.VERIFIED, _S.ASSIGNED, _S.RETURNED, _S.IN_PROGRESS, _S.ANSWERED, _S.REPORTER_REPLIED})

# Those that still wait for an agency or its coordinator; an answered complaint waits for its reporter.
OPEN = frozenset(Status) - {_S.ANSWERED, _S.CLOSED, _S.ARCHIVED}


def rank(status: Status) -> int:
    """Return how far along a status is, 0 to 5; equal ranks may alternate."""
    return _RANK[status]


def may_follow(current: Status, wanted: Status) -> bool:
    """Tell whether one step leads from ``current`` to ``wanted``."""
    return wanted in FOLLOWS[current]


def steps_back(current: Status, wanted: Status) -> bool:
    """Tell whether ``wanted`` would undo progress; only a reopening or a person may do that."""
    return rank(wanted) < rank(current)


def path(current: Status, wanted: Status, steps: dict[Status, frozenset[Status]] | None = None) -> list[Status] | None:
    """Return the shortest way from ``current`` to ``wanted`` without stepping back, ends with ``wanted``; None if there is none.

    ``steps`` replaces the national flow by the one a local app insists on; then steps back are as that app says.
    """
    graph = FOLLOWS if steps is None else steps
    ways: deque[list[Status]] = deque([[current]])
    seen = {current}
    while ways:
        way = ways.popleft()
        if way[-1] == wanted:
            return way[1:]
        for following in sorted(graph.get(way[-1], frozenset())):
            if following in seen or (steps is None and steps_back(way[-1], following) and following != wanted):
                continue
            seen.add(following)
            ways.append([*way, following])
    return None
