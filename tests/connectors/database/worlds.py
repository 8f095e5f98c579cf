"""The people around three kinds of app, for the conformance suite, and settings as a region would write them."""

# ruff: noqa: DTZ001 -- what apps write is naive, that is the point
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.conformance import World
from contracts.content import Field, JsonValue
from contracts.vocabulary import Status
from tests.connectors.database.local import LocalDatabase

Settings = dict[str, Any]

USUAL: Settings = {
    "time_zone": "WIB",
    "page_size": 3,
    "complaints": {
        "table": "pengaduan",
        "key": "id_pengaduan",
        "columns": {"description": "isi_laporan", "status": "status"},
        "status": {"words": {"0": "received", "proses": "in_progress", "selesai": "answered"}, "reopen": ["proses"]},
        "created": "tgl_pengaduan",
        "date_only": True,
        "attachment": {"column": "foto", "url": "https://pengaduan.example/foto/"},
    },
    "reporter": {
        "column": "nik",
        "table": "masyarakat",
        "key": "nik",
        "columns": {"reporter_name": "nama", "reporter_phone": "telp", "reporter_identity": "nik"},
    },
    "replies": [
        {
            "table": "tanggapan",
            "key": "id_tanggapan",
            "complaint": "id_pengaduan",
            "text": "tanggapan",
            "created": "tgl_tanggapan",
            "write": True,
            "constants": {"id_petugas": 1},
        }
    ],
    "write": ["status", "description"],
    "create": {"constants": {"nik": "3502000000000000", "foto": ""}},
}

LARAVEL: Settings = {
    "time_zone": "Asia/Makassar",
    "page_size": 2,
    "complaints": {
        "table": "pengaduans",
        "key": "id",
        "columns": {
            "title": "judul",
            "description": "isi_pengaduan",
            "category": "kategori",
            "address": "lokasi",
            "latitude": "latitude",
            "longitude": "longitude",
            "occurred_on": "tanggal_kejadian",
            "confidential": "flag_rahasia",
            "anonymous": "flag_anonim",
            "status": "status",
        },
        "status": {
            "words": {
                "Baru": "received",
                "Menunggu": "received",
                "Diverifikasi": "verified",
                "Proses": "in_progress",
                "Selesai": "answered",
                "Ditolak": "archived",
                "Dikembalikan": "returned",
            },
            "ignore": ["Draf"],
        },
        "words": {"category": {"Infrastruktur": "Pekerjaan umum"}},
        "created": "created_at",
        "modified": "updated_at",
        "touch_modified": True,
        "deleted": "deleted_at",
        "token": "token_simpul",
        "same_as": {"lapor": "id_lapor"},
        "lengths": {"title": 60, "address": 120},
    },
    "reporter": {
        "column": "user_id",
        "table": "users",
        "key": "id",
        "columns": {"reporter_name": "name", "reporter_email": "email", "reporter_phone": "no_hp"},
        "optional": True,
    },
    "replies": [
        {
            "table": "tanggapans",
            "key": "id",
            "complaint": "pengaduan_id",
            "text": "isi_tanggapan",
            "created": "created_at",
            "modified": "updated_at",
            "author": "nama_petugas",
            "visibility": {"column": "internal", "words": {"0": "public", "1": "internal"}},
            "write": True,
        }
    ],
    "write": ["status", "title", "description", "category", "address", "latitude", "longitude", "occurred_on", "confidential", "anonymous"],
    "create": {"constants": {"kode": "SP4N-{today}-{unique}", "user_id": None}},
}

OPENSID: Settings = {
    "time_zone": "WIT",
    "page_size": 4,
    "complaints": {
        "table": "pengaduan",
        "key": "id",
        "columns": {
            "title": "judul",
            "description": "isi",
            "status": "status",
            "reporter_name": "nama",
            "reporter_phone": "telepon",
            "reporter_email": "email",
            "reporter_identity": "nik",
        },
        "status": {"words": {"1": "received", "2": "in_progress", "3": "answered"}, "reopen": ["1"]},
        "created": "created_at",
        "modified": "updated_at",
        "where": {"id_pengaduan": None},
        "identity": ["created_at", "nik"],
        "lengths": {"title": 100},
    },
    "replies": [
        {
            "table": "pengaduan",
            "key": "id",
            "complaint": "id_pengaduan",
            "text": "isi",
            "created": "created_at",
            "modified": "updated_at",
            "author": "nama",
            "write": True,
            "constants": {"nama": "Admin", "ip_address": "-"},
        }
    ],
    "write": ["status"],
    "create": {"constants": {"ip_address": "-"}},
}


