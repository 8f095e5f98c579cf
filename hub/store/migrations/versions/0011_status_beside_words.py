"""on PostgreSQL, the words of complaints with their status beside them"""

from alembic import op

revision = "0011"
down_revision = "0010"
additive = True

_SAID = "to_tsvector('simple'::regconfig, coalesce(content ->> 'title', '') || ' ' || coalesce(content ->> 'description', ''))"
ahead = {"ix_complaints_said": f"complaints USING gin (({_SAID} || array_to_tsvector(ARRAY['=' || status])))"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, on in ahead.items():
            op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {on}")
        # The code before this one finds the same without its index, only slowly.
        op.drop_index("ix_complaints_words", "complaints")
