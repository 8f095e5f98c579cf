"""Indonesian words for what the hub keeps as codes; `hub.dashboard.english` has the other language."""

from __future__ import annotations

from contracts.content import Field
from hub.words import LinkState

FIELDS: dict[str, str] = {
    Field.TITLE: "Judul",
    Field.DESCRIPTION: "Uraian",
    Field.CLASSIFICATION: "Klasifikasi",
    Field.CATEGORY: "Kategori",
    Field.TAGS: "Penanda",
    Field.CHANNEL: "Kanal",
    Field.OCCURRED_ON: "Tanggal kejadian",
    Field.PLACE_CODE: "Wilayah",
    Field.ADDRESS: "Alamat",
    Field.LATITUDE: "Lintang",
    Field.LONGITUDE: "Bujur",
    Field.REPORTER_NAME: "Nama pelapor",
    Field.REPORTER_PHONE: "Telepon pelapor",
    Field.REPORTER_EMAIL: "Surel pelapor",
    Field.REPORTER_IDENTITY: "NIK pelapor",
    Field.ANONYMOUS: "Anonim",
    Field.CONFIDENTIAL: "Rahasia",
    Field.STATUS: "Status",
    Field.REASON: "Alasan",
    Field.HOLDER: "Pemegang",
    Field.SUBMITTED_AT: "Dilaporkan",
    Field.RATING: "Penilaian",
    "response": "Tanggapan",
}

LINK_STATES: dict[str, str] = {
    LinkState.PENDING: "Menunggu dikirim",
    LinkState.CREATING: "Sedang dikirim",
    LinkState.AMBIGUOUS: "Belum pasti terkirim",
    LinkState.LINKED: "Tertaut",
    LinkState.GONE: "Terhapus di aplikasi",
    LinkState.ENDED: "Berakhir",
}

# Why the hub took, kept or turned down a value. A rule without words here shows its code.
RULES: dict[str, str] = {
    "imported": "pertama kali dibaca",
    "recreated_from_token": "dikenali dari tanda hub sesudah pemulihan",
    "person": "keputusan orang",
    "decided": "keputusan orang",
    "told_by_person": "keputusan orang",
    "only_local_changed": "hanya aplikasi yang mengubah",
    "first_sight": "pertama kali terlihat",
    "local_favoured": "aplikasi didahulukan",
    "hub_favoured": "hub didahulukan",
    "manual": "menunggu keputusan orang",
    "not_its_field": "aplikasi tidak berwenang atas hal ini",
    "step_back": "akan memundurkan status",
    "no_longer_a_receiver": "bukan penerima lagi",
    "app_went_back": "aplikasi kembali ke salinan lama",
    "app_restored": "aplikasi dipulihkan",
    "hub_restored": "hub dipulihkan",
    "both_restored": "aplikasi dan hub dipulihkan",
    "written_there": "ditulis di aplikasi",
    "amended_there": "diubah di aplikasi",
    "removed_there": "dihapus di aplikasi",
    "not_its_response": "bukan tanggapan aplikasi itu",
    "further_on": "sudah lebih maju di aplikasi",
    "created": "aplikasi menerima laporan",
    "acknowledged": "aplikasi menerima perubahan",
    "adopted": "dikenali sebagai laporan yang sama",
    "joined": "digabungkan",
    "duplicate": "duplikat",
    "unlinked": "tautan dilepas",
    "news_after_all": "sambungan mulai berlaku",
    "erased": "data pribadi dihapus",
    "not_listed": "tidak ada lagi dalam daftar",
    "not_found": "tidak ditemukan lagi",
    "ref_reused": "nomornya dipakai laporan lain",
}
