"""Invented service requests by number, the same ones each time: no list of them is needed to make any one of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

# The codes of the 38 provinces, so that a rollup has something to part.
PROVINCES = (
    *("11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "31", "32", "33", "34", "35", "36", "51", "52", "53"),
    *("61", "62", "63", "64", "65", "71", "72", "73", "74", "75", "76", "81", "82", "91", "92", "93", "94", "95", "96"),
)
SERVICES = {
    "jalan": "Jalan rusak",
    "sampah": "Sampah menumpuk",
    "lampu": "Lampu jalan mati",
    "drainase": "Saluran tersumbat",
    "air": "Air bersih tidak mengalir",
    "pohon": "Pohon tumbang",
    "izin": "Perizinan terlambat",
    "parkir": "Parkir liar",
}
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
# Seconds between two records: 200,000 of them end in April, before any edit made by today's clock.
STEP = 50

_TEXT = """
jalan lubang depan pasar warga melapor lampu mati sejak minggu lalu mohon segera ditindaklanjuti oleh dinas terkait terima kasih
saluran air meluap setelah hujan anak sekolah lewat sini bahaya sekali petugas belum datang sudah dua kali dilaporkan kepada ketua
"""
_POOL = 991
_SENTENCE = 38
_EDITED = 1_000
_STATUSES = ("open", "open", "in_progress", "closed", "in_progress")


class Requests:
    """Makes the request of any number, as GeoReport v2 writes one, about 780 bytes of JSON."""

    def __init__(self, seed: int = 20_000) -> None:
        chance = random.Random(seed)
        words = _TEXT.split()
        self._sentences = [" ".join(chance.choices(words, k=_SENTENCE)) for _ in range(_POOL)]
        self._services = list(SERVICES.items())

    def make(self, number: int) -> dict[str, Any]:
        """Return request ``number``, counted from 0; later numbers were changed later, each at a second of its own."""
        code, name = self._services[number % len(self._services)]
        province = PROVINCES[number % len(PROVINCES)]
        changed = BEGAN + timedelta(seconds=number * STEP)
        return {
            "service_request_id": f"{number + 1}",
            "title": self._sentences[number * 3 % _POOL][:48].strip(),
            # The first ones are what the two sides then edit.
            "status": "open" if number < _EDITED else _STATUSES[number * 13 % len(_STATUSES)],
            "status_notes": None,
            "service_name": name,
            "service_code": code,
            "description": f"Laporan {number + 1}: {self._sentences[number % _POOL]} {self._sentences[number * 7 % _POOL][:60].strip()}.",
            "agency_responsible": f"Dinas {number % 30 + 1:02d}",
            "service_notice": None,
            "requested_datetime": stamp(changed - timedelta(hours=number % 48)),
            "updated_datetime": stamp(changed),
            "expected_datetime": None,
            "address": f"Jl. Melati {number % 211 + 1}, RT {number % 9 + 1:02d}",
            "address_id": province,
            "zipcode": f"{10_000 + number % 80_000}",
            "lat": round(-6.9 + number % 2_003 / 10_000, 6),
            "long": round(107.6 + number % 1_999 / 10_000, 6),
            "tags": [f"t{number % 5}", f"u{number % 11}"],
            "media_url": [f"http://127.0.0.1/f/{number}/{each}.jpg" for each in range(number % 3)],
        }


def stamp(moment: datetime) -> str:
    """Write a moment the way GeoReport does: whole seconds, UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parts(total: int, size: int) -> Iterator[range]:
    """Cut ``total`` numbers into pages."""
    return (range(start, min(start + size, total)) for start in range(0, total, size))
