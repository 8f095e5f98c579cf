"""Lists, filters, searches and timelines over a million complaints, through the real API in a process of its own, by token."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from benchmarks import limits, plans
from benchmarks.apps.records import PROVINCES
from benchmarks.databases import fresh
from benchmarks.figures import Figures, show
from benchmarks.nation import REGIONS, WORDS
from benchmarks.network import name_of
from benchmarks.populating import nationwide
from benchmarks.processes import roles
from benchmarks.recount import differences
from contracts.content import iso
from contracts.vocabulary import Status
from hub.accounts.roles import Role, Scope
from hub.build import Hub
from hub.operations.accounts import add_account
from hub.operations.complaints import assign
from hub.operations.tokens import add_token
from hub.store import tables

FULL, QUICK = 1_000_000, 20_000
_SEED = 20_261_122
_ASKED, _QUICKLY = 100, 15
_ASSIGNED = 200
_WHO = "bench"

Question = tuple[str, dict[str, Any]]


class Api:
    """The API, asked with a token over one connection that is kept."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/api/v1"
        self._web = requests.Session()
        self._web.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> Any:
        """Ask; raises requests.HTTPError."""
        answer = self._web.get(f"{self._url}/{path}", params=query, timeout=120)
        answer.raise_for_status()
        return answer.json()


