"""The 38 provinces: Kemendagri codes and names, and where each stands on the tile map.

Source: the Kemendagri codes in force since the six provinces of Papua (2022).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# What stands for "the place is unknown" in an address; the rollup has '' there.
UNKNOWN = "00"

# code: name, short name for a tile, column and row of the tile
_PLACES: dict[str, tuple[str, str, int, int]] = {
    "11": ("Aceh", "Aceh", 1, 1),
    "12": ("Sumatera Utara", "Sumut", 2, 2),
    "13": ("Sumatera Barat", "Sumbar", 2, 3),
    "14": ("Riau", "Riau", 3, 2),
    "15": ("Jambi", "Jambi", 3, 3),
    "16": ("Sumatera Selatan", "Sumsel", 4, 3),
    "17": ("Bengkulu", "Bengkulu", 3, 4),
    "18": ("Lampung", "Lampung", 4, 4),
    "19": ("Kepulauan Bangka Belitung", "Babel", 5, 3),
    "21": ("Kepulauan Riau", "Kepri", 4, 2),
    "31": ("DKI Jakarta", "Jakarta", 5, 5),
    "32": ("Jawa Barat", "Jabar", 5, 6),
    "33": ("Jawa Tengah", "Jateng", 6, 5),
    "34": ("DI Yogyakarta", "DIY", 6, 6),
    "35": ("Jawa Timur", "Jatim", 7, 5),
    "36": ("Banten", "Banten", 4, 5),
    "51": ("Bali", "Bali", 8, 6),
    "52": ("Nusa Tenggara Barat", "NTB", 9, 6),
    "53": ("Nusa Tenggara Timur", "NTT", 10, 6),
    "61": ("Kalimantan Barat", "Kalbar", 6, 2),
    "62": ("Kalimantan Tengah", "Kalteng", 6, 3),
    "63": ("Kalimantan Selatan", "Kalsel", 7, 3),
    "64": ("Kalimantan Timur", "Kaltim", 7, 2),
    "65": ("Kalimantan Utara", "Kaltara", 7, 1),
    "71": ("Sulawesi Utara", "Sulut", 10, 2),
    "72": ("Sulawesi Tengah", "Sulteng", 9, 3),
    "73": ("Sulawesi Selatan", "Sulsel", 8, 4),
    "74": ("Sulawesi Tenggara", "Sultra", 9, 4),
    "75": ("Gorontalo", "Gorontalo", 9, 2),
    "76": ("Sulawesi Barat", "Sulbar", 8, 3),
    "81": ("Maluku", "Maluku", 11, 3),
    "82": ("Maluku Utara", "Malut", 11, 2),
    "91": ("Papua", "Papua", 14, 3),
    "92": ("Papua Barat", "Pap. Barat", 12, 3),
    "93": ("Papua Selatan", "Pap. Selatan", 14, 5),
    "94": ("Papua Tengah", "Pap. Tengah", 13, 3),
    "95": ("Papua Pegunungan", "Pap. Peg.", 14, 4),
    "96": ("Papua Barat Daya", "PB Daya", 12, 2),
}


@dataclass(frozen=True, slots=True)
class Province:
    """One province; ``column`` (1 to 14) and ``row`` (1 to 6) place its tile roughly where it lies."""

    code: str
    name: str
    short: str
    column: int
    row: int


PROVINCES = {code: Province(code, *place) for code, place in _PLACES.items()}


def province_of(code: str | None) -> str | None:
    """Return the province's two digits of a region's or agency's code; None where the code is none of a region."""
    found = re.match(r"(\d\d)(?:\.|$)", code or "")
    return found[1] if found and found[1] in PROVINCES else None
