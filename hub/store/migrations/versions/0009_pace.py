"""from when on a connection's app may be asked again"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
additive = True


def upgrade() -> None:
    op.add_column("connections", sa.Column("calls_from", sa.DateTime(timezone=True), nullable=True))
