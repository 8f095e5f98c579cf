"""Example rows of Lapor Wonosari. Every person, number and event is made up; no identity number begins with 00 in reality.

The last rows are as dirty as real tables are: a date of zeros, an empty status, a status nobody planned, a reporter
who is gone, and an identity number that lost its leading zeros in a spreadsheet.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

# identity number, name, phone
PEOPLE = (
    ("0034030101800001", "Sri Rekaningsih", "081200000011"),
    ("0034030202790002", "Slamet Umpamanto", "081200000012"),
    ("0034030303850003", "Wagiyem Misalwati", "6281200000013"),
    ("0034030404900004", "Ngatijo Karangan", "+6281200000014"),
    ("0034030505950005", "Tumini Contohsari", "081200000015"),
    ("0034030606880006", "Paijo Fiktifan", "081200000016"),
    ("34030707920007", "Lestari Andaiwati", "081200000017"),
    # Staff file under this name what reached them from the national system.
    ("0000000000001708", "SP4N-LAPOR!", "1708"),
)
LOST_ZEROS = "34030707920007"
ORPHAN = "0034039999999999"

STAFF = (("Petugas Pengaduan", "admin"), ("Dinas Pekerjaan Umum", "petugas"))

# days ago, reporter (index into PEOPLE), text, photo, status
# fmt: off
COMPLAINTS = (
    (41, 0, "Jalan dari Balai Kalurahan Kepek ke pasar berlubang besar di dua tempat. Kalau hujan tertutup air dan "
     "sudah ada pengendara motor yang jatuh.", "jalan kepek 1.jpg", "selesai"),
    (38, 1, "Lampu penerangan jalan di pertigaan Siyono padam sejak tiga minggu. Malam hari gelap sekali.", "", "selesai"),
    (33, 2, "Air PDAM di dusun kami hanya mengalir pukul dua sampai empat pagi. Mohon jadwal yang lebih wajar, terutama "
     "untuk rumah yang ada bayinya.", "", "proses"),
    (30, 3, "Sampah di belakang Pasar Argosari menumpuk sampai ke badan jalan dan baunya masuk ke rumah warga.",
     "sampah pasar (2).jpg", "selesai"),
    (26, 4, "Selokan depan SD Wonosari Baru tersumbat. Setiap hujan halaman sekolah tergenang semata kaki.", "", "proses"),
    (23, 5, "Bus sekolah jurusan Semanu tidak datang pada hari Senin dan Selasa, anak-anak terlambat.", "", "proses"),
    (19, 0, "Bantuan benih padi untuk kelompok tani kami belum turun padahal musim tanam sudah mulai.", "", "0"),
    (16, 1, "Petugas loket puskesmas meminta fotokopi KK tiga lembar setiap kali berobat. Apakah memang aturannya begitu?",
     "", "selesai"),
    (12, 2, "Pohon besar di tepi jalan Baron kilometer empat sudah miring dan akarnya terangkat. Takut roboh ke jalan.",
     "pohon miring.jpg", "proses"),
    (9, 3, "Mohon informasi syarat mengurus akta kelahiran untuk anak yang lahir di luar kabupaten.", "", "0"),
    (6, 4, "Truk tambang batu lewat jalan kampung siang malam, debunya tebal dan aspal mulai pecah.", "", "0"),
    (3, 5, "Traktor bantuan kelompok tani dipakai perorangan dan disewakan. Mohon ditinjau.", "", "0"),
    (2, 6, "Pipa air bocor di depan balai padukuhan, air terbuang sejak kemarin sore.", "pipa bocor.jpg", "0"),
)
# fmt: on

# tgl_pengaduan (None: days ago as given), nik, text, status
DIRTY = (
    ("0000-00-00", PEOPLE[0][0], "Jembatan kecil di Kali Rekaan lapuk, papannya hilang dua.", "0"),
    (None, PEOPLE[1][0], "Kabel telepon menjuntai rendah di gang Umpama, tersangkut truk.", ""),
    (None, ORPHAN, "Papan nama jalan di perempatan pasar hewan hilang.", "0"),
    (None, PEOPLE[3][0], "Mohon dibuatkan polisi tidur di jalan provinsi depan rumah saya.", "Di Tolak"),
)

# complaint number, days ago, text, officer
ANSWERS = (
    (1, 37, "Terima kasih. Tim pemeliharaan jalan sudah meninjau lokasi dan menjadwalkan penambalan.", 2),
    (1, 29, "Penambalan selesai dikerjakan.", 2),
    (2, 34, "Dua lampu sudah diganti, sudah menyala kembali.", 2),
    (3, 30, "Sedang diperiksa pompa di sumber air. Kami kabari perkembangannya.", 1),
    (4, 27, "Sampah sudah diangkut dan jadwal angkut ditambah hari Minggu.", 1),
    (5, 21, "Laporan diteruskan ke petugas drainase, pembersihan dijadwalkan pekan ini.", 2),
    (6, 20, "Armada sedang diperbaiki; untuk sementara diganti minibus.", 1),
    (8, 14, "Cukup satu lembar pada kunjungan pertama. Petugas loket sudah kami ingatkan.", 1),
    (9, 10, "Pohon akan dipangkas setelah izin dari pengelola jalan keluar.", 2),
    (404, 5, "Tanggapan ini tertinggal dari laporan yang sudah dihapus.", 1),
)


def fill(connection: sqlite3.Connection, now: datetime) -> None:
    """Write the example rows, dated back from ``now`` (naive WIB)."""
    connection.executemany(
        "INSERT INTO masyarakat VALUES (?, ?, ?, ?, ?)",
        [(nik, name, name.split()[0].lower(), f"jangan-dibaca-{row}", phone) for row, (nik, name, phone) in enumerate(PEOPLE)],
    )
    connection.executemany(
        "INSERT INTO petugas (nama_petugas, username, password, telp, level) VALUES (?, ?, 'jangan-dibaca', '081200000001', ?)",
        [(name, name.split()[-1].lower(), level) for name, level in STAFF],
    )
    rows = [(_date(now, days), PEOPLE[who][0], text, photo, status) for days, who, text, photo, status in COMPLAINTS]
    rows += [(written or _date(now, 1), nik, text, "", status) for written, nik, text, status in DIRTY]
    connection.executemany("INSERT INTO pengaduan (tgl_pengaduan, nik, isi_laporan, foto, status) VALUES (?, ?, ?, ?, ?)", rows)
    connection.executemany(
        "INSERT INTO tanggapan (id_pengaduan, tgl_tanggapan, tanggapan, id_petugas) VALUES (?, ?, ?, ?)",
        [(number, _date(now, days), text, officer) for number, days, text, officer in ANSWERS],
    )


def _date(now: datetime, days: int) -> str:
    return (now - timedelta(days=days)).date().isoformat()
