"""Letting a connection write."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import click

from hub.cli.command import Command, certain, terminal
from hub.cli.exits import Exit
from hub.cli.progress import progress
from hub.cli.terminal import Terminal
from hub.cli.writes import show_writes
from hub.operations import connections as operations
from hub.operations.writes import approval_plan

# A day without a zone begins in Jakarta, where the national system counts its days.
_ZONE = ZoneInfo("Asia/Jakarta")


def moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """Read a day or a moment; raises BadParameter."""
    if value is None:
        return None
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            return datetime(day.year, day.month, day.day, tzinfo=_ZONE).astimezone(UTC)
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=_ZONE)).astimezone(UTC)
    except ValueError:
        raise click.BadParameter(f"'{value}' is no day; write it like 2026-03-02.") from None


@click.command(cls=Command)
@click.argument("name")
@click.option(
    "--live-from", callback=moment, metavar="DATE", help="Complaints filed before are linked and counted, not pushed. Default: now."
)
@click.option("--no-pull", is_flag=True, help="Do not read the app again for the plan.")
@certain
@terminal
def approve(term: Terminal, name: str, live_from: datetime | None, no_pull: bool, yes: bool) -> None:
    """Show what would be written, and let the connection write."""
    with progress(term, name) as told:
        plan = approval_plan(term.hub, name, live_from=live_from, progress=told, pull=not no_pull)
    show_writes(term, plan)
    if not term.sure(f"Setujui {name} untuk menulis?", f"Approve {name} to write?", yes=yes):
        click.get_current_context().exit(Exit.WAITS)
    operations.approve(term.hub, name, live_from=live_from)
    term.say(f"{name} disetujui; `simpul sync {name}` menulis.", f"{name} is approved; `simpul sync {name}` writes.")
