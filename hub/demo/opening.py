"""First scenes: connect what is there, take its history in without writing anything, rehearse, and go live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.demo import acts
from hub.demo.offices import Office
from hub.demo.stage import Stage
from hub.operations.checking import check
from hub.operations.connections import add, approve

TOP = "pusat"
INTERVAL = 2.0  # seconds between two readings of an app while the hub serves: whoever watches should not wait
_WIB = ZoneInfo("Asia/Jakarta")

Digests = Mapping[str, Mapping[str, str]]


def connect(stage: Stage) -> None:
    """Show the regions, connect each app by its settings, check what the settings say, and enter the agencies."""
    stage.teller.chapter("Daerah dan aplikasinya, masing-masing proses dan basis data sendiri", "Regions and their apps, each on its own")
    for office in stage.offices:
        line = f"{office.label}, {office.region} ({office.agency}): {office.url}/"
        stage.teller.say(line, line)
        add(stage.hub, office.name, office.kind, office.settings, agency=office.agency, policy={"interval": INTERVAL})
        _check(stage, office)
    agencies = [{"code": each.agency, "name": each.region, "parent": TOP, "connection": each.name} for each in stage.offices]
    acts.add_agencies(stage.hub, [{"code": TOP, "name": "Koordinator nasional"}, *agencies])


def _check(stage: Stage, office: Office) -> None:
    stage.claims.check(
        f"checked_{office.name}",
        f"{office.label}: {office.proven[0]} sesuai dengan pengaturannya.",
        f"{office.label}: {office.proven[1]} are as its settings say.",
        lambda: check(stage.hub, office.name),
        None,
    )


def import_history(stage: Stage, set_aside: Mapping[str, int]) -> None:
    """Take everything in while pushes are paused; ``set_aside`` is how many rows of each app make no sense."""
    stage.teller.chapter("Impor pertama; pengiriman masih dijeda", "First import; pushes are still paused")
    before = digests(stage)
    stage.round()
    _counts(stage)
    for office in stage.offices:
        _imported(stage, office, set_aside[office.name])
    _reasons(stage)
    unchanged(stage, before, "import")


def _imported(stage: Stage, office: Office, odd: int) -> None:
    but = f", kecuali {odd} yang tidak masuk akal; itu dikarantina" if odd else "; tidak ada yang dikarantina"
    but_english = f" but {odd} that make no sense; those are in quarantine" if odd else "; none is in quarantine"
    stage.claims.check(
        f"imported_{office.name}",
        f"{office.label}: setiap baris tertaut sebagai riwayat{but}.",
        f"{office.label}: every row is linked as history{but_english}.",
        lambda: (acts.history(stage.hub, office.name), len(acts.quarantined(stage.hub, office.name))),
        (office.count() - odd, odd),
    )


def _counts(stage: Stage) -> None:
    hub, text = stage.hub, stage.teller.text
    headings = (text("aplikasi", "app"), text("baris", "rows"), text("tertaut", "linked"), text("karantina", "quarantined"))
    rows = [(each.label, each.count(), acts.history(hub, each.name), len(acts.quarantined(hub, each.name))) for each in stage.offices]
    stage.teller.table(headings, rows)


def _reasons(stage: Stage) -> None:
    rows = [(office.label, ref, problem) for office in stage.offices for ref, problem in acts.quarantined(stage.hub, office.name)]
    text = stage.teller.text
    if rows:
        stage.teller.table((text("aplikasi", "app"), text("nomor", "number"), text("sebab", "reason")), rows)


def rehearse(stage: Stage) -> None:
    """Show what going live would write, and that the rehearsal itself wrote nothing."""
    stage.teller.chapter("Uji coba: apa yang akan ditulis bila dihidupkan", "Dry run: what going live would write")
    before = digests(stage)
    for office in stage.offices:
        _empty_plan(stage, office)
    unchanged(stage, before, "rehearsal")


def _empty_plan(stage: Stage, office: Office) -> None:
    stage.claims.check(
        f"rehearsed_{office.name}",
        f"{office.label}: riwayat tidak ditulis ulang; rencananya kosong.",
        f"{office.label}: history is not written again; the plan is empty.",
        lambda: acts.rehearse_approval(stage.hub, office.name, _today()),
        [],
    )


def go_live(stage: Stage) -> None:
    """Let the hub write, from complaints of today on."""
    stage.teller.chapter("Disetujui: hidup mulai laporan hari ini", "Approved: live from today's complaints on")
    before = digests(stage)
    for office in stage.offices:
        approve(stage.hub, office.name, live_from=_today())
    stage.settle()
    unchanged(stage, before, "go_live")


def digests(stage: Stage) -> Digests:
    """Return a digest of every table of every app."""
    return {office.name: office.books.digests() for office in stage.offices}


def unchanged(stage: Stage, before: Digests, when: str) -> None:
    """Claim that the apps' tables are what they were."""
    for office in stage.offices:
        stage.claims.check(
            f"unchanged_by_{when}_{office.name}",
            f"{office.label}: tidak satu baris pun berubah di tabelnya.",
            f"{office.label}: not one row of its tables was changed.",
            office.books.digests,
            before[office.name],
        )


def _today() -> datetime:
    # An app that keeps only the date of a complaint says midnight: what is filed today must count as news.
    return datetime.now(_WIB).replace(hour=0, minute=0, second=0, microsecond=0)
