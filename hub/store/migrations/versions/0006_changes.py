"""who leads what only one process may do, and how far the log of changes was announced"""

import sqlalchemy as sa
from alembic import op

from hub.store.types import Moment

revision = "0006"
down_revision = "0005"
additive = True


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    leaders = op.create_table(
        "leaders",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("position", big, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leaders")),
    )
    # What was written before there were events is not announced; it can be replayed.
    newest = op.get_bind().execute(sa.text("SELECT max(seq) FROM ledger")).scalar()
    if newest is not None:
        op.bulk_insert(leaders, [{"name": "events", "position": newest}])
