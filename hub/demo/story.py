"""The whole story of the two home-made apps, in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hub.demo import crossing, disputes, opening, quiet
from hub.demo.claims import Claims
from hub.demo.crossing import Matter
from hub.demo.offices import LaporKota, Wonosari
from hub.demo.processes import LocalApp
from hub.demo.stage import Stage, own_hub
from hub.demo.telling import Teller

LIVESTOCK = Matter(
    "Truk ternak dari Gunungkidul berhenti di jalan tol",
    "Truk ternak dari Gunungkidul sering berhenti di bahu jalan tol dekat gerbang Krapyak dan membuang kotoran di sana.",
    "Petugas sudah memasang rambu dan berjaga setiap pagi di gerbang Krapyak.",
)
BUS = Matter(
    "Bus wisata Semarang memarkir di jalan desa",
    "Rombongan bus wisata dari Semarang memarkir di jalan desa menuju pantai sehingga warga tidak bisa lewat.",
    "Mulai pekan ini bus diarahkan ke lapangan parkir Baron.",
)
WATER = Matter(
    "Iuran air tangki ditarik dua kali",
    "Pedagang air tangki dari Semarang menarik iuran dua kali untuk satu kiriman di dusun kami.",
)


@contextmanager
def set_up(folder: Path, teller: Teller, claims: Claims) -> Iterator[Stage]:
    """Start both apps and a hub in ``folder``; everything has ended when the context has."""
    with LocalApp("wonosari", folder) as regency, LocalApp("laporkota", folder) as city, closing(own_hub(folder / "hub")) as hub:
        yield Stage(folder, hub, (Wonosari(regency), LaporKota(city)), teller, claims)


def tell(stage: Stage) -> None:
    """Tell the story once; the claims say what came of it."""
    regency, city = stage.offices
    opening.connect(stage)
    opening.import_history(stage, {regency.name: 4, city.name: 4})
    opening.rehearse(stage)
    opening.go_live(stage)
    case = crossing.cross(stage, regency, city, LIVESTOCK)
    crossing.answer(stage, case, LIVESTOCK)
    crossing.keeps_private(stage, case, Wonosari.person.values())
    back = crossing.cross(stage, city, regency, BUS)
    crossing.answer(stage, back, BUS)
    crossing.keeps_private(stage, back, LaporKota.person.values())
    disputes.conflict(stage, crossing.cross(stage, regency, city, WATER))
    _unruly(stage, case)
    quiet.second_run(stage)


def _unruly(stage: Stage, case: crossing.Crossed) -> None:
    regency, city = stage.offices
    stage.teller.chapter("Usulan", "A proposal")
    disputes.proposal(stage, case)
    disputes.turned_down(stage, case)
    stage.teller.chapter("Karantina", "Quarantine")
    disputes.mend_status(stage, regency, "17", "working")
    disputes.repair(stage, city, "16", "created_at", "2026-01-05 09:00:00")
