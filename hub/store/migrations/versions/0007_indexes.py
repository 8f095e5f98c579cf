"""smaller indexes of what is due and whom a complaint is with, and one of the creates in doubt"""

from alembic import op

revision = "0007"
down_revision = "0006"
additive = True

_NEW = "_0007"  # takes the place and the name of an older one
ahead = {
    f"ix_links_due{_NEW}": "links (connection_id, due_at) WHERE due_at IS NOT NULL",
    "ix_links_in_doubt": "links (connection_id) WHERE state IN ('ambiguous', 'creating')",
    f"ix_complaints_holder{_NEW}": "complaints (holder, filed_at) WHERE holder IS NOT NULL",
}


def upgrade() -> None:
    for name, on in ahead.items():
        final = name.removesuffix(_NEW)
        if final == name:
            op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {on}")
        elif op.get_bind().dialect.name == "postgresql":
            op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {on}")
            op.execute(f"DROP INDEX {final}")
            op.execute(f"ALTER INDEX {name} RENAME TO {final}")
        else:
            op.execute(f"DROP INDEX {final}")
            op.execute(f"CREATE INDEX {final} ON {on}")
