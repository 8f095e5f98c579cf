"""Scenes in which the two sides do not agree, or a row makes no sense: decided by rules, and shown to people."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from contracts.vocabulary import Status
from hub.demo import acts
from hub.demo.crossing import Crossed, status_is
from hub.demo.offices import Office
from hub.demo.stage import Stage


def conflict(stage: Stage, case: Crossed) -> None:
    """Let both sides choose another status between two rounds: the holder's stands, both are kept."""
    origin, holder = case.origin, case.holder
    stage.teller.say(
        f"Di antara dua putaran, {holder.label} memilih {holder.words['working']!r} dan {origin.label} memilih {origin.words['done']!r}.",
        f"Between two rounds {holder.label} chooses {holder.words['working']!r} and {origin.label} chooses {origin.words['done']!r}.",
    )
    holder.choose(case.other, "working")
    origin.choose(case.number, "done")
    stage.round(holder.name, origin.name)
    stage.settle()
    _show(stage, case.complaint, "conflict")
    stage.claims.check(
        f"conflict_{case.number}",
        "Konflik itu diputus aturan (yang memegang disposisi menang) dan kedua nilai disimpan.",
        "The conflict was decided by rule (who holds the complaint wins) and both values are kept.",
        lambda: _values(stage, case.complaint, "conflict"),
        [(Status.IN_PROGRESS.value, Status.ANSWERED.value, "hub")],
    )
    status_is(stage, "conflict", origin, case.number, "working")
    status_is(stage, "conflict", holder, case.other, "working")


def proposal(stage: Stage, case: Crossed) -> None:
    """Let the holder undo what was answered: it is not taken over, it waits for a person."""
    holder = case.holder
    stage.teller.say(
        f"{holder.label} mengembalikan status laporan yang sudah dijawab ke {holder.words['new']!r}.",
        f"{holder.label} sets the status of an answered complaint back to {holder.words['new']!r}.",
    )
    holder.choose(case.other, "new")
    stage.settle()
    _show(stage, case.complaint, "proposal")
    stage.claims.check(
        f"proposal_{case.number}",
        "Langkah mundur tidak diambil alih; ia menunggu keputusan orang sebagai usulan.",
        "The step back is not taken over; it waits for a person as a proposal.",
        lambda: _values(stage, case.complaint, "proposal"),
        [(Status.ANSWERED.value, Status.RECEIVED.value, "hub")],
    )
    status_is(stage, "proposal", case.origin, case.number, "done")
    status_is(stage, "proposal", holder, case.other, "done")


def turned_down(stage: Stage, case: Crossed) -> None:
    """Let the coordinator decide: nothing waits any more, and the apps stay as they are."""
    stage.teller.say("Koordinator menolak usulan itu.", "The coordinator turns the proposal down.")
    acts.turn_down(stage.hub, case.complaint)
    stage.settle()
    stage.claims.check(
        f"decided_{case.number}",
        "Tidak ada yang menunggu lagi; keputusan dan siapa yang memutuskan tercatat.",
        "Nothing waits any more; the decision and who took it are on record.",
        lambda: [(each.state, each.kept, each.decided_by) for each in acts.on_record(stage.hub, case.complaint, "proposal")],
        [("decided", "hub", acts.COORDINATOR)],
    )
    status_is(stage, "decided", case.holder, case.other, "done")


def _values(stage: Stage, complaint: str, kind: str) -> list[tuple[Any, Any, Any]]:
    return [(each.hub_value, each.local_value, each.kept) for each in acts.on_record(stage.hub, complaint, kind)]


def _show(stage: Stage, complaint: str, kind: str) -> None:
    indonesian = ("isian", "nilai hub", "nilai aplikasi", "yang berlaku", "aturan", "keadaan")
    english = ("field", "hub's value", "app's value", "stands", "rule", "state")
    found = acts.on_record(stage.hub, complaint, kind)
    rows = [(each.field, each.hub_value, each.local_value, each.kept, each.rule, each.state) for each in found]
    stage.teller.table(english if stage.teller.language == "en" else indonesian, rows)


def repair(stage: Stage, office: Office, number: str, column: str, value: str) -> None:
    """Let the app's owner correct a row that makes no sense, and have the hub read it again."""
    stage.teller.say(
        f"Pemilik {office.label} membetulkan baris {number} di tabelnya sendiri ({column} = {value!r}); operator meminta dibaca ulang.",
        f"{office.label}'s owner corrects row {number} in its own table ({column} = {value!r}); the operator has it read again.",
    )
    _set(office, number, column, value)
    acts.retry(stage.hub, office.name, number)
    stage.settle()
    _released(stage, office, number)


def mend_status(stage: Stage, office: Office, number: str, word: str) -> None:
    """Let staff choose a real status for a row that had a nonsensical one; the next round takes it in by itself."""
    stage.teller.say(
        f"Petugas {office.label} memilih status {office.words[word]!r} untuk baris {number} di halamannya.",
        f"{office.label}'s staff choose the status {office.words[word]!r} for row {number} on their page.",
    )
    office.choose(number, word)
    stage.settle()
    _released(stage, office, number)


def _released(stage: Stage, office: Office, number: str) -> None:
    stage.claims.check(
        f"released_{office.name}_{number}",
        f"Baris {number} keluar dari karantina dan tertaut; status di hub sesuai tabel {office.label}.",
        f"Row {number} left quarantine and is linked; the hub's status is that of {office.label}'s table.",
        lambda: _state(stage, office, number),
        (False, office.status(number)),
    )


def _state(stage: Stage, office: Office, number: str) -> tuple[bool, Any]:
    told = acts.complaint_at(stage.hub, office.name, number)
    word = next(word for word, meaning in _MEANING.items() if meaning == told.summary.status)
    return number in [ref for ref, _ in acts.quarantined(stage.hub, office.name)], office.words[word]


_MEANING = {"new": Status.RECEIVED, "verified": Status.VERIFIED, "working": Status.IN_PROGRESS, "done": Status.ANSWERED}


def _set(office: Office, number: str, column: str, value: str) -> None:
    # As somebody does who opens the database with a tool of its own: no page, no modification time.
    shelf = office.shelf
    with closing(sqlite3.connect(office.books.database, timeout=30.0)) as connection, connection:
        connection.execute(f"UPDATE {shelf.complaints} SET {column} = ? WHERE {shelf.key} = ?", (value, number))
