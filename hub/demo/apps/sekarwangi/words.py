"""What Kanal Sekarwangi calls things: the statuses of the extension for updates, as citizens read them, and its services."""

from __future__ import annotations

from dataclasses import dataclass

STATUSES = {
    "open": "Baru masuk",
    "investigating": "Sedang diperiksa",
    "in_progress": "Sedang dikerjakan",
    "fixed": "Sudah ditangani",
    "no_further_action": "Tidak ditindaklanjuti",
}
TONES = {"open": "waiting", "investigating": "working", "in_progress": "working", "fixed": "done", "no_further_action": "refused"}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One more question that a service asks; ``values`` (key to words) makes it a choice."""

    code: str
    description: str
    required: bool = False
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of complaint that the city takes."""

    name: str
    description: str
    group: str
    keywords: str
    attributes: tuple[Attribute, ...] = ()


_DEPTH = Attribute("kedalaman", "Seberapa dalam lubangnya?", values=(("mata-kaki", "Semata kaki"), ("lebih", "Lebih dalam")))

# The codes are strings; the first ones are older than the city's present system and have kept their zeros.
SERVICES = {
    "001": Service("Jalan dan trotoar", "Lubang, retak, trotoar rusak.", "Pekerjaan umum", "jalan,lubang,trotoar", (_DEPTH,)),
    "002": Service("Lampu penerangan jalan", "Lampu mati atau menyala siang hari.", "Pekerjaan umum", "lampu,gelap"),
    "007": Service("Sampah dan kebersihan", "Sampah menumpuk, bak penuh.", "Lingkungan", "sampah,bau"),
    "012": Service("Saluran air dan banjir", "Got tersumbat, genangan.", "Lingkungan", "got,banjir"),
    "120": Service("Parkir dan lalu lintas", "Parkir liar, rambu, kemacetan.", "Perhubungan", "parkir,macet"),
    "900": Service("Lain-lain", "Yang tidak ada di daftar.", "Umum", "umum"),
}
