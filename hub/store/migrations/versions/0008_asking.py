"""what lists of deliveries are asked by"""

from alembic import op

revision = "0008"
down_revision = "0007"
additive = True

_RESTLESS = "state <> 'ended' AND (state <> 'linked' OR due_at IS NOT NULL OR parked <> '{}' OR unsupported <> '[]')"
ahead = {
    "ix_links_apart": "links (connection_id) WHERE state <> 'linked'",
    "ix_links_restless": f"links (connection_id, id) WHERE {_RESTLESS}",
}


def upgrade() -> None:
    for name, on in ahead.items():
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {on}")
