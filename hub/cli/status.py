"""`simpul status`: in ten lines, how the network is."""

from __future__ import annotations

import click

from hub.cli.command import Command, as_json, terminal
from hub.cli.exits import Exit
from hub.cli.show import clean, plain, shown
from hub.cli.terminal import Terminal
from hub.operations.brief import Brief, Group, brief
from hub.operations.health import Condition

_TROUBLES = (Condition.PAUSED, Condition.FAILING, Condition.SILENT)


@click.command(cls=Command)
@as_json
@terminal
def status(term: Terminal, as_json: bool) -> None:
    """Say in ten lines how the network is; exit code 1 when something waits for a person."""
    found = brief(term.hub)
    if as_json:
        term.json({**plain(found), "well": found.well, "waits": found.waits})
    else:
        for line in lines(term, found):
            click.echo(line)
    click.get_current_context().exit(outcome(found))


def outcome(found: Brief) -> Exit:
    """Return the exit code: what waits for a person comes before what is tried again by itself."""
    if found.waits:
        return Exit.WAITS
    return Exit.OK if found.well else Exit.UNREACHABLE


def lines(term: Terminal, found: Brief) -> list[str]:
    """Write ten sentences."""
    return [_hub(term, found), *_complaints(term, found), *_connections(term, found), *_waiting(term, found), _verdict(term, found)]


def _hub(term: Terminal, found: Brief) -> str:
    at = shown(found.at, term.language)
    return term.t(
        f"Hub Simpul {found.release}, basis data {found.database} rilis {found.schema}, per {at}.",
        f"Simpul hub {found.release}, {found.database} database at release {found.schema}, as of {at}.",
    )


def _complaints(term: Terminal, found: Brief) -> list[str]:
    total = sum(found.complaints.values())
    groups = ", ".join(f"{found.complaints[group.value]} {group.label(term.language)}" for group in Group)
    return [
        term.t(f"{total} laporan: {groups}.", f"{total} complaints: {groups}."),
        term.t(
            f"{found.today} laporan masuk hari ini, {found.week} dalam 7 hari.",
            f"{found.today} complaints came in today, {found.week} within 7 days.",
        ),
    ]


def _connections(term: Terminal, found: Brief) -> list[str]:
    counts = ", ".join(f"{sum(one.trouble is word for one in found.ailing)} {_word(term, word)}" for word in _TROUBLES)
    many = found.connections
    return [
        term.t(f"{many} koneksi: {found.live} aktif, {counts}.", f"{many} connections: {found.live} live, {counts}."),
        _ailing(term, found),
    ]


def _word(term: Terminal, trouble: Condition) -> str:
    return trouble.label(term.language).lower()


def _ailing(term: Terminal, found: Brief) -> str:
    if not found.ailing:
        return term.t("Semua koneksi dibaca tepat waktu.", "Every connection is read on time.")
    told = []
    for one in found.ailing:
        reason = one.reason or term.t("belum pernah dibaca", "never read")
        told.append(f"{one.name} {_word(term, one.trouble)} ({clean(reason)})")
    return term.t("Perlu dilihat: ", "To look at: ") + "; ".join(told) + "."


def _waiting(term: Terminal, found: Brief) -> list[str]:
    oldest = shown(found.oldest_due, term.language)
    return [
        term.t(f"{found.waiting} kiriman antre.", f"{found.waiting} deliveries wait.")
        if found.oldest_due is None
        else term.t(
            f"{found.waiting} kiriman antre, yang tertua jatuh tempo {oldest}.",
            f"{found.waiting} deliveries wait, the oldest due {oldest}.",
        ),
        term.t(f"{found.parked} kiriman ditolak aplikasi.", f"{found.parked} deliveries are parked."),
        term.t(
            f"{found.conflicts} konflik dan {found.quarantined} data karantina menunggu keputusan.",
            f"{found.conflicts} conflicts and {found.quarantined} quarantined records wait for a person.",
        ),
        _verified(term, found),
    ]


def _verified(term: Terminal, found: Brief) -> str:
    if found.never_verified:
        names = ", ".join(found.never_verified)
        return term.t(f"Belum terverifikasi sama: {names}.", f"Not verified equal yet: {names}.")
    if found.verified_at is None:
        return term.t("Belum ada koneksi untuk diverifikasi.", "There is no connection to verify yet.")
    at = shown(found.verified_at, term.language)
    return term.t(f"Semua koneksi terverifikasi sama per {at}.", f"Every connection is verified equal as of {at}.")


def _verdict(term: Terminal, found: Brief) -> str:
    if found.well:
        return term.t("Semua baik.", "All is well.")
    if not found.waits:
        return term.t("Yang gagal dicoba lagi dengan sendirinya.", "What fails is tried again by itself.")
    steps = [
        ("simpul connections list", any(one.waits for one in found.ailing)),
        ("simpul deliveries list", bool(found.parked)),
        ("simpul conflicts list", bool(found.conflicts)),
        ("simpul quarantine list", bool(found.quarantined)),
    ]
    commands = ", ".join(f"`{command}`" for command, needed in steps if needed)
    return term.t(f"Menunggu orang: {commands}.", f"Waits for a person: {commands}.")
