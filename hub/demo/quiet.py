"""The last scene: a second run with nothing to do does nothing, counted in the apps' own files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from hub.demo.books import Watch
from hub.demo.offices import Office
from hub.demo.opening import digests
from hub.demo.stage import Stage
from hub.session.session import Tally


def second_run(stage: Stage) -> None:
    """Run every connection once more and count."""
    stage.teller.chapter("Sekali lagi, tanpa ada yang berubah", "Once more, with nothing changed")
    with ExitStack() as stack:
        watches = {office.name: stack.enter_context(office.books.watch()) for office in stage.offices}
        before, last_event = digests(stage), stage.last_event
        tallies = stage.round()
        _counts(stage, tallies)
        _nothing_found(stage, tallies, last_event)
        for office in stage.offices:
            _untouched(stage, office, watches[office.name], before[office.name])


def _counts(stage: Stage, tallies: Mapping[str, Tally]) -> None:
    indonesian = ("sambungan", "dibandingkan", "dibaca ulang", "ditulis")
    english = ("connection", "compared", "read again", "written")
    rows = [(name, tally.records, tally.reads, tally.writes) for name, tally in tallies.items()]
    stage.teller.table(english if stage.teller.language == "en" else indonesian, rows)


def _nothing_found(stage: Stage, tallies: Mapping[str, Tally], last_event: int) -> None:
    stage.claims.check(
        "second_run_hub",
        "Hub tidak menemukan perubahan, tidak membaca ulang apa pun dan tidak menulis apa pun.",
        "The hub found no change, read nothing again and wrote nothing.",
        lambda: (stage.last_event - last_event, [(tally.reads, tally.writes, tally.failures) for tally in tallies.values()]),
        (0, [(0, 0, 0) for _ in tallies]),
    )


def _untouched(stage: Stage, office: Office, watch: Watch, before: Mapping[str, str]) -> None:
    stage.claims.check(
        f"second_run_{office.name}",
        f"{office.label}: tidak ada satu pun perubahan tersimpan di berkasnya, dan isi setiap tabel sama.",
        f"{office.label}: nobody committed anything to its file, and every table is the same.",
        lambda: (watch.untouched, office.books.digests()),
        (True, before),
    )
