"""Example rows of LaporKota. Every person, number and event is made up; no identity number begins with 00 in reality.

The column for it is a bigint, so each of them has lost those zeros. The last reports are as dirty as real tables are:
a status nobody planned, an empty one, a reporter who is gone, and a moment of zeros.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

# name, e-mail, phone, identity number as typed
PEOPLE = (
    ("Dewi Rekaningtyas", "dewi@warga.example", "081200000021", "0033740101910001"),
    ("Agus Umpamawan", "agus@warga.example", "6281200000022", "0033740202840002"),
    ("Kristina Misalwan", "kristina@warga.example", "+6281200000023", "0033740303960003"),
    ("Hendra Karangwijaya", None, "081200000024", "0033740404780004"),
    ("Maryam Contohputri", "maryam@warga.example", None, "0033740505990005"),
    ("Yohanes Fiktifanto", "yohanes@warga.example", "081200000026", None),
)
ORPHAN = 999

# days ago, reporter, title, text, category, region, address, status, anonymous, confidential, LAPOR number
# fmt: off
REPORTS = (
    (35, 1, "Rob menggenangi jalan kampung", "Air laut masuk ke gang setiap pasang. Sudah sepekan anak sekolah lewat air "
     "setinggi betis.", "Lingkungan", "33.74.02", "Gang Umpama 4, Tanjung Mas", "selesai", 0, 0, "8812035"),
    (31, 2, "Trotoar dipakai berjualan", "Trotoar di depan stasiun penuh gerobak, pejalan kaki turun ke jalan raya.",
     "Ketertiban umum", "33.74.01", "Jalan Contoh Raya 12", "diproses", 0, 0, None),
    (28, 3, "Lampu taman mati", "Separuh lampu taman kota padam, pengunjung sore cepat pulang.", "Pekerjaan umum", "33.74.05",
     "Taman Rekaan", "selesai", 0, 0, None),
    (24, 4, "Antrean berkas kependudukan", "Nomor antrean habis pukul tujuh pagi. Mohon loket ditambah pada hari Senin.",
     "Kependudukan", "33.74.13", None, "diproses", 0, 0, "8812410"),
    (21, 5, "Pungutan di sekolah", "Wali murid diminta membayar uang buku yang tidak ada di daftar resmi.", "Pendidikan",
     "33.74.09", None, "diverifikasi", 1, 1, None),
    (18, 6, "Bus kota berhenti sembarangan", "Bus jalur dua menurunkan penumpang di tengah jembatan.", "Perhubungan",
     "33.74.06", "Jembatan Misal", "diproses", 0, 0, None),
    (15, 1, "Talut sungai retak", "Talut di belakang rumah retak memanjang sekitar lima meter sejak hujan minggu lalu.",
     "Pekerjaan umum", "33.74.12", "RT 3 RW 2 Kampung Karangan", "diverifikasi", 0, 0, None),
    (12, 2, "Iklan rokok dekat sekolah", "Spanduk rokok dipasang di pagar seberang SD.", "Ketertiban umum", "33.74.07",
     "Jalan Fiktif 3", "ditolak", 0, 0, None),
    (10, 3, "Jadwal posyandu lansia", "Kapan jadwal posyandu lansia di kelurahan kami? Di papan tidak ada.", "Kesehatan",
     "33.74.10", None, "selesai", 0, 0, None),
    (7, 4, "Saluran air berbau", "Got di depan ruko mengalirkan limbah dapur, baunya menyengat siang hari.", "Lingkungan",
     "33.74.03", "Ruko Andai Blok B", "menunggu", 1, 0, None),
    (4, 5, "Usul jalur sepeda", "Mohon jalur sepeda di jalan protokol disambung sampai stasiun.", "Perhubungan", "33.74.01",
     None, "menunggu", 0, 0, None),
    (1, 6, "Pohon tumbang menutup jalan", "Pohon tumbang tadi malam, satu lajur tertutup.", "Pekerjaan umum", "33.74.08",
     "Jalan Rekaan Timur", "menunggu", 0, 0, None),
)
# fmt: on

# reporter, title, text, status, created_at (None: yesterday)
DIRTY = (
    (2, "Parkir liar di alun-alun", "Juru parkir meminta tarif dua kali lipat.", "Di Tolak", None),
    (3, "Tutup gorong-gorong hilang", "Tutup besi hilang, berbahaya bagi motor.", "", None),
    (ORPHAN, "Suara pengeras larut malam", "Hiburan sampai pukul dua pagi.", "menunggu", None),
    (4, "Pagar makam roboh", "Pagar makam roboh terkena angin.", "menunggu", "0000-00-00 00:00:00"),
)

# report, days ago, author, text, internal
COMMENTS = (
    (1, 33, "Dinas Pekerjaan Umum", "Pompa keliling sudah dikirim dan tanggul sementara dipasang.", 0),
    (1, 30, "Dinas Pekerjaan Umum", "Perlu koordinasi dengan balai sungai soal pintu air.", 1),
    (1, 27, "Dinas Pekerjaan Umum", "Pintu air sudah diperbaiki, genangan surut.", 0),
    (2, 29, "Satpol PP", "Pedagang diberi waktu satu pekan untuk pindah ke lokasi yang disediakan.", 0),
    (3, 25, "Dinas Perumahan", "Semua lampu taman sudah diganti.", 0),
    (4, 22, "Dinas Kependudukan", "Mulai pekan depan dibuka satu loket tambahan.", 0),
    (5, 20, "Inspektorat", "Dijadwalkan klarifikasi dengan kepala sekolah.", 1),
    (6, 16, "Dinas Perhubungan", "Pengemudi yang bersangkutan sudah ditegur.", 0),
    (8, 11, "Admin", "Lokasi bukan aset kota; pelapor diarahkan ke pemilik lahan.", 0),
    (9, 8, "Dinas Kesehatan", "Posyandu lansia setiap Rabu pekan kedua di balai RW.", 0),
)


def fill(connection: sqlite3.Connection, now: datetime) -> None:
    """Write the example rows, dated back from ``now`` (naive WIB)."""
    start = _moment(now, 60)
    connection.executemany(
        "INSERT INTO users (name, email, phone, nik, password, created_at, updated_at) VALUES (?, ?, ?, ?, 'jangan-dibaca', ?, ?)",
        [(name, email, phone, int(nik) if nik else None, start, start) for name, email, phone, nik in PEOPLE],
    )
    connection.executemany(
        "INSERT INTO reports (user_id, judul, isi, kategori, kode_wilayah, alamat, status, flag_anonim, flag_rahasia, nomor_lapor,"
        " created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*row[1:], _moment(now, row[0]), _touched(now, number, row[0])) for number, row in enumerate(REPORTS, 1)],
    )
    connection.executemany(
        "INSERT INTO reports (user_id, judul, isi, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
        [(*row, created or _moment(now, 1), _moment(now, 1)) for *row, created in DIRTY],
    )
    connection.executemany(
        "INSERT INTO comments (report_id, created_at, author, body, is_internal) VALUES (?, ?, ?, ?, ?)",
        [(report, _moment(now, days), author, text, internal) for report, days, author, text, internal in COMMENTS],
    )


def _touched(now: datetime, number: int, days: int) -> str:
    """Return when a report was last changed: a comment touches its report, as in Laravel."""
    return _moment(now, min([days, *(comment[1] for comment in COMMENTS if comment[0] == number)]))


def _moment(now: datetime, days: int) -> str:
    return (now - timedelta(days=days, minutes=17 * days % 240)).isoformat(sep=" ")
