"""which quarantined records a restored hub has not been told of yet"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
additive = True


def upgrade() -> None:
    op.add_column("quarantine", sa.Column("recovering", sa.Boolean(), nullable=True))