class Asking:
    """One run: each kind of question is ``asked`` so often, 95 of 100 are to be answered in ``most`` seconds."""

    def __init__(self, hub: Hub, api: Api, asked: int, most: float, figures: Figures) -> None:
        self.hub, self.api, self.asked, self.most, self.figures = hub, api, asked, most, figures
        self._chance = random.Random(_SEED)
        self._ids, self._tracking = self._some()

    def _some(self) -> tuple[list[str], list[str]]:
        table = tables.complaints.c
        with self.hub.store.reading() as sql:
            rows = sql.execute(select(table.id, table.tracking_id).order_by(table.tracking_id).limit(2_000)).all()
        return [row.id for row in rows], [row.tracking_id for row in rows]

    def all(self) -> None:
        """Ask every kind of question in turn with the others, as people and programs do."""
        kinds = self._kinds()
        times: dict[str, list[float]] = {name: [] for name in kinds}
        for turn in range(self.asked + 1):
            for name, question in kinds.items():
                path, query = question()
                began = time.perf_counter()
                self.api.get(path, **query)
                # What is asked for the first time finds nothing in memory, neither here nor in the database.
                if turn:
                    times[name].append(time.perf_counter() - began)
        rows = []
        for name, each in times.items():
            each.sort()
            p50, p95 = each[len(each) // 2], each[int(len(each) * 0.95)]
            rows.append([name, f"{p50 * 1_000:.1f}", f"{p95 * 1_000:.1f}", f"{each[-1] * 1_000:.1f}"])
            self.figures.limit(name, p95, self.most, "s")
        show(["question", "p50 ms", "p95 ms", "longest ms"], rows)

    def _kinds(self) -> dict[str, Callable[[], Question]]:
        pick, some, walk, deep = self._chance.choice, self._list, self._walk({}), self._walk({"status": "closed"})
        return {
            "list, first page": some(),
            "list, page after page": lambda: ("complaints", next(walk)),
            "list, one status, page after page": lambda: ("complaints", next(deep)),
            "changed since a moment": some(updated_since=self._moment),
            "filter: status": some(status=self._status),
            "filter: province": some(province=self._province),
            "filter: origin": some(origin=self._region),
            "filter: holder": some(holder=self._region),
            "filter: status and province": some(status=self._status, province=self._province),
            "filter: status and holder": some(status=self._status, holder=self._region),
            "filter: status, origin, since": some(status=self._status, origin=self._region, updated_since=self._moment),
            "search: beginning of a tracking id": some(q=lambda: pick(self._tracking)[: pick([4, 7, 9])]),
            "search: one of the commonest words": some(words=lambda: pick(WORDS[:10])),
            "search: two words": some(words=lambda: f"{pick(WORDS[:100])} {pick(WORDS[:1_000])}"),
            "search: a word nobody wrote": some(words=lambda: f"{pick(WORDS[:10])} x{pick(range(10**6))}"),
            "search: words and status": some(words=lambda: pick(WORDS[:1_000]), status=self._status),
            "one complaint": lambda: (f"complaints/{pick(self._ids)}", {}),
            "timeline": lambda: (f"complaints/{pick(self._tracking)}/timeline", {}),
            "connections": lambda: ("connections", {}),
            "deliveries": lambda: ("deliveries", {}),
            "deliveries of one connection": lambda: ("deliveries", {"connection": self._region()}),
            "conflicts that wait": lambda: ("conflicts", {}),
            "all conflicts": lambda: ("conflicts", {"state": "all", "limit": 200}),
            "health": lambda: ("health", {}),
        }

    def _list(self, **given: Callable[[], str]) -> Callable[[], Question]:
        """Return a question for a page of complaints, the newest or the oldest first."""
        return lambda: ("complaints", {name: one() for name, one in given.items()} | {"order": self._chance.choice(["newest", "oldest"])})

    def _status(self) -> str:
        return str(self._chance.choice(list(Status)).value)

    def _province(self) -> str:
        return self._chance.choice(PROVINCES)

    def _region(self) -> str:
        return name_of(self._chance.randrange(REGIONS))

    def _walk(self, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Go on from a moment in the middle, always with the last page's cursor; to ask is part of it only once."""
        query = {**query, "updated_since": self._moment(), "limit": 200}
        cursor: str | None = None
        while True:
            given = query | ({"cursor": cursor} if cursor else {})
            yield given
            cursor = self.api.get("complaints", **given)["next_cursor"]

    def _moment(self) -> str:
        return iso(datetime.now(UTC) - timedelta(days=self._chance.randrange(1, 900)))


def people(hub: Hub) -> None:
    """Let a coordinator assign some of what came in last: the counts must hold when complaints move, too."""
    table = tables.complaints.c
    with hub.store.reading() as sql:
        waiting = select(table.id).where(table.status == Status.RECEIVED.value).order_by(table.id.desc()).limit(_ASSIGNED)
        ids = list(sql.scalars(waiting))
    for number, each in enumerate(ids):
        assign(hub, each, "koordinator", name_of(number))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status says whether every limit was met."""
    parser = argparse.ArgumentParser(prog="benchmarks/million.py", description=__doc__)
    parser.add_argument("--size", type=int, default=None, help=f"so many complaints instead of {FULL:,}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} complaints and fewer questions")
    parser.add_argument("--plans", type=Path, default=None, help="file for the query plans")
    given = parser.parse_args(arguments)
    size, figures = given.size or (QUICK if given.quick else FULL), Figures()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simpul-bench-")))
        url = stack.enter_context(fresh("postgresql", folder))
        hub = stack.enter_context(nationwide(folder, url, size, _SEED, figures))
        people(hub)
        add_account(hub, _WHO, "sebuah-sandi-yang-panjang", Role.MONITOR)
        token = add_token(hub, _WHO, "benchmark", Scope.READ, days=1)
        web = stack.enter_context(roles(folder, url)).start("web", "--port", "0", "--workers", "1").url
        asked, most = (_QUICKLY, limits.QUICK.asked) if given.quick else (_ASKED, limits.FULL.asked)
        Asking(hub, Api(web, token), asked, most, figures).all()
        plans.note(hub, given.plans)
        wrong = differences(hub)
        print(f"rollup against a recount from the log: {'equal' if not wrong else wrong[:3]}")
        figures.must(not wrong, f"the rollup is not what the log says: {wrong[:3]}")
    print()
    figures.show_limits()
    return 0 if figures.passed else 1
