"""The pages of Lapor Wonosari: public list, a complaint, the form, and the staff's page (no login: it is a demo)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from flask import Flask, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.demo.apps import storage
from hub.demo.apps.wonosari import seed

APPS = Path(__file__).parent.parent
STATUSES = {"0": "Belum diproses", "proses": "Diproses", "selesai": "Selesai"}
_LIST = (
    "SELECT p.*, m.nama, (SELECT count(*) FROM tanggapan t WHERE t.id_pengaduan = p.id_pengaduan) AS jumlah"
    " FROM pengaduan p LEFT JOIN masyarakat m ON m.nik = p.nik"
)


def make_app(database: Path) -> Flask:
    """Build the app on its own SQLite file, which is made and filled with examples if it is not there."""
    storage.create(database, (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"), seed.fill)
    app = Flask("lapor-wonosari", template_folder=str(APPS / "templates"), static_folder=str(APPS / "static"))
    storage.serve_from(app, database)
    app.context_processor(_chrome)
    app.add_url_rule("/", "listing", _listing)
    app.add_url_rule("/lapor", "form", _form)
    app.add_url_rule("/lapor", "file", _file, methods=["POST"])
    app.add_url_rule("/laporan/<int:number>", "complaint", _complaint)
    app.add_url_rule("/petugas", "staff", _staff)
    app.add_url_rule("/petugas/laporan/<int:number>", "desk", _desk)
    app.add_url_rule("/petugas/laporan/<int:number>/status", "set_status", _set_status, methods=["POST"])
    app.add_url_rule("/petugas/laporan/<int:number>/tanggapan", "answer", _answer, methods=["POST"])
    return app


def _chrome() -> dict[str, object]:
    return {
        "app_name": "Lapor Wonosari",
        "tagline": "Pengaduan warga Kabupaten Gunungkidul",
        "theme": "wonosari",
        "statuses": STATUSES,
        "tones": {"0": "waiting", "proses": "working", "selesai": "done"},
    }


def _listing() -> str:
    return render_template("wonosari/list.html", rows=_rows(), staff=False)


def _staff() -> str:
    return render_template("wonosari/list.html", rows=_rows(), staff=True)


def _rows() -> list[sqlite3.Row]:
    return storage.connection().execute(f"{_LIST} ORDER BY p.id_pengaduan DESC").fetchall()


def _one(number: int) -> dict[str, object]:
    row = storage.connection().execute(f"{_LIST} WHERE p.id_pengaduan = ?", (number,)).fetchone()
    if row is None:
        abort(404)
    answers = storage.connection().execute(
        "SELECT t.*, o.nama_petugas FROM tanggapan t LEFT JOIN petugas o ON o.id_petugas = t.id_petugas"
        " WHERE t.id_pengaduan = ? ORDER BY t.id_tanggapan",
        (number,),
    )
    return {"row": row, "answers": answers.fetchall()}


def _complaint(number: int) -> str:
    return render_template("wonosari/complaint.html", **_one(number))


def _desk(number: int) -> str:
    return render_template("wonosari/desk.html", **_one(number))


def _form() -> str:
    return render_template("wonosari/form.html", given={}, problem=None)


def _file() -> Response | tuple[str, int]:
    given = {name: request.form.get(name, "").strip() for name in ("nik", "nama", "telp", "isi_laporan")}
    problem = _problem(given)
    if problem:
        return render_template("wonosari/form.html", given=given, problem=problem), 422
    with storage.connection() as connection:
        connection.execute(
            "INSERT INTO masyarakat VALUES (:nik, :nama, :nik, '', :telp)"
            " ON CONFLICT (nik) DO UPDATE SET nama = excluded.nama, telp = excluded.telp",
            given,
        )
        filed = connection.execute(
            "INSERT INTO pengaduan (tgl_pengaduan, nik, isi_laporan, foto, status) VALUES (?, ?, ?, '', '0')",
            (storage.now().date().isoformat(), given["nik"], given["isi_laporan"]),
        )
    return redirect(url_for("complaint", number=filed.lastrowid), 303)


def _problem(given: dict[str, str]) -> str | None:
    if not (len(given["nik"]) == 16 and given["nik"].isascii() and given["nik"].isdigit()):
        return "NIK terdiri atas 16 angka."
    if not given["nama"]:
        return "Nama perlu diisi."
    return None if given["isi_laporan"] else "Isi laporan perlu diisi."


def _set_status(number: int) -> Response:
    wanted = request.form.get("status", "")
    if wanted not in STATUSES:
        abort(400)
    _one(number)
    with storage.connection() as connection:
        connection.execute("UPDATE pengaduan SET status = ? WHERE id_pengaduan = ?", (wanted, number))
    return redirect(url_for("desk", number=number), 303)


def _answer(number: int) -> Response:
    text = request.form.get("tanggapan", "").strip()
    if not text:
        abort(400)
    _one(number)
    with storage.connection() as connection:
        connection.execute(
            "INSERT INTO tanggapan (id_pengaduan, tgl_tanggapan, tanggapan, id_petugas) VALUES (?, ?, ?, 1)",
            (number, storage.now().date().isoformat(), text),
        )
    return redirect(url_for("desk", number=number), 303)
