"""Connections: make, change and approve them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from contracts.connector import Connector
from contracts.content import Field
from contracts.errors import ConfigurationProblems, NotFound, Refused
from contracts.events import Kind
from contracts.sheet import capabilities_to_json
from hub.build import Hub
from hub.operations.policy import policy_problems
from hub.operations.rehearsal import apart
from hub.operations.sealing import seal_secrets, split_secrets
from hub.operations.spreading import spread_all
from hub.store import tables
from hub.store.unit import Unit
from hub.sync.engine import network_changed
from hub.words import Phase, Recovery

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One connection as a person asks for it, not checked yet."""

    name: str
    kind: str
    settings: dict[str, Any]
    agency: str | None = None
    policy: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    """A connection that can be made: its settings parted into what may be shown and what is sealed, and its capability sheet."""

    wanted: Wanted
    public: dict[str, Any]
    secret: dict[str, Any]
    sheet: dict[str, Any]


def checked(hub: Hub, wanted: Wanted) -> Checked:
    """Check everything about one connection without talking to its app; raises ConfigurationProblems with all that is wrong."""
    problems = [] if _NAME.fullmatch(wanted.name) else [("name", f"'{wanted.name}' is not a name; use letters, digits, dots and hyphens")]
    problems += policy_problems(wanted.policy)
    connector: Connector | None = None
    try:
        kind = hub.connectors.get(wanted.kind)
        connector = kind(hub.connectors.load(wanted.kind, wanted.settings))
    except NotFound as error:
        problems.append(("kind", str(error)))
    except ConfigurationProblems as error:
        problems += [(where if where == "settings" else f"settings.{where}", what) for where, what in error.problems]
    if problems or connector is None:
        raise ConfigurationProblems(problems)
    public, secret = split_secrets(kind.settings_schema(), wanted.settings)
    return Checked(wanted, public, secret, capabilities_to_json(connector.capabilities))


def add(
    hub: Hub, name: str, kind: str, settings: dict[str, Any], *, agency: str | None = None, policy: dict[str, Any] | None = None
) -> int:
    """Make a connection whose pushes stay paused until it is approved; raises ConfigurationProblems or Refused."""
    asked = checked(hub, Wanted(name, kind, settings, agency, policy or {}))
    with hub.store.unit() as unit:
        made = insert_connection(hub, unit, asked)
        network_changed(unit)
        return made


def insert_connection(hub: Hub, unit: Unit, asked: Checked) -> int:
    """Write a new connection's row and return its id; raises Refused if the name is taken."""
    wanted = asked.wanted
    if unit.sql.execute(select(tables.connections.c.id).where(tables.connections.c.name == wanted.name)).first() is not None:
        advice = "Choose another name, or change that one with `simpul connections apply`."
        raise Refused(f"There is a connection {wanted.name!r} already.", advice)
    values = {
        "name": wanted.name,
        "kind": wanted.kind,
        "agency": wanted.agency,
        "settings": asked.public,
        "secrets": seal_secrets(hub, wanted.name, asked.secret),
        "policy": wanted.policy,
        "sheet": asked.sheet,
        "phase": Phase.INITIALISING.value,
        "recovery": Recovery.NONE.value,
        "recovery_held": False,
        **dict.fromkeys(("tick", "pull_failures", "push_failures", "fence"), 0),
    }
    return int(unit.sql.execute(insert(tables.connections).values(values).returning(tables.connections.c.id)).scalar_one())


def approve(hub: Hub, name: str, *, live_from: datetime | None = None) -> None:
    """Let a connection push: what was filed before ``live_from`` (default: now) is linked and counted, but not pushed to others."""
    own = apart(hub)
    with own.store.unit() as unit:
        row = unit.connection(name, lock=True)
        if row.phase is Phase.LIVE:
            raise Refused(f"{name} is live already.", "`simpul connections show` says how it stands.")
        row.phase = Phase.LIVE
        row.live_from = live_from or row.live_from or unit.now
        network_changed(unit)
        unit.flush()
        _wake(own, unit, row.id, row.live_from)


def _wake(hub: Hub, unit: Unit, connection_id: int, live_from: datetime) -> None:
    """Complaints that came in from this connection before it was approved, but were filed after go-live, are news after all."""
    table = tables.complaints.c
    mine = unit.sql.execute(select(table.id, table.content).where(table.origin_id == connection_id, table.historic.is_(True)))
    news = [row.id for row in mine if _filed(row.content) >= live_from]
    for complaint_id in news:
        complaint = unit.complaint(complaint_id)
        complaint.historic = False
        unit.log(complaint, Kind.CHANGED, "news_after_all", connection_id=connection_id)
    spread_all(hub.engine.desk(unit), news)


def _filed(content: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(content[Field.SUBMITTED_AT.value]))
