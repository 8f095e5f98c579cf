"""The questions asked in every transaction, built once: building a statement costs more than SQLite needs to answer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, Table, bindparam, select

from hub.store import tables
from hub.store.among import among
from hub.store.rows import AttemptRow, ComplaintRow, ConnectionRow, LinkRow, ResponseLinkRow, ResponseRow

TABLES: dict[type, Table] = {
    ConnectionRow: tables.connections,
    ComplaintRow: tables.complaints,
    LinkRow: tables.links,
    ResponseRow: tables.responses,
    ResponseLinkRow: tables.response_links,
    AttemptRow: tables.attempts,
}
NAMES: dict[type, tuple[str, ...]] = {kind: tuple(column.name for column in fields(kind)) for kind in TABLES}
# The id is the first field of each.
VALUES: dict[type, Callable[[Any], tuple[Any, ...]]] = {kind: attrgetter(*names) for kind, names in NAMES.items()}


def rows_of(kind: type) -> Select[Any]:
    """Select a row class's columns, in the order of its fields."""
    return select(*(TABLES[kind].c[name] for name in NAMES[kind]))


_connection, _complaint, _link = tables.connections.c, tables.complaints.c, tables.links.c
_response, _mark, _attempt = tables.responses.c, tables.response_links.c, tables.attempts.c

CONNECTION_BY_ID = rows_of(ConnectionRow).where(_connection.id == bindparam("key"))
CONNECTION_BY_NAME = rows_of(ConnectionRow).where(_connection.name == bindparam("key"))
# FOR NO KEY UPDATE: other sessions' foreign keys may still point to the row while it is held.
HELD_CONNECTION_BY_ID = CONNECTION_BY_ID.with_for_update(key_share=True)
HELD_CONNECTION_BY_NAME = CONNECTION_BY_NAME.with_for_update(key_share=True)
# The mark of how the connections and agencies stand.
NETWORK = select(tables.meta.c.value).where(tables.meta.c.key == "network")
CONNECTIONS = rows_of(ConnectionRow).order_by(_connection.id)

COMPLAINTS = rows_of(ComplaintRow).where(among(_complaint.id)).order_by(_complaint.id).with_for_update(key_share=True)
LINKS = rows_of(LinkRow).where(among(_link.complaint_id))
RESPONSES = rows_of(ResponseRow).where(among(_response.complaint_id))
RESPONSE_LINKS = rows_of(ResponseLinkRow).where(_mark.link_id.in_(select(_link.id).where(among(_link.complaint_id))))
COMPLAINT_OF_LINK = select(_link.complaint_id).where(_link.id == bindparam("key"))
ATTEMPT = rows_of(AttemptRow).where(_attempt.id == bindparam("key"))
LAST_ATTEMPT = (
    rows_of(AttemptRow)
    .where(_attempt.link_id == bindparam("key"), _attempt.kind == bindparam("of_kind"))
    .order_by(_attempt.started_at.desc(), _attempt.id.desc())
    .limit(1)
)
