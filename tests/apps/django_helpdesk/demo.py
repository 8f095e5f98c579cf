"""``make demo-real``: the demo with a real app that knows nothing of us, reached by configuration alone.

Not part of the wheel: the app is installed from the package registry, into an environment of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click

from hub.demo import crossing, disputes, opening, quiet
from hub.demo.books import Books
from hub.demo.claims import Claims
from hub.demo.crossing import Matter
from hub.demo.offices import Office, Shelf, Wonosari
from hub.demo.performing import perform
from hub.demo.processes import LocalApp
from hub.demo.stage import Stage, own_hub
from hub.demo.telling import Teller
from tests.apps.django_helpdesk.app import STATUSES, DjangoHelpdesk

CITIZEN = "warga.rekaan@warga.example"
PIPE = Matter(
    "Pipa induk bocor di batas daerah",
    "Pipa induk di tepi jalan provinsi bocor dan airnya menggenangi sawah di Semanu.",
    "Regu kabupaten sudah menutup aliran dan menambal pipa.",
)
TANKER = Matter(
    "Air tangki kiriman keruh",
    "Air tangki yang dikirim perusahaan air minum ke dusun kami keruh dan berbau.",
    "Tangki sudah dikuras dan kiriman diganti hari ini.",
)
_OWN = (
    Matter("Meter air macet", "Meter air di rumah kami berhenti berputar sejak Senin.", "Meter diganti besok."),
    Matter("Tekanan lemah", "Air kecil setiap sore di gang kami."),
)


class Helpdesk(Office):
    """A water company whose desk is django-helpdesk; it has no word of its own for work that has begun."""

    name = "helpdesk"
    label = "django-helpdesk"
    agency = "perumda-air"
    region = "Perumda Air Minum"
    shelf = Shelf("helpdesk_ticket", "id", "description", "status", "helpdesk_followup", "ticket_id", "comment")
    words = {"new": STATUSES["open"], "working": STATUSES["open"], "done": STATUSES["resolved"]}
    doors = ("/tickets/submit/", "/login/")

    def __init__(self, site: DjangoHelpdesk) -> None:
        super().__init__(Books(site.database))
        self.site = site

    @property
    def url(self) -> str:
        """Where its pages are."""
        return self.site.url

    @property
    def settings(self) -> dict[str, Any]:
        """The whole of what connects it: one file of settings."""
        return self.site.settings

    def file(self, title: str, text: str) -> str:
        """File a ticket through the public form; return its number."""
        return str(self.site.file_ticket(title, text, CITIZEN).number)

    def answer(self, number: str, text: str) -> None:
        """Write a public follow-up on the staff's page."""
        self.site.staff_reply(int(number), text)

    def choose(self, number: str, status: str) -> None:
        """Choose a status on the staff's page."""
        named = {code: name for name, code in STATUSES.items()}
        self.site.set_status(int(number), named[self.words[status]])

    def public_page(self, number: str) -> str:
        """Return what the citizen reads, with the key that the ticket's own row holds."""
        return self.site.public_page(self.site.ticket(int(number)))

    def replies(self, number: str) -> list[str]:
        """Return the follow-ups with words in them; a change of status alone, and the ticket's own text, are none."""
        rows = self.books.rows(
            "SELECT comment FROM helpdesk_followup WHERE ticket_id = ? AND user_id IS NOT NULL AND coalesce(comment, '') <> '' ORDER BY id",
            [number],
        )
        return [str(row["comment"]) for row in rows]


@contextmanager
def set_up(folder: Path, teller: Teller, claims: Claims) -> Iterator[Stage]:
    """Install and start the real app, start the second region's own one, and make a hub."""
    teller.say(
        "django-helpdesk dipasang dari PyPI bila belum ada, dalam lingkungannya sendiri.",
        "django-helpdesk is installed from PyPI unless it is there, in an environment of its own.",
    )
    with (
        DjangoHelpdesk(folder / "helpdesk") as site,
        LocalApp("wonosari", folder) as regency,
        closing(own_hub(folder / "hub")) as hub,
    ):
        yield Stage(folder, hub, (Helpdesk(site), Wonosari(regency)), teller, claims)


def tell(stage: Stage) -> None:
    """Tell the story of the real app."""
    company, regency = stage.offices
    for matter in _OWN:
        number = company.file(matter.title, matter.text)
        if matter.answer:
            company.answer(number, matter.answer)
    opening.connect(stage)
    opening.import_history(stage, {company.name: 0, regency.name: 4})
    opening.rehearse(stage)
    opening.go_live(stage)
    case = crossing.cross(stage, company, regency, PIPE)
    crossing.answer(stage, case, PIPE)
    crossing.keeps_private(stage, case, [CITIZEN])
    back = crossing.cross(stage, regency, company, TANKER)
    crossing.answer(stage, back, TANKER)
    crossing.keeps_private(stage, back, Wonosari.person.values())
    stage.teller.chapter("Usulan", "A proposal")
    disputes.proposal(stage, case)
    disputes.turned_down(stage, case)
    quiet.second_run(stage)


@click.command()
@click.option("--lang", type=click.Choice(["id", "en"]), default="id", show_default=True)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False))
def demo(lang: str, folder: Path | None) -> None:
    """Peragaan dengan aplikasi sungguhan. / The demo with a real app."""
    raise SystemExit(0 if perform(set_up, tell, lang=lang, folder=folder) else 1)


if __name__ == "__main__":
    demo()
