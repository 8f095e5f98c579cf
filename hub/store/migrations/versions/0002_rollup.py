"""counts per day, province, origin and status"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from hub.store.types import Json, Moment

revision = "0002"
down_revision = "0001"

_STATUSES = (
    "received postponed verified assigned returned in_progress answered reporter_replied closed archived".split()  # noqa: SIM905
)
_BATCH = 5_000


def upgrade() -> None:
    op.create_table(
        "rollup",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("origin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN (" + ", ".join(f"'{word}'" for word in _STATUSES) + ")", name=op.f("ck_rollup_status")),
        sa.PrimaryKeyConstraint("day", "province", "origin_id", "status", name=op.f("pk_rollup")),
    )
    _count()


def _count() -> None:
    # What an earlier release took in is counted as this one would have.
    complaint = sa.table(
        "complaints", sa.column("content", Json), sa.column("origin_id"), sa.column("status"), sa.column("created_at", Moment())
    )
    rollup = sa.table("rollup", *(sa.column(name) for name in ("day", "province", "origin_id", "status", "n")))
    counts: Counter[tuple[str, str, int, str]] = Counter()
    for row in op.get_bind().execute(sa.select(complaint).execution_options(yield_per=_BATCH)):
        said, place = row.content.get("submitted_at"), str(row.content.get("place_code") or "")[:2]
        filed = datetime.fromisoformat(said) if isinstance(said, str) else row.created_at
        day = (filed.astimezone(UTC) + timedelta(hours=7)).date().isoformat()
        counts[day, place if len(place) == 2 and place.isdecimal() else "", row.origin_id or 0, row.status] += 1
    values = [dict(zip(("day", "province", "origin_id", "status"), key, strict=True), n=n) for key, n in sorted(counts.items())]
    for start in range(0, len(values), _BATCH):
        op.get_bind().execute(rollup.insert(), values[start : start + _BATCH])
