"""Looking at connections, and asking their apps."""

from __future__ import annotations

from datetime import datetime

import click

from contracts.vocabulary import Status
from hub.cli.command import Command, as_json, terminal
from hub.cli.exits import Exit
from hub.cli.show import compact
from hub.cli.terminal import Terminal, Two
from hub.operations import checking
from hub.operations.detail import Detail, detail
from hub.operations.standing import Standing, State, overview

_COLUMNS: list[Two] = [
    ("Nama", "Name"),
    ("Jenis", "Kind"),
    ("Instansi", "Agency"),
    ("Keadaan", "State"),
    ("Tarikan terakhir", "Last pull"),
    ("Sama per", "Equal as of"),
    ("Tertaut", "Linked"),
    ("Antre", "Due"),
    ("Ditolak", "Parked"),
    ("Karantina", "Quarantined"),
    ("Konflik", "Conflicts"),
]


def state(term: Terminal, each: Standing) -> str:
    """Write a state with its detail."""
    leads_on = each.state in (State.PAUSED, State.BACKING_OFF)  # "paused by", "backing off until"
    return each.state.label(term.language) + (f"{'' if leads_on else ':'} {each.detail}" if each.detail else "")


@click.command("list", cls=Command)
@as_json
@terminal
def list_(term: Terminal, as_json: bool) -> None:
    """List connections with their state and counts."""
    found = overview(term.hub)
    if as_json:
        term.json(found)
        return
    rows = [
        (one.name, one.kind, one.agency, state(term, one), one.pulled_at, one.verified_at, one.linked, one.due, one.parked)
        + (one.quarantined, one.conflicts)
        for one in found
    ]
    term.table(_COLUMNS, rows)


@click.command(cls=Command)
@click.argument("name")
@as_json
@terminal
def show(term: Terminal, name: str, as_json: bool) -> None:
    """Show one connection: state, settings without secrets, policy and capabilities."""
    found = detail(term.hub, name)
    if as_json:
        term.json(found)
        return
    term.table([("Hal", "What"), ("Nilai", "Value")], _lines(term, found))


def _lines(term: Terminal, found: Detail) -> list[tuple[str, object]]:
    one, t = found.standing, term.t
    lines: list[tuple[str, object]] = [
        (t("Nama", "Name"), one.name),
        (t("Jenis", "Kind"), one.kind),
        (t("Instansi", "Agency"), one.agency),
        (t("Keadaan", "State"), state(term, one)),
        (t("Mengirim", "Pushes"), one.live),
        (t("Berlaku sejak", "Live from"), one.live_from),
        (t("Tarikan terakhir", "Last pull"), one.pulled_at),
        (t("Tertinggal (detik)", "Lag (seconds)"), None if one.lag is None else int(one.lag)),
        (t("Terverifikasi sama per", "Verified equal as of"), one.verified_at),
        (t("Tertaut, antre, ditolak", "Linked, due, parked"), f"{one.linked}, {one.due}, {one.parked}"),
        (t("Karantina, konflik", "Quarantined, conflicts"), f"{one.quarantined}, {one.conflicts}"),
        (t("Panggilan per menit", "Calls a minute"), _rate(term, found)),
    ]
    lines += [(f"{t('Galat', 'Error')} ({direction})", text) for direction, text in one.errors.items()]
    lines += [(f"settings.{name}", compact(value)) for name, value in found.settings.items()]
    lines += [(f"settings.{name}", "•••") for name in found.secrets]
    lines += [(f"policy.{name}", compact(value)) for name, value in found.policy.items()]
    says = [Status(word).label(term.language) for word in found.sheet.get("statuses", {})]
    return [*lines, (t("Bisa disampaikan", "Can be told"), says), (t("Bisa diubah", "Can be changed"), found.sheet.get("writes"))]


def _rate(term: Terminal, found: Detail) -> str:
    rate, until = found.policy.get("rate"), found.standing.calls_from
    most = term.t("tak dibatasi", "as many as there are") if rate is None else term.t(f"paling banyak {rate}", f"{rate} at most")
    return most + (f", {asked_again(term, until)}" if until else "")


def asked_again(term: Terminal, until: datetime) -> str:
    """Say from when on an app is asked again."""
    moment = until.isoformat(timespec="seconds")
    return term.t(f"dipanggil lagi mulai {moment}", f"asked again from {moment} on")


@click.command(cls=Command)
@click.argument("name")
@terminal
def check(term: Terminal, name: str) -> None:
    """Prove address, credentials and permissions now."""
    checking.check(term.hub, name)
    term.say(f"{name}: sambungan berfungsi.", f"{name}: the connection works.")


@click.command(cls=Command)
@click.argument("name")
@as_json
@terminal
def probe(term: Terminal, name: str, as_json: bool) -> None:
    """Measure on a marked test record what the app really honours."""
    findings = checking.probe(term.hub, name)
    if as_json:
        term.json([{**vars_of(each), "agrees": each.agrees} for each in findings])
    elif not findings:
        term.say("Konektor ini tidak mengukur apa pun.", "This connector measures nothing.")
    else:
        columns: list[Two] = [("Kemampuan", "Capability"), ("Dinyatakan", "Declared"), ("Terukur", "Measured"), ("Saran", "Advice")]
        term.table(columns, [(each.capability, each.declared, each.measured, each.advice) for each in findings])
    if not all(each.agrees for each in findings):
        click.get_current_context().exit(Exit.WAITS)


def vars_of(finding: object) -> dict[str, object]:
    """Return a finding's fields."""
    return {name: getattr(finding, name) for name in ("capability", "declared", "measured", "advice")}
