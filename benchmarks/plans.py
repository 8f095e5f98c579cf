"""How PostgreSQL answers the questions of the API: the plans of the very statements, with what they read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from benchmarks.nation import WORDS
from benchmarks.network import name_of
from hub.build import Hub
from hub.operations.browsing import Wishes, browse
from hub.operations.conflicts import conflicts
from hub.operations.deliveries import deliveries
from hub.operations.timeline import tell

_BIG = ("complaints", "links", "ledger")


def note(hub: Hub, into: Path | None) -> None:
    """Write the plans of some questions to a file, else what matters of them to the screen."""
    told = []
    for name, asked in _questions(hub):
        with _explained(hub, name) as plans:
            asked()
        told += plans
    if into is not None:
        into.write_text("\n\n".join(told) + "\n", "utf-8")
        print(f"query plans: {into}")
    else:
        for each in told:
            print("\n".join(line for line in each.splitlines() if line[:1] != " " or "Scan" in line or "Execution" in line))


def sizes(hub: Hub) -> str:
    """Say how large the large tables are, with their indexes."""
    asked = "SELECT reltuples::bigint AS n, pg_size_pretty(pg_total_relation_size(oid)) AS size FROM pg_class WHERE relname = :name"
    with hub.store.reading() as sql:
        found = {name: sql.execute(text(asked), {"name": name}).one() for name in _BIG}
    return ", ".join(f"{row.n:,} {name} ({row.size})" for name, row in found.items())


def _questions(hub: Hub) -> Iterator[tuple[str, Any]]:
    for wishes in (
        Wishes(newest_first=True),
        Wishes(status="closed", newest_first=True),
        Wishes(status="returned"),
        Wishes(province="32", status="received"),
        Wishes(holder=name_of(7), newest_first=True),
        Wishes(origin=name_of(7)),
        Wishes(tracking="SPPZ"),
        Wishes(words="lubang pasar"),
        Wishes(words=WORDS[200], status="returned", newest_first=True),
        Wishes(words=WORDS[20], status="closed", newest_first=True),
    ):
        given = {name: getattr(wishes, name) for name in wishes.__slots__ if getattr(wishes, name)}
        yield f"list {given}", lambda wishes=wishes: browse(hub, wishes)
    with hub.store.reading() as sql:
        some = sql.execute(text("SELECT tracking_id FROM complaints LIMIT 1")).scalar_one()
    yield "timeline", lambda: tell(hub, some)
    yield "deliveries", lambda: deliveries(hub)
    yield "conflicts", lambda: conflicts(hub)


@contextmanager
def _explained(hub: Hub, name: str) -> Iterator[list[str]]:
    asked: list[tuple[str, Any]] = []
    plans: list[str] = []

    def heard(sql: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        if statement.startswith("SELECT") and any(f" {table}" in statement for table in _BIG):
            asked.append((statement, given))

    event.listen(hub.store.engine, "before_cursor_execute", heard)
    try:
        yield plans
    finally:
        event.remove(hub.store.engine, "before_cursor_execute", heard)
    with hub.store.reading() as sql:
        for statement, given in asked:
            plan = sql.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", given).scalars()
            plans.append("\n".join([f"{name}: {' '.join(statement.split())[:160]}", *(f"  {line}" for line in plan)]))
