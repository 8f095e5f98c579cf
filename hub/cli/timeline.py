"""One complaint on a screen."""

from __future__ import annotations

from contracts.events import Kind
from contracts.vocabulary import Status, Visibility
from hub.cli.show import compact
from hub.cli.terminal import Terminal, Two
from hub.operations.timeline import Event, Told

_STORY: list[Two] = [
    ("Terjadi", "Happened"),
    ("Diketahui", "Learned"),
    ("Peristiwa", "Event"),
    ("Hal", "Field"),
    ("Dari", "From"),
    ("Menjadi", "To"),
    ("Oleh", "By"),
    ("Koneksi", "Connection"),
    ("Aturan", "Rule"),
]

_PLACES: list[Two] = [
    ("Koneksi", "Connection"),
    ("Keadaan", "State"),
    ("Nomor di aplikasi", "Ref"),
    ("Status asli", "Raw status"),
    ("Galat", "Error"),
]


def show_complaint(term: Terminal, told: Told) -> None:
    """Print what a complaint says now, where it is, and its story."""
    one = told.summary
    term.say(f"{one.tracking_id}  ({one.id})", f"{one.tracking_id}  ({one.id})")
    lines: list[tuple[object, ...]] = [(name, _said(term, name, value), told.held.get(name)) for name, value in told.content.items()]
    if told.reporter_known:
        lines.append((term.t("pelapor", "reporter"), "•••", None))
    term.table([("Hal", "Field"), ("Nilai", "Value"), ("Ditahan", "Held")], lines)
    term.say("\nTautan", "\nLinks")
    places = [(each["connection"], each["state"], each["ref"], each["raw"].get("status"), each["error"]) for each in told.links]
    term.table(_PLACES, places)
    term.say("\nTanggapan", "\nResponses")
    answers = [
        (each["at"], each["author"], Visibility(each["visibility"]).label(term.language), each["text"])
        for each in told.responses
        if not each["removed"]
    ]
    term.table([("Waktu", "When"), ("Penulis", "Author"), ("Untuk", "For"), ("Isi", "Text")], answers)
    term.say("\nRiwayat", "\nStory")
    term.table(_STORY, [_event(term, event) for event in told.events])


def _event(term: Terminal, event: Event) -> tuple[object, ...]:
    kind = Kind(event.kind).label(term.language)
    old, new = (_said(term, event.field, value) for value in (event.old, event.new))
    return event.happened_at, event.learned_at, kind, event.field, old, new, event.actor, event.connection, event.rule


def _said(term: Terminal, name: str | None, value: object) -> str | None:
    if value is None:
        return None
    if name == "status":
        return Status(str(value)).label(term.language)
    if isinstance(value, dict) and "text" in value:
        return str(value["text"])
    if isinstance(value, dict) and "agency" in value:
        return " / ".join(str(part) for part in value.values() if part)
    return compact(value)
