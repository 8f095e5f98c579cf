"""on PostgreSQL, what most rows say anyway as defaults: rows that say it need not be sent with it"""

from alembic import op

revision = "0010"
down_revision = "0009"
additive = True

_NOTHING, _NONE = "'{}'", "'[]'"
_DEFAULTS = {
    "complaints": {"digests": _NOTHING, "sources": _NOTHING, "held": _NOTHING, "historic": "false", "erased": "false"},
    "links": {
        **dict.fromkeys(("stored", "history", "parked", "flaps"), _NOTHING),
        **dict.fromkeys(("sent", "unsupported"), _NONE),
        **dict.fromkeys(("touched", "attempts", "misses", "incarnation"), "0"),
    },
}


def upgrade() -> None:
    # SQLite cannot change a default without building the table anew, and gains nothing from one.
    if op.get_bind().dialect.name == "postgresql":
        for table, defaults in _DEFAULTS.items():
            op.execute(f"ALTER TABLE {table} {', '.join(f'ALTER {name} SET DEFAULT {value}' for name, value in defaults.items())}")
