"""Run migrations on the connection that `hub.store.store.Store.migrate` hands over."""

from typing import Any

from alembic import context

from hub.store.tables import metadata
from hub.store.types import Json, Moment


def _render(kind: str, item: Any, autogen: Any) -> Any:
    """Write our own column types into a new migration by their names."""
    if kind == "type" and isinstance(item, Moment):
        autogen.imports.add("from hub.store.types import Moment")
        return "Moment()"
    if kind == "type" and item is Json:
        autogen.imports.add("from hub.store.types import Json")
        return "Json"
    return False


_sql = context.config.attributes["connection"]
if _sql.dialect.name == "postgresql":
    # Two processes of one new release may start together: the second waits and then finds nothing to do.
    _sql.exec_driver_sql("SELECT pg_advisory_xact_lock(7310)")
    # Whoever waits for a table holds up all who come after it: a migration gives way, before a deadlock is looked for, and is tried again.
    _sql.exec_driver_sql("SET LOCAL lock_timeout = '800ms'")
context.configure(connection=_sql, target_metadata=metadata, render_as_batch=True, render_item=_render, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
