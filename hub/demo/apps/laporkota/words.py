"""What LaporKota calls things: its statuses, categories and districts (Kemendagri codes of Kota Semarang)."""

from __future__ import annotations

STATUSES = {
    "menunggu": "Menunggu",
    "diverifikasi": "Diverifikasi",
    "diproses": "Diproses",
    "selesai": "Selesai",
    "ditolak": "Ditolak",
}
TONES = {"menunggu": "waiting", "diverifikasi": "working", "diproses": "working", "selesai": "done", "ditolak": "refused"}
CATEGORIES = ("Kependudukan", "Kesehatan", "Ketertiban umum", "Lingkungan", "Pekerjaan umum", "Pendidikan", "Perhubungan")
_DISTRICT_NAMES = (
    "Semarang Tengah",
    "Semarang Utara",
    "Semarang Timur",
    "Gayamsari",
    "Genuk",
    "Pedurungan",
    "Semarang Selatan",
    "Candisari",
    "Gajahmungkur",
    "Tembalang",
    "Banyumanik",
    "Gunungpati",
    "Semarang Barat",
    "Mijen",
    "Ngaliyan",
    "Tugu",
)
DISTRICTS = {f"33.74.{number:02}": name for number, name in enumerate(_DISTRICT_NAMES, 1)}
