"""The main scene: a complaint filed in one region is handled in another, and its reporter reads the answer at home."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.vocabulary import Status
from hub.demo import acts
from hub.demo.offices import Office
from hub.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class Matter:
    """What a citizen writes, and what staff of the other region answer; no two matters have the same text."""

    title: str
    text: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Crossed:
    """One complaint in two apps: its id in the hub, and its number in each."""

    complaint: str
    origin: Office
    number: str
    holder: Office
    other: str


def cross(stage: Stage, origin: Office, holder: Office, matter: Matter) -> Crossed:
    """File in ``origin``, assign to ``holder``, and find it in the holder's own table and page."""
    teller = stage.teller
    teller.chapter(f"Dari {origin.region} ke {holder.region}: {matter.title}", f"From {origin.region} to {holder.region}: {matter.title}")
    number = origin.file(matter.title, matter.text)
    teller.say(
        f"Warga melapor lewat formulir {origin.label}; nomornya {number}.", f"A citizen files with {origin.label}'s form: number {number}."
    )
    complaint = _seen(stage, origin, matter, number)
    teller.say(
        f"Koordinator memeriksanya dan mendisposisikannya ke {holder.region}.",
        f"The coordinator looks it over and assigns it to {holder.region}.",
    )
    acts.assign(stage.hub, complaint, holder.agency)
    _only_planned(stage, holder, matter)
    stage.settle()
    other = acts.ref_at(stage.hub, complaint, holder.name)
    if other is None:
        raise LookupError(f"the complaint was not filed with {holder.name}: {acts.stuck(stage.hub, holder.name)}")
    _arrived(stage, holder, matter, other)
    return Crossed(complaint, origin, number, holder, other)


def _seen(stage: Stage, origin: Office, matter: Matter, number: str) -> str:
    stage.round(origin.name)
    told = acts.complaint_at(stage.hub, origin.name, number)
    summary, teller = told.summary, stage.teller
    headings = ("nomor pelacakan", "asal", "status") if teller.language == "id" else ("tracking number", "origin", "status")
    teller.table(headings, [(summary.tracking_id, origin.region, Status(summary.status).label(teller.language))])
    stage.claims.check(
        f"seen_{origin.name}_{number}",
        f"Terlihat di daftar nasional, dengan isi yang sama dengan baris {number} di tabel {origin.label}.",
        f"It is on the national list, with the same text as row {number} of {origin.label}'s own table.",
        lambda: (told.content["description"], origin.numbers_of(matter.text)),
        (matter.text, [number]),
    )
    return summary.id


def _only_planned(stage: Stage, holder: Office, matter: Matter) -> None:
    stage.claims.check(
        f"planned_{holder.name}_{matter.title}",
        f"Uji coba: hub akan membuat satu laporan di {holder.label}; di tabelnya belum ada apa-apa.",
        f"Dry run: the hub would file one complaint with {holder.label}; its table has nothing of it yet.",
        lambda: ([write.action for write in acts.dry_run(stage.hub, holder.name)], holder.numbers_of(matter.text)),
        (["create"], []),
    )


def _arrived(stage: Stage, holder: Office, matter: Matter, other: str) -> None:
    stage.claims.check(
        f"arrived_{holder.name}_{other}",
        f"Ada di tabel {holder.label} sebagai nomor {other}, satu kali.",
        f"It is in {holder.label}'s own table as number {other}, once.",
        lambda: holder.numbers_of(matter.text),
        [other],
    )
    stage.claims.check(
        f"on_page_{holder.name}_{other}",
        f"Halaman {holder.label} menampilkannya.",
        f"{holder.label}'s page shows it.",
        lambda: matter.text in holder.public_page(other),
    )


def answer(stage: Stage, case: Crossed, matter: Matter) -> None:
    """Let the holder's staff work, answer and finish on their pages, and find all of it in the origin's table and page."""
    origin, holder = case.origin, case.holder
    stage.teller.say(
        f"Petugas {holder.region} mulai bekerja dan menjawab di halamannya.",
        f"Staff of {holder.region} start work and answer on their page.",
    )
    holder.answer(case.other, matter.answer)
    if holder.words["working"] != holder.words["new"]:
        holder.choose(case.other, "working")
    stage.settle()
    _answered(stage, case, matter)
    stage.teller.say("Lalu mereka menyelesaikannya.", "Then they finish it.")
    holder.choose(case.other, "done")
    stage.settle()
    status_is(stage, "done", origin, case.number, "done")
    stage.claims.check(
        f"not_doubled_{holder.name}_{case.other}",
        f"Tidak ada yang menggema: {holder.label} tetap punya satu laporan itu dan satu jawaban.",
        f"Nothing echoes: {holder.label} still has that one complaint and one answer.",
        lambda: (holder.numbers_of(matter.text), holder.replies(case.other)),
        ([case.other], [matter.answer]),
    )


def _answered(stage: Stage, case: Crossed, matter: Matter) -> None:
    origin = case.origin
    stage.claims.check(
        f"answer_{origin.name}_{case.number}",
        f"Jawaban itu ada di tabel {origin.label}, satu kali.",
        f"The answer is in {origin.label}'s own table, once.",
        lambda: origin.replies(case.number),
        [matter.answer],
    )
    stage.claims.check(
        f"answer_on_page_{origin.name}_{case.number}",
        f"Warga membacanya di halaman {origin.label}.",
        f"The citizen reads it on {origin.label}'s page.",
        lambda: matter.answer in origin.public_page(case.number),
    )
    # Not every app has a word for work that has begun.
    begun = case.holder.words["working"] != case.holder.words["new"]
    status_is(stage, "working", origin, case.number, "working" if begun else "new")


def status_is(stage: Stage, name: str, office: Office, number: str, word: str) -> None:
    """Claim that the app's own table has one of its status words for a complaint."""
    wanted = office.words[word]
    stage.claims.check(
        f"status_{name}_{office.name}_{number}",
        f"Status no. {number} di tabel {office.label}: {wanted!r}.",
        f"The status of no. {number} in {office.label}'s own table is {wanted!r}.",
        lambda: office.status(number),
        wanted,
    )


def keeps_private(stage: Stage, case: Crossed, person: Iterable[str]) -> None:
    """Claim that the app that handles a complaint learnt nothing of who filed it; ``person`` is what the form was given."""
    origin, holder, known = case.origin, case.holder, list(person)
    stage.claims.check(
        f"private_{holder.name}",
        f"Data pelapor ada di tabel {origin.label}, tidak sampai ke {holder.label}, dan di basis data hub hanya tersegel.",
        f"The reporter's data are in {origin.label}'s tables, did not reach {holder.label}, and are only sealed in the hub's database.",
        lambda: [_who_has(stage, case, word) for word in known],
        [(True, False, False) for _ in known],
    )


def _who_has(stage: Stage, case: Crossed, word: str) -> tuple[bool, bool, bool]:
    # The hub's files as bytes: the database, and what it has not yet moved there from its journal.
    in_hub = any(word.encode() in file.read_bytes() for file in (stage.folder / "hub").glob("hub.db*"))
    return case.origin.books.hold(word), case.holder.books.hold(word), in_hub
