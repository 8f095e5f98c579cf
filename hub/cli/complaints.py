"""`simpul complaints`: look at complaints, and do what a coordinator does."""

from __future__ import annotations

import click

from contracts.vocabulary import Status
from hub.cli.command import Command, Group, acting, as_json, certain, terminal
from hub.cli.terminal import Terminal, Two
from hub.cli.timeline import show_complaint
from hub.operations import complaints as operations
from hub.operations import timeline

_COLUMNS: list[Two] = [
    ("ID pelacakan", "Tracking id"),
    ("Judul", "Title"),
    ("Status", "Status"),
    ("Pemegang", "Holder"),
    ("Asal", "Origin"),
    ("Diubah", "Changed"),
    ("ID", "Id"),
]


@click.group(cls=Group)
def complaints() -> None:
    """List, show, assign, return, answer, close and erase complaints. ID: tracking id, UUID, or 8 or more of its first signs."""


@complaints.command("list", cls=Command)
@click.option("--status", type=click.Choice([word.value for word in Status]), help="Only these.")
@click.option("--holder", metavar="CODE", help="Only those this agency holds.")
@click.option("--connection", metavar="NAME", help="Only those that came in from there.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@as_json
@terminal
def list_(term: Terminal, status: str | None, holder: str | None, connection: str | None, limit: int, as_json: bool) -> None:
    """List complaints, the last changed first."""
    found = timeline.listing(term.hub, status=status, holder=holder, connection=connection, most=limit)
    if as_json:
        term.json(found)
        return
    rows = [
        (one.tracking_id, one.title, Status(one.status).label(term.language), one.holder, one.origin, one.updated_at, one.id)
        for one in found
    ]
    term.table(_COLUMNS, rows)


@complaints.command(cls=Command)
@click.argument("complaint", metavar="ID")
@as_json
@terminal
def show(term: Terminal, complaint: str, as_json: bool) -> None:
    """Show a complaint and its story: who, through which connection, when it happened, when it was learned."""
    told = timeline.tell(term.hub, complaint)
    if as_json:
        term.json(told)
    else:
        show_complaint(term, told)


@complaints.command(cls=Command)
@click.argument("complaint", metavar="ID")
@click.option("--agency", required=True, metavar="CODE", help="Who becomes the holder.")
@click.option("--unit", help="Its unit (OPD).")
@acting
@terminal
def assign(term: Terminal, complaint: str, agency: str, unit: str | None, actor: str) -> None:
    """Make an agency the holder (disposisi)."""
    operations.assign(term.hub, complaint, actor, agency, unit)
    term.say(f"{complaint} didisposisikan ke {agency}.", f"{complaint} was assigned to {agency}.")


@complaints.command("return", cls=Command)
@click.argument("complaint", metavar="ID")
@click.option("--reason", required=True, help="Why it is not theirs.")
@acting
@terminal
def give_back(term: Terminal, complaint: str, reason: str, actor: str) -> None:
    """Say "not ours": back to the coordinator."""
    operations.give_back(term.hub, complaint, actor, reason)
    term.say(f"{complaint} dikembalikan ke koordinator.", f"{complaint} went back to the coordinator.")


@complaints.command(cls=Command)
@click.argument("complaint", metavar="ID")
@click.option("--text", required=True, help="What is answered.")
@click.option("--internal", is_flag=True, help="Not for the public.")
@click.option("--status", type=click.Choice([Status.IN_PROGRESS.value, Status.ANSWERED.value]), help="Move it there too.")
@acting
@terminal
def answer(term: Terminal, complaint: str, text: str, internal: bool, status: str | None, actor: str) -> None:
    """Write a response as the coordinator."""
    operations.answer(term.hub, complaint, actor, text, internal=internal, status=Status(status) if status else None)
    term.say(f"Tanggapan pada {complaint} dicatat.", f"The response on {complaint} was recorded.")


@complaints.command(cls=Command)
@click.argument("complaint", metavar="ID")
@click.option("--reason", help="Why.")
@acting
@terminal
def close(term: Terminal, complaint: str, reason: str | None, actor: str) -> None:
    """Close an answered complaint."""
    operations.close(term.hub, complaint, actor, reason)
    term.say(f"{complaint} selesai.", f"{complaint} is closed.")


@complaints.command(cls=Command)
@click.argument("complaint", metavar="ID")
@acting
@certain
@terminal
def erase(term: Terminal, complaint: str, actor: str, yes: bool) -> None:
    """Erase the personal content of a complaint here and in every app that got a copy (UU 27/2022)."""
    sure = term.sure(
        f"Hapus isi pribadi {complaint} di sini dan di semua aplikasi? Ini tidak dapat dibatalkan.",
        f"Erase the personal content of {complaint} here and in every app? It cannot be undone.",
        yes=yes,
    )
    if sure:
        operations.erase(term.hub, complaint, actor)
        term.say(
            f"Isi {complaint} dihapus; aplikasi menyusul pada sinkronisasi.",
            f"{complaint} was erased; the apps follow with their next sync.",
        )
