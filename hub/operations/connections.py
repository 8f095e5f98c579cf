"""Connections: make, change, pause, approve and remove them."""

from __future__ import annotations

from typing import Any

import orjson
from marshmallow import Schema
from sqlalchemy import insert, select

from contracts.errors import Refused
from contracts.sheet import capabilities_to_json
from hub.build import Hub
from hub.store import tables
from hub.sync.engine import network_changed
from hub.words import Phase, Recovery


def add(hub: Hub, name: str, kind: str, settings: dict[str, Any], *, agency: str | None = None, policy: dict[str, Any] | None = None) -> int:
    """Make a connection whose pushes stay paused until it is approved; raises ConfigurationProblems, NotFound or Refused."""
    loaded = hub.connectors.load(kind, settings)
    sheet = capabilities_to_json(hub.connectors.get(kind)(loaded).capabilities)
    public, secret = split_secrets(hub.connectors.get(kind).settings_schema(), settings)
    with hub.store.unit() as unit:
        taken = unit.sql.execute(select(tables.connections.c.id).where(tables.connections.c.name == name)).first()
        if taken is not None:
            raise Refused(f"there is a connection {name!r} already.", "Choose another name, or change that one with `simpul connections apply`.")
        made = unit.sql.execute(
            insert(tables.connections)
            .values(
                name=name,
                kind=kind,
                agency=agency,
                settings=public,
                secrets=hub.keys.seal(orjson.dumps(secret), name.encode()) if secret else None,
                policy=policy or {},
                sheet=sheet,
                phase=Phase.INITIALISING.value,
                recovery=Recovery.NONE.value,
                recovery_held=False,
                tick=0,
                pull_failures=0,
                push_failures=0,
                fence=0,
            )
            .returning(tables.connections.c.id)
        )
        network_changed(unit)
        return int(made.scalar_one())


def split_secrets(schema: Schema, settings: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part settings into what may be shown and what is sealed, by the schema's own marks."""
    hidden = {field.data_key or name for name, field in schema.load_fields.items() if field.metadata.get("secret")}
    public = {name: value for name, value in settings.items() if name not in hidden}
    return public, {name: value for name, value in settings.items() if name in hidden}


def approve(hub: Hub, name: str) -> None:
    """Let a connection push: what was filed before this moment is linked and counted, but not pushed to others."""
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        if row.phase is Phase.LIVE:
            raise Refused(f"{name} is live already.", "`simpul connections show` says how it stands.")
        row.phase = Phase.LIVE
        row.live_from = row.live_from or unit.now
        network_changed(unit)
