"""What the tables of each kind of app are called, and its words: the campaign reads them itself, without the hub's help."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of app. ``filed`` and ``wrote``: SQL that tells of a new row whether the hub made it. ``keeps``: tables of a backup.

    ``words``: status to what it means. ``fills``: what a citizen fills in besides the text.
    """

    table: str
    key: str
    text: str
    replies: str
    of: str
    said: str
    filed: str
    wrote: str
    keeps: tuple[str, ...]
    words: dict[str, str]
    fills: dict[str, str]

    def word(self, meaning: str) -> str:
        """Return the first word for a meaning."""
        return next(word for word, means in self.words.items() if means == meaning)


SHAPES = {
    "wonosari": Shape(
        "pengaduan", "id_pengaduan", "isi_laporan", "tanggapan", "id_pengaduan", "tanggapan",
        "NEW.nik = '0000000000001708'", "NEW.id_petugas = 2", ("masyarakat", "pengaduan", "tanggapan"),
        {"0": "received", "proses": "in_progress", "selesai": "answered"},
        {"name": "Sri Rekaningsih", "identity": ""},
    ),
    "laporkota": Shape(
        "reports", "id", "isi", "comments", "report_id", "body",
        "NEW.referensi_luar IS NOT NULL", "NEW.author <> 'petugas'", ("users", "reports", "comments"),
        {"menunggu": "received", "diverifikasi": "verified", "diproses": "in_progress", "selesai": "answered", "ditolak": "archived"},
        {"name": "Slamet Umpamanto", "title": "Laporan warga", "region": "33.74.01"},
    ),
    "sekarwangi": Shape(
        "requests", "service_request_id", "description", "updates", "service_request_id", "description",
        "NEW.caller IS NOT NULL", "NEW.caller IS NOT NULL", ("requests", "updates"),
        {"open": "received", "in_progress": "in_progress", "investigating": "in_progress", "fixed": "answered",
         "no_further_action": "archived"},
        {"name": "Wagiyem", "service": "900", "address": "Jalan Rekaan 1"},
    ),
}  # fmt: skip