class AppWorld(World):
    """People whose program keeps local time; each act is a day after the one before."""

    table: str
    key = "id"
    description: str
    modified: str | None = None
    words: dict[Status, str]

    def __init__(self, local: LocalDatabase) -> None:
        self.local = local
        self._now = datetime(2025, 3, 1, 8, 30)
        self._people = 0

    def now(self) -> str:
        self._now += timedelta(days=1)
        return self._now.strftime("%Y-%m-%d %H:%M:%S")

    def person(self) -> str:
        self._people += 1
        return f"350217{self._people:010d}"

    def update(self, ref: str, **changes: Any) -> None:
        if self.modified:
            changes[self.modified] = self.now()
        parts = ", ".join(f"{name} = ?" for name in changes)
        self.local.run(f"UPDATE {self.table} SET {parts} WHERE {self.key} = ?", (*changes.values(), int(ref)))

    def change(self, ref: str) -> tuple[Field, JsonValue]:
        text = f"Diperbaiki petugas pada {self.now()}."
        self.update(ref, **{self.description: text})
        return Field.DESCRIPTION, text

    def set_status(self, ref: str, status: Status) -> None:
        self.update(ref, status=self.words[status])

    def delete(self, ref: str) -> None:
        self.local.run(f"DELETE FROM {self.table} WHERE {self.key} = ?", (int(ref),))

    def digest(self) -> str:
        return self.local.dump()

    def lock_out(self) -> None:
        self.local.lock_out()

    def unknown_ref(self) -> str:
        return "987654"


class UsualWorld(AppWorld):
    """The school-book app."""

    table, key, description = "pengaduan", "id_pengaduan", "isi_laporan"
    words = {Status.RECEIVED: "0", Status.IN_PROGRESS: "proses", Status.ANSWERED: "selesai"}

    def file(self, title: str, description: str) -> str:
        nik = self.person()
        self.local.insert("masyarakat", "nik", nik=nik, nama="Warga", username=nik, password="rahasia", telp="081200000001")
        return self.local.insert(
            "pengaduan", "id_pengaduan", tgl_pengaduan=self.now()[:10], nik=nik, isi_laporan=description, foto="", status="0"
        )

    def set_unknown_status(self, ref: str) -> None:
        if self.local.kind == "mysql":
            self.local.run("SET SESSION sql_mode = ''")  # as on old hosts: an unknown word of an enum becomes empty
            self.local.run("UPDATE IGNORE pengaduan SET status = '' WHERE id_pengaduan = ?", (int(ref),))
        else:
            self.update(ref, status="entah")

    def respond(self, ref: str, text: str) -> None:
        self.local.insert("tanggapan", "id_tanggapan", id_pengaduan=int(ref), tgl_tanggapan=self.now()[:10], tanggapan=text, id_petugas=1)


class LaravelWorld(AppWorld):
    """The app made with Laravel."""

    table, description, modified = "pengaduans", "isi_pengaduan", "updated_at"
    words = {Status.RECEIVED: "Menunggu", Status.VERIFIED: "Diverifikasi", Status.IN_PROGRESS: "Proses", Status.ANSWERED: "Selesai"}

    def file(self, title: str, description: str) -> str:
        now = self.now()
        user = self.local.insert("users", "id", name="Warga", email="warga@example.org", no_hp="+62 812-0000-0001", password="rahasia")
        return self.local.insert(
            "pengaduans",
            "id",
            kode=f"PGD-{now}",
            user_id=int(user),
            judul=title,
            isi_pengaduan=description,
            kategori="Infrastruktur",
            flag_rahasia=False,
            flag_anonim=True,
            status="Menunggu",
            created_at=now,
            updated_at=now,
        )

    def set_unknown_status(self, ref: str) -> None:
        self.update(ref, status="Entah")

    def respond(self, ref: str, text: str) -> None:
        now = self.now()
        self.local.insert(
            "tanggapans",
            "id",
            pengaduan_id=int(ref),
            isi_tanggapan=text,
            nama_petugas="Petugas",
            internal=False,
            created_at=now,
            updated_at=now,
        )


class OpenSidWorld(AppWorld):
    """The village's app."""

    table, description, modified = "pengaduan", "isi", "updated_at"
    words = {Status.RECEIVED: "1", Status.IN_PROGRESS: "2", Status.ANSWERED: "3"}

    def file(self, title: str, description: str) -> str:
        now = self.now()
        return self.local.insert(
            "pengaduan",
            "id",
            nik=self.person(),
            nama="Warga",
            telepon="081200000001",
            judul=title,
            isi=description,
            status=1,
            ip_address="127.0.0.1",
            created_at=now,
            updated_at=now,
        )

    def set_unknown_status(self, ref: str) -> None:
        self.update(ref, status=9)

    def respond(self, ref: str, text: str) -> None:
        now = self.now()
        self.local.insert(
            "pengaduan",
            "id",
            id_pengaduan=int(ref),
            nama="Admin",
            isi=text,
            status=1,
            ip_address="127.0.0.1",
            created_at=now,
            updated_at=now,
        )


APPS: dict[str, tuple[Settings, type[AppWorld]]] = {
    "usual": (USUAL, UsualWorld),
    "laravel": (LARAVEL, LaravelWorld),
    "opensid": (OPENSID, OpenSidWorld),
}
