"""webhooks: the secrets they are signed with, and those that came in"""

import sqlalchemy as sa
from alembic import op

from hub.store.types import Json, Moment

revision = "0005"
down_revision = "0004"
additive = True


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", Moment(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_webhooks_connection_id_connections")),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("refs", Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'refused')", name=op.f("ck_inbox_state")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_inbox_connection_id_connections")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("connection_id", "mark", name=op.f("uq_inbox_connection_id_mark")),
    )
    op.create_index("ix_inbox_state", "inbox", ["connection_id", "state", "received_at"])
