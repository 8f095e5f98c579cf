"""Scenes with the city that is reached by Open311 alone: what its interface takes as one, and what it has no word for."""

from __future__ import annotations

from hub.demo import acts
from hub.demo.city import Sekarwangi
from hub.demo.crossing import Crossed, Matter, status_is
from hub.demo.offices import Office
from hub.demo.stage import Stage
from hub.operations.deliveries import DeliveryState


def one_update(stage: Stage, city: Sekarwangi, case: Crossed, matter: Matter) -> None:
    """Claim that the answer and the status it explains came to the city as one update, then the end as a second one."""
    words = city.words
    stage.claims.check(
        f"one_update_{case.number}",
        f"Jawaban dan status masuk ke {city.label} sebagai satu pembaruan; selesainya pembaruan kedua.",
        f"Answer and status came to {city.label} as one update; that it is done, as a second one.",
        lambda: (city.updates(case.number)[0], [status for status, _ in city.updates(case.number)]),
        ((words["working"], matter.answer), [words["working"], words["done"]]),
    )


def filed_by_hub(stage: Stage, city: Sekarwangi, case: Crossed) -> None:
    """Claim that the city's own books name who filed a request through its interface."""
    stage.claims.check(
        f"filed_by_hub_{case.other}",
        f"{city.label} mencatat nomor {case.other} sebagai kiriman pemegang kunci antarmukanya.",
        f"{city.label}'s books say that number {case.other} was sent with the key of its interface.",
        lambda: city.books.value("SELECT caller FROM requests WHERE service_request_id = ?", [case.other]),
        city.books.value("SELECT name FROM callers"),
    )


def has_no_word(stage: Stage, city: Sekarwangi, case: Crossed, matter: Matter) -> None:
    """Let the holder give a complaint back and the coordinator tell the citizen: the city has no word for the one, but takes the other."""
    holder = case.holder
    stage.teller.say(
        f"{holder.region} mengembalikannya (bukan kewenangannya); koordinator mengabari warga.",
        f"{holder.region} gives it back (not theirs); the coordinator tells the citizen.",
    )
    acts.give_back(stage.hub, case.complaint, f"Bukan kewenangan {holder.region}.")
    acts.answer(stage.hub, case.complaint, matter.answer)
    stage.settle()
    stage.claims.check(
        f"told_{case.number}",
        f"Kabar itu ada di tabel {city.label} sebagai satu pembaruan; statusnya tetap {city.words['new']!r}, tidak dikarang.",
        f"That is in {city.label}'s own table as one update; its status is still {city.words['new']!r}, none was made up.",
        lambda: ([text for _, text in city.updates(case.number)], city.status(case.number)),
        ([matter.answer], city.words["new"]),
    )
    stage.claims.check(
        f"unsupported_{case.number}",
        "Status 'dikembalikan' tampil di daftar pengiriman sebagai tidak didukung aplikasi itu.",
        "The status 'returned' is on the list of deliveries as unsupported by that app.",
        lambda: acts.on_its_way(stage.hub, city.name, case.complaint),
        [(DeliveryState.UNSUPPORTED.value, "status")],
    )


def goes_on_with(stage: Stage, case: Crossed, other: Office, matter: Matter) -> None:
    """Let the coordinator assign it to another agency, whose work the city can be told of."""
    origin = case.origin
    stage.teller.say(
        f"Koordinator mendisposisikannya ke {other.region}, yang mulai bekerja.",
        f"The coordinator assigns it to {other.region}, which starts work.",
    )
    acts.assign(stage.hub, case.complaint, other.agency)
    stage.settle()
    other.choose(str(acts.ref_at(stage.hub, case.complaint, other.name)), "working")
    stage.settle()
    stage.claims.check(
        f"reassigned_{case.number}",
        f"Kini {other.label} memegangnya, satu kali; tidak ada lagi yang tidak didukung.",
        f"Now {other.label} has it, once; nothing is unsupported any more.",
        lambda: (len(other.numbers_of(matter.text)), acts.on_its_way(stage.hub, origin.name, case.complaint)),
        (1, []),
    )
    status_is(stage, "reassigned", origin, case.number, "working")
