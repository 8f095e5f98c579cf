"""The names that home-made apps give their tables, columns and status words; what `recognise` goes by. Data only."""

from __future__ import annotations

from contracts.vocabulary import Status

TABLES = ("pengaduan", "aduan", "laporan", "lapor", "keluhan", "complaints", "complaint", "aspirasi", "pengaduan_masyarakat", "tiket")
PEOPLE = ("masyarakat", "pelapor", "warga", "penduduk", "users", "user", "pengguna", "akun", "members")
REPLIES = ("tanggapan", "balasan", "respon", "response", "responses", "tindak_lanjut", "komentar", "comments", "replies")
OWN: dict[str, tuple[str, ...]] = {
    "title": ("judul", "judul_pengaduan", "judul_laporan", "judul_aduan", "perihal", "subjek", "subject", "title"),
    "description": (
        *("isi_laporan", "isi_pengaduan", "isi_aduan", "isi", "uraian", "deskripsi", "keluhan", "laporan", "pengaduan", "pesan"),
        *("description", "detail", "content"),
    ),
    "status": ("status", "status_pengaduan", "status_laporan", "status_aduan", "state"),
    "category": ("kategori", "kategori_pengaduan", "jenis_pengaduan", "jenis", "topik", "category"),
    "address": ("lokasi", "lokasi_kejadian", "tempat_kejadian", "alamat_kejadian", "alamat", "location", "address"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lng", "lon", "long"),
    "occurred_on": ("tgl_kejadian", "tanggal_kejadian", "tanggal_peristiwa"),
    "confidential": ("flag_rahasia", "rahasia", "is_rahasia", "is_secret"),
    "anonymous": ("flag_anonim", "anonim", "is_anonim", "is_anonymous", "anonymous"),
    "rating": ("rating", "penilaian"),
}
PERSON: dict[str, tuple[str, ...]] = {
    "reporter_name": ("nama", "nama_pelapor", "nama_pengadu", "nama_lengkap", "name"),
    "reporter_phone": ("telp", "telepon", "no_telp", "no_telepon", "no_hp", "nomor_hp", "hp", "phone"),
    "reporter_email": ("email", "surel"),
    "reporter_identity": ("nik", "no_ktp", "no_nik"),
}
CREATED = (
    *("created_at", "tgl_pengaduan", "tanggal_pengaduan", "tgl_laporan", "tanggal_laporan", "tgl_aduan", "tgl_tanggapan"),
    *("tanggal_tanggapan", "tgl_balasan", "waktu", "tanggal", "tgl", "created", "tgl_masuk", "date"),
)
MODIFIED = ("updated_at", "modified_at", "tgl_update", "last_update", "updated", "modified")
REPLY_TEXT = ("tanggapan", "isi_tanggapan", "isi_balasan", "balasan", "isi", "komentar", "respon", "response", "pesan", "content")
TOKEN = ("token_simpul", "simpul_token", "token_sp4n")
LAPOR = ("id_lapor", "lapor_id", "no_lapor", "nomor_lapor", "id_sp4n", "sp4n_id", "tracking_id", "trackingid")
FILES = ("foto", "gambar", "lampiran", "photo", "image", "bukti")
PARENT = ("id_pengaduan", "parent_id", "id_induk", "id_parent", "parent")
OFFICER = ("id_petugas", "petugas_id", "user_id", "id_user", "id_admin", "admin_id")

WORDS: dict[Status, tuple[str, ...]] = {
    Status.RECEIVED: (
        *("0", "baru", "new", "menunggu", "pending", "waiting", "terkirim", "masuk", "submitted", "belum", "belum diproses"),
        *("belum di proses", "belum dijawab", "open", "diterima", "received", "diajukan"),
    ),
    Status.VERIFIED: ("verifikasi", "terverifikasi", "verified", "valid", "diverifikasi"),
    Status.ASSIGNED: ("disposisi", "terdisposisi", "diteruskan", "dispatched"),
    Status.IN_PROGRESS: (
        "proses",
        "diproses",
        "di proses",
        "sedang diproses",
        "progres",
        "process",
        "in progress",
        "in_progress",
        "ditangani",
    ),
    Status.ANSWERED: (
        "selesai",
        "done",
        "finished",
        "closed",
        "tuntas",
        "ditanggapi",
        "sudah ditanggapi",
        "dijawab",
        "resolved",
        "tanggapi",
    ),
    Status.RETURNED: ("dikembalikan", "kembali", "bukan wewenang"),
    Status.POSTPONED: ("ditunda", "tunda", "postponed"),
    Status.ARCHIVED: ("ditolak", "tolak", "di tolak", "rejected", "reject", "tidak layak", "batal", "spam", "tidak valid", "arsip"),
}
VILLAGE = {"1": Status.RECEIVED, "2": Status.IN_PROGRESS, "3": Status.ANSWERED}
