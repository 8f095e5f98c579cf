"""`simpul deliveries`: what is on its way to the apps."""

from __future__ import annotations

import click

from hub.cli.command import Command, Group, as_json, terminal
from hub.cli.terminal import Terminal, Two
from hub.operations import deliveries as operations
from hub.operations.deliveries import Delivery

COLUMNS: list[Two] = [
    ("Koneksi", "Connection"),
    ("Keadaan", "State"),
    ("Laporan", "Complaint"),
    ("Nomor di aplikasi", "Ref"),
    ("Sebab", "Reason"),
    ("Jatuh tempo", "Due"),
    ("ID", "Id"),
]


@click.group(cls=Group)
def deliveries() -> None:
    """List what is due or stuck, and send it again."""


@deliveries.command("list", cls=Command)
@click.argument("connection", required=False)
@as_json
@terminal
def list_(term: Terminal, connection: str | None, as_json: bool) -> None:
    """List what is due, backing off, parked, in doubt, unsupported or gone, with the reason."""
    found = operations.deliveries(term.hub, connection)
    if as_json:
        term.json(found)
    else:
        term.table(COLUMNS, [row(each) for each in found])


def row(each: Delivery) -> tuple[object, ...]:
    """Return a delivery under `COLUMNS`."""
    return each.connection, each.state, each.tracking_id, each.ref, each.reason, each.due_at, each.id


@deliveries.command(cls=Command)
@click.argument("delivery", metavar="ID")
@click.option("--all-alike", is_flag=True, help="And all of this connection that are stuck for the same reason.")
@terminal
def resend(term: Terminal, delivery: str, all_alike: bool) -> None:
    """Send again what was refused, waits or is gone."""
    sent = operations.resend(term.hub, delivery, all_alike=all_alike)
    term.say(f"{len(sent)} kiriman antre lagi.", f"{len(sent)} deliveries are due again.")
