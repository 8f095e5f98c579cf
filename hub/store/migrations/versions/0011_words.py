"""the words of complaints beside them, on PostgreSQL with an index of them; who migrates fills them in afterwards, bit by bit"""

from alembic import op

revision = "0011"
down_revision = "0010"
additive = True


def upgrade() -> None:
    words = op.get_bind().dialect.name == "postgresql"
    collated = 'COLLATE "C"' if words else ""
    op.execute(f"ALTER TABLE complaints ADD COLUMN said TEXT {collated}")
    op.execute("ALTER TABLE complaints ADD COLUMN said_of INTEGER")
    if words:
        op.execute("CREATE INDEX ix_complaints_said ON complaints USING gin (string_to_array(said, ' '))")
        op.execute("CREATE INDEX ix_complaints_unsaid ON complaints (id) WHERE said_of IS DISTINCT FROM version")
