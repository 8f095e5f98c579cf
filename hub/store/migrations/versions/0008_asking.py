"""what lists of deliveries and of complaints are asked by, and on PostgreSQL the words of complaints"""

from alembic import op

revision = "0008"
down_revision = "0007"
additive = True

_RESTLESS = "state <> 'ended' AND (state <> 'linked' OR due_at IS NOT NULL OR parked <> '{}' OR unsupported <> '[]')"
_WORDS = "to_tsvector('simple'::regconfig, coalesce(content ->> 'title', '') || ' ' || coalesce(content ->> 'description', ''))"
ahead = {
    "ix_links_apart": "links (connection_id) WHERE state <> 'linked'",
    "ix_links_restless": f"links (connection_id, id) WHERE {_RESTLESS}",
    "ix_complaints_words": f"complaints USING gin ({_WORDS})",
}


def upgrade() -> None:
    for name, on in ahead.items():
        if "USING gin" not in on or op.get_bind().dialect.name == "postgresql":
            op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {on}")
