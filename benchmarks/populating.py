"""Writes a nation's complaints straight into the tables: regions, rows by COPY, indexes, counts, and what is left lying."""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, text

from benchmarks import plans
from benchmarks.databases import durable
from benchmarks.figures import Figures
from benchmarks.hubs import KIND, LIVE_FROM, durability_of, settings_of
from benchmarks.nation import REGIONS, Nation
from benchmarks.network import name_of
from benchmarks.running import LocalApp
from hub.build import Hub, build
from hub.config import Settings
from hub.operations import connections
from hub.store import rollup, tables
from hub.store.bulk import insert_rows
from hub.store.rows import ComplaintRow, LinkRow
from hub.store.statements import NAMES, TABLES, VALUES
from hub.store.wording import worded
from hub.sync.engine import network_changed
from hub.words import ConflictKind, ConflictState, Phase


@contextmanager
def nationwide(folder: Path, url: str, size: int, seed: int, figures: Figures) -> Iterator[Hub]:
    """Give a hub on an empty PostgreSQL database with a nation's complaints in it; how durable that is, and how large, is printed."""
    hub = build(Settings(folder, url, folder / "keys.json"))
    try:
        told = durability_of(hub)
        figures.must(durable(told), f"the hub is not durable: {told}")
        print(f"{size:,} complaints, {REGIONS} connections; {os.cpu_count()} cores, Python {platform.python_version()}, seed {seed}")
        print(f"PostgreSQL with {told}", flush=True)
        began = time.monotonic()
        settle(hub)
        populate(hub, Nation(size, seed, datetime.now(UTC)))
        print(f"built in {time.monotonic() - began:.0f} s: {plans.sizes(hub)}", flush=True)
        yield hub
    finally:
        hub.close()


def settle(hub: Hub) -> None:
    """Connect and approve the regions; none of their apps is ever asked."""
    with hub.store.unit() as unit:
        for number in range(REGIONS):
            app = LocalApp(f"http://127.0.0.1:9/{number}", 0)
            asked = connections.Wanted(name_of(number), KIND, settings_of(app) | {"create": {"service_code": "jalan"}}, name_of(number))
            connections.insert_connection(hub, unit, connections.checked(hub, asked))
            code, name = name_of(number), f"Kota {number}"
            unit.sql.execute(insert(tables.agencies).values(code=code, name=name, connection=code))
        unit.sql.execute(tables.connections.update().values(phase=Phase.LIVE.value, live_from=LIVE_FROM, pulled_at=unit.now))
        network_changed(unit)


def populate(hub: Hub, nation: Nation) -> None:
    """Write everything; the indexes are made after it, as who moves a nation's complaints would do."""
    with hub.store.writing() as sql:
        later = without_indexes(sql)
    for batch in nation.batches():
        with hub.store.writing() as sql:
            for kind, rows in ((ComplaintRow, batch.complaints), (LinkRow, batch.links)):
                names, values = NAMES[kind], [VALUES[kind](row) for row in rows]
                insert_rows(sql, TABLES[kind], *(worded(names, values) if kind is ComplaintRow else (names, values)))
            insert_rows(sql, tables.ledger, tuple(batch.ledger[0]), [tuple(entry.values()) for entry in batch.ledger])
    with hub.store.writing() as sql:
        _count(sql, nation.counts)
        for statement in later:
            sql.execute(text(statement))
    with hub.store.writing() as sql:
        _trouble(sql, hub.store.now())
    with hub.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as sql:
        sql.execute(text("VACUUM ANALYZE"))


def _count(sql: Connection, counts: Counter[rollup.Cell]) -> None:
    whole: Counter[tuple[Any, ...]] = Counter()
    for cell, n in counts.items():
        whole[cell[1:]] += n
    names = rollup.Cell._fields
    insert_rows(sql, tables.rollup, (*names, "n"), [(*cell, n) for cell, n in counts.items()])
    insert_rows(sql, tables.standing, (*names[1:], "n"), [(*cell, n) for cell, n in whole.items()])


def without_indexes(sql: Connection) -> list[str]:
    """Drop what is no constraint, and return how it is made again."""
    asked = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('complaints', 'links', 'ledger')"
    own = "AND indexname LIKE 'ix%'"
    found = sql.execute(text(f"{asked} {own}")).all()
    for name, _ in found:
        sql.execute(text(f"DROP INDEX {name}"))
    return [each.indexdef for each in found]


def _trouble(sql: Connection, now: datetime) -> None:
    """Leave what a nation leaves lying: one delivery in 200 due or refused, one decision in 100 kept, one in 500 open."""
    some = "complaint_id IN (SELECT id FROM complaints WHERE origin_id % 2 = 0)"
    sql.execute(text(f"UPDATE links SET due_at = :now WHERE ('x' || right(id, 4))::bit(16)::int % 400 = 1 AND {some}"), {"now": now})
    refused = '{"status": {"error": "not a word of this app", "at": "2026-01-01T00:00:00+00:00"}}'
    sql.execute(text("UPDATE links SET parked = CAST(:why AS jsonb) WHERE ('x' || right(id, 4))::bit(16)::int % 400 = 2"), {"why": refused})
    sql.execute(
        text(
            "INSERT INTO conflicts (complaint_id, connection_id, kind, state, field, hub_value, local_value, kept, rule, created_at)"
            " SELECT id, origin_id, :kind, CASE WHEN right(id, 1) = '3' THEN :open ELSE :recorded END, 'title', '\"a\"', '\"b\"', 'hub',"
            " 'prefer_hub', created_at FROM complaints WHERE ('x' || right(id, 4))::bit(16)::int % 100 = 3"
        ),
        {"kind": ConflictKind.CONFLICT.value, "open": ConflictState.OPEN.value, "recorded": ConflictState.RECORDED.value},
    )
