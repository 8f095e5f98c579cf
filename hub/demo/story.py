"""The whole story of three regions with three kinds of app, in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hub.demo import crossing, disputes, foreign, opening, quiet
from hub.demo.city import Sekarwangi
from hub.demo.claims import Claims
from hub.demo.crossing import Matter
from hub.demo.offices import LaporKota, Office, Wonosari
from hub.demo.processes import LocalApp
from hub.demo.stage import Stage, own_hub
from hub.demo.telling import Teller

LIVESTOCK = Matter(
    "Truk ternak dari Gunungkidul berhenti di jalan tol",
    "Truk ternak dari Gunungkidul sering berhenti di bahu jalan tol dekat gerbang Krapyak dan membuang kotoran di sana.",
    "Petugas sudah memasang rambu dan berjaga setiap pagi di gerbang Krapyak.",
)
WATER = Matter(
    "Iuran air tangki ditarik dua kali",
    "Pedagang air tangki dari Semarang menarik iuran dua kali untuk satu kiriman di dusun kami.",
)
TERMINAL = Matter(
    "Angkutan dari Wonosari menunggu di terminal Sekarwangi",
    "Minibus dari Wonosari menunggu penumpang di jalur bus kota terminal Sekarwangi sampai berjam-jam.",
    "Trayek itu sudah kami tegur; mulai hari ini minibus menunggu di peron luar.",
)
TOURISTS = Matter(
    "Rombongan pelajar dari Semarang ditagih parkir tanpa karcis",
    "Di alun-alun Sekarwangi bus rombongan pelajar Semarang ditagih parkir tiga kali lipat tanpa karcis.",
    "Juru parkirnya sudah dibina dan uangnya dikembalikan.",
)
STRAY = Matter(
    "Papan petunjuk jalan salah arah",
    "Papan petunjuk ke Semarang di simpang Karangan menunjuk ke arah yang salah.",
    "Papan itu bukan milik Gunungkidul; kami carikan instansi yang berwenang.",
)


@contextmanager
def set_up(folder: Path, teller: Teller, claims: Claims) -> Iterator[Stage]:
    """Start the apps and a hub in ``folder``; everything has ended when the context has."""
    with (
        LocalApp("wonosari", folder) as regency,
        LocalApp("laporkota", folder) as city,
        LocalApp("sekarwangi", folder) as foreign_city,
        closing(own_hub(folder / "hub")) as hub,
    ):
        yield Stage(folder, hub, (Wonosari(regency), LaporKota(city), Sekarwangi(foreign_city)), teller, claims)


def tell(stage: Stage) -> None:
    """Tell the story once; the claims say what came of it."""
    regency, city, sekarwangi = stage.offices
    opening.connect(stage)
    opening.import_history(stage, {regency.name: 4, city.name: 4, sekarwangi.name: 1})
    opening.rehearse(stage)
    opening.go_live(stage)
    case = there_and_back(stage, regency, city, LIVESTOCK)
    assert isinstance(sekarwangi, Sekarwangi)
    _open311(stage, sekarwangi)
    disputes.conflict(stage, crossing.cross(stage, regency, city, WATER))
    _unruly(stage, case)
    quiet.second_run(stage)


def there_and_back(stage: Stage, origin: Office, holder: Office, matter: Matter) -> crossing.Crossed:
    """Let a complaint of one region be handled in another and its answer come home; returns where it stands in both."""
    case = crossing.cross(stage, origin, holder, matter)
    crossing.answer(stage, case, matter)
    crossing.keeps_private(stage, case, origin.person.values())
    return case


def _open311(stage: Stage, sekarwangi: Sekarwangi) -> None:
    regency, city, _ = stage.offices
    foreign.one_update(stage, sekarwangi, there_and_back(stage, sekarwangi, regency, TERMINAL), TERMINAL)
    foreign.filed_by_hub(stage, sekarwangi, there_and_back(stage, city, sekarwangi, TOURISTS))
    stray = crossing.cross(stage, sekarwangi, regency, STRAY)
    foreign.has_no_word(stage, sekarwangi, stray, STRAY)
    foreign.goes_on_with(stage, stray, city, STRAY)


def _unruly(stage: Stage, case: crossing.Crossed) -> None:
    regency, city, sekarwangi = stage.offices
    stage.teller.chapter("Usulan", "A proposal")
    disputes.proposal(stage, case)
    disputes.turned_down(stage, case)
    stage.teller.chapter("Karantina", "Quarantine")
    disputes.mend_status(stage, regency, "17", "working")
    disputes.repair(stage, city, "16", "created_at", "2026-01-05 09:00:00")
    disputes.mend_status(stage, sekarwangi, "2010", "working")
