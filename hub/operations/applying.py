"""Making connections what a file says, once the differences were seen."""

from __future__ import annotations

from hub.build import Hub
from hub.operations.connections import insert_connection
from hub.operations.declared import Difference
from hub.operations.rehearsal import apart
from hub.operations.sealing import seal_secrets
from hub.operations.spreading import compare_links, spread_where
from hub.store import tables
from hub.store.unit import Unit
from hub.sync.engine import network_changed


def carry_out(hub: Hub, differences: list[Difference]) -> None:
    """Make it so, in one transaction."""
    own = apart(hub)
    with own.store.unit() as unit:
        for each in sorted(differences, key=lambda item: item.name):
            if each.new:
                insert_connection(own, unit, each.asked)
            else:
                _update(own, unit, each)
        network_changed(unit)
        unit.flush()
        _follow(own, unit, differences)


def _update(hub: Hub, unit: Unit, difference: Difference) -> None:
    asked = difference.asked
    row = unit.connection(asked.wanted.name, lock=True)
    row.agency, row.policy = asked.wanted.agency, asked.wanted.policy
    if any(each.path.startswith("settings.") for each in difference.fields):
        row.settings, row.secrets, row.sheet = asked.public, seal_secrets(hub, row.name, asked.secret), asked.sheet
        # What the app says may read differently now.
        row.pull_due_at = unit.now
        row.listing_due_at = unit.now if asked.sheet["can_list"] else row.listing_due_at


def _follow(hub: Hub, unit: Unit, differences: list[Difference]) -> None:
    desk = hub.engine.desk(unit)
    paths = {each.path.split(".")[1] for one in differences for each in one.fields if each.path.startswith("policy.")}
    if paths & {"regions", "classes"}:
        spread_where(desk, tables.complaints.c.historic.is_(False))
        unit.flush()
    for each in differences:
        if not each.new:
            compare_links(desk, unit.connection(each.name).id)
