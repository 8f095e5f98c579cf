"""What is counted as it changes, so that a page need not count."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, text

from contracts.vocabulary import Status
from hub.store.tables.ground import Big, metadata, partial, waits
from hub.store.types import one_of

# How many complaints there are, from where, through which connection (0: filed at the hub), by status now.
standing = Table(
    "standing",
    metadata,
    Column("province", String(2), primary_key=True),
    Column("origin_id", Big, primary_key=True, autoincrement=False),
    Column("status", String(20), primary_key=True),
    Column("n", Integer, nullable=False),
    one_of("status", [word.value for word in Status], "status"),
)

WAITING_CELL = text(f"n > 0 AND {waits('status')}")

# The same by the day (WIB) on which they were filed, from where, through which connection (0: filed at the hub), by status now.
rollup = Table(
    "rollup",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("province", String(2), primary_key=True),
    Column("origin_id", Big, primary_key=True, autoincrement=False),
    Column("status", String(20), primary_key=True),
    Column("n", Integer, nullable=False),
    one_of("status", [word.value for word in Status], "status"),
    partial("ix_rollup_waiting", "province", "origin_id", "day", where=WAITING_CELL),
)
