"""counts per day, province, origin and status, and what lists are sorted and cut by"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.store.types import Json, Moment

revision = "0002"
down_revision = "0001"

_STATUSES = (
    "received",
    "postponed",
    "verified",
    "assigned",
    "returned",
    "in_progress",
    "answered",
    "reporter_replied",
    "closed",
    "archived",
)
_WAITS = "status IN ('assigned', 'in_progress', 'postponed', 'received', 'reporter_replied', 'returned', 'verified')"
_PARKED = "parked <> '{}'"
_BATCH = 5_000
_CELL = ("day", "province", "origin_id", "status")


def upgrade() -> None:
    op.add_column("complaints", sa.Column("filed_at", Moment(), nullable=False, server_default="1970-01-01 00:00:00"))
    op.add_column("complaints", sa.Column("province", sa.String(length=2), nullable=False, server_default=""))
    _counted("standing", _CELL[1:])
    _counted("rollup", _CELL)
    _fill()
    for name in ("status", "holder"):
        op.drop_index(f"ix_complaints_{name}", "complaints")
    for name, column in (("status", "status"), ("holder", "holder"), ("origin", "origin_id"), ("province", "province")):
        op.create_index(f"ix_complaints_{name}", "complaints", [column, "filed_at"])
    _partial("ix_complaints_open", "complaints", ["filed_at", "id"], _WAITS)
    _partial("ix_rollup_waiting", "rollup", ["province", "origin_id", "day"], f"n > 0 AND {_WAITS}")
    _partial("ix_links_parked", "links", ["connection_id"], _PARKED)


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def _counted(name: str, keys: tuple[str, ...]) -> None:
    columns: dict[str, sa.Column[Any]] = {
        "day": sa.Column("day", sa.String(length=10), nullable=False),
        "province": sa.Column("province", sa.String(length=2), nullable=False),
        "origin_id": sa.Column("origin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        "status": sa.Column("status", sa.String(length=20), nullable=False),
    }
    words = sa.CheckConstraint(f"status IN ({', '.join(map(repr, _STATUSES))})", name=op.f(f"ck_{name}_status"))
    key = sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}"))
    op.create_table(name, *(columns[each] for each in keys), sa.Column("n", sa.Integer(), nullable=False), words, key)


def _fill() -> None:
    # What an earlier release took in is sorted and counted as this one would have.
    sql, table = op.get_bind(), sa.table("complaints", sa.column("id"), sa.column("filed_at", Moment()), sa.column("province"))
    place = sa.update(table).where(table.c.id == sa.bindparam("key")).values(filed_at=sa.bindparam("filed"), province=sa.bindparam("code"))
    counts: Counter[tuple[str, str, int, str]] = Counter()
    for rows in _complaints(sql):
        found = [_placed(row) for row in rows]
        sql.execute(place, [values for values, _ in found])
        counts.update(cell for _, cell in found)
    whole: Counter[tuple[str, int, str]] = Counter()
    for cell, n in counts.items():
        whole[cell[1:]] += n
    _insert(sql, "rollup", _CELL, counts)
    _insert(sql, "standing", _CELL[1:], whole)


def _complaints(sql: sa.Connection) -> Iterator[list[Any]]:
    names = ("id", "origin_id", "status")
    table = sa.table("complaints", *map(sa.column, names), sa.column("content", Json), sa.column("created_at", Moment()))
    after = ""
    while rows := sql.execute(sa.select(table).where(table.c.id > after).order_by(table.c.id).limit(_BATCH)).all():
        yield list(rows)
        after = rows[-1].id


def _placed(row: Any) -> tuple[dict[str, Any], tuple[str, str, int, str]]:
    said, place = row.content.get("submitted_at"), str(row.content.get("place_code") or "")[:2]
    filed = datetime.fromisoformat(said) if isinstance(said, str) else row.created_at
    day = (filed.astimezone(UTC) + timedelta(hours=7)).date().isoformat()
    code = place if len(place) == 2 and place.isdecimal() else ""
    return {"key": row.id, "filed": filed, "code": code}, (day, code, row.origin_id or 0, row.status)


def _insert(sql: sa.Connection, name: str, keys: tuple[str, ...], counts: Counter[Any]) -> None:
    table = sa.table(name, *(sa.column(key) for key in (*keys, "n")))
    values = [dict(zip(keys, cell, strict=True), n=n) for cell, n in sorted(counts.items())]
    for start in range(0, len(values), _BATCH):
        sql.execute(table.insert(), values[start : start + _BATCH])
