"""`simpul events`: what was announced, as it comes or from the log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

import click
import orjson

from contracts.errors import NotDone
from contracts.events import EXCHANGE, Change, Kind, cloud_event
from hub.cli.command import Command, Group, terminal
from hub.cli.terminal import Terminal
from hub.events.log import Log

# Seconds between two looks at the log, and until an open transaction has been waited for long enough.
_LOOK, _PATIENCE = 0.5, 30.0


@click.group(cls=Group)
def events() -> None:
    """Show or repeat what was announced; it names what changed, and says nothing of it."""


@events.command(cls=Command)
@click.option("--region", default="*", metavar="DIGITS", help="Only this regency, city or province (Kemendagri), like 3273.")
@click.option("--kind", default="*", type=click.Choice(["*", *(str(kind) for kind in Kind)]), help="Only this kind.")
@terminal
def tail(term: Terminal, region: str, kind: str) -> None:
    """Print events as they come, one JSON object a line, until Ctrl-C; without a broker, as the log grows."""
    broker = term.settings.broker
    if broker is None:
        _follow(term, region, kind)
        return
    from hub.broker import reached
    from hub.events.exchange import listen

    with reached(broker) as connection:
        for event in listen(connection, [f"complaint.{region}.{kind}"]):
            click.echo(event)


def _follow(term: Terminal, region: str, kind: str) -> None:
    log = Log(term.hub.store)
    position = log.newest()
    while True:
        settled = log.settled()
        for _, changes in log.spans(position, settled):
            _show(change for change in changes if region in ("*", change.region) and kind in ("*", change.kind))
        # While a change of a transaction under way holds it up, nothing is settled; what was shown stays shown.
        position = max(position, settled)
        time.sleep(_LOOK)


@events.command(cls=Command)
@click.option("--from", "first", required=True, type=click.IntRange(1), metavar="SEQ", help="The first sequence to repeat.")
@click.option("--to", "last", type=click.IntRange(1), metavar="SEQ", help="The last one; without it, up to now.")
@click.option("--publish", is_flag=True, help=f"Send them to all who subscribe to {EXCHANGE}, instead of printing them.")
@terminal
def replay(term: Terminal, first: int, last: int | None, publish: bool) -> None:
    """Print what the log holds from a sequence on, one JSON object a line; with --publish, announce it again."""
    log = Log(term.hub.store)
    upto = min(_settled(log), last or sys.maxsize)
    parts = (changes for _, changes in log.spans(first - 1, upto))
    if not publish:
        for changes in parts:
            _show(changes)
        return
    count = _publish(term, parts)
    term.say(f"{count} peristiwa diumumkan lagi, sampai nomor {upto}.", f"{count} events were announced again, up to sequence {upto}.")


def _settled(log: Log) -> int:
    """Wait until all that is there now can be told in order."""
    newest, began = log.newest(), time.monotonic()
    while (settled := log.settled()) < newest:
        if time.monotonic() - began > _PATIENCE:
            raise NotDone("A transaction of the database has been open for a while.", "Try again when it has ended.")
        time.sleep(0.05)
    return settled


def _publish(term: Terminal, parts: Iterable[list[Change]]) -> int:
    from hub.broker import PATIENCE, reached
    from hub.events.exchange import Sender

    count = 0
    with reached(term.settings.needed_broker()) as connection:
        sender = Sender(connection, patience=PATIENCE)
        for changes in parts:
            sender.send(changes)
            count += len(changes)
    return count


def _show(changes: Iterable[Change]) -> None:
    for change in changes:
        click.echo(orjson.dumps(cloud_event(change)))
    sys.stdout.flush()
