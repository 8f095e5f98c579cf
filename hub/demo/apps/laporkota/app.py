"""The pages of LaporKota: public list, a report, the form, and the staff's page (no login: it is a demo)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from flask import Flask, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.demo.apps import storage
from hub.demo.apps.laporkota import seed
from hub.demo.apps.laporkota.words import CATEGORIES, DISTRICTS, STATUSES, TONES

APPS = Path(__file__).parent.parent
_LIST = (
    "SELECT r.*, u.name, (SELECT count(*) FROM comments c WHERE c.report_id = r.id AND NOT c.is_internal) AS jumlah"
    " FROM reports r LEFT JOIN users u ON u.id = r.user_id"
)


def make_app(database: Path) -> Flask:
    """Build the app on its own SQLite file, which is made and filled with examples if it is not there."""
    storage.create(database, (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"), seed.fill)
    app = Flask("laporkota", template_folder=str(APPS / "templates"), static_folder=str(APPS / "static"))
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
        "app_name": "LaporKota",
        "tagline": "Suara warga Kota Semarang",
        "theme": "laporkota",
        "statuses": STATUSES,
        "tones": TONES,
        "categories": [(name, name) for name in CATEGORIES],
        "districts": DISTRICTS,
    }


def _listing() -> str:
    return render_template("laporkota/list.html", rows=_rows("WHERE NOT r.flag_rahasia"), staff=False)


def _staff() -> str:
    return render_template("laporkota/list.html", rows=_rows(""), staff=True)


def _rows(where: str) -> list[sqlite3.Row]:
    return storage.connection().execute(f"{_LIST} {where} ORDER BY r.id DESC").fetchall()


def _one(number: int) -> sqlite3.Row:
    row: sqlite3.Row | None = storage.connection().execute(f"{_LIST} WHERE r.id = ?", (number,)).fetchone()
    if row is None:
        abort(404)
    return row


def _comments(number: int, where: str = "") -> list[sqlite3.Row]:
    query = f"SELECT * FROM comments WHERE report_id = ? {where} ORDER BY id"
    return storage.connection().execute(query, (number,)).fetchall()


def _complaint(number: int) -> str:
    row = _one(number)
    if row["flag_rahasia"]:
        return render_template("laporkota/secret.html", row=row)
    return render_template("laporkota/complaint.html", row=row, comments=_comments(number, "AND NOT is_internal"))


def _desk(number: int) -> str:
    return render_template("laporkota/desk.html", row=_one(number), comments=_comments(number))


def _form() -> str:
    return render_template("laporkota/form.html", given={}, problem=None)


def _file() -> Response | tuple[str, int]:
    names = ("name", "email", "phone", "nik", "judul", "isi", "kategori", "kode_wilayah", "alamat")
    given = {name: request.form.get(name, "").strip() for name in names}
    problem = _problem(given)
    if problem:
        return render_template("laporkota/form.html", given=given, problem=problem), 422
    values: dict[str, object] = {name: value or None for name, value in given.items()}
    values |= {name: int(name in request.form) for name in ("flag_anonim", "flag_rahasia")}
    values |= {"now": storage.now().isoformat(sep=" ")}
    with storage.connection() as connection:
        reporter = connection.execute(
            "INSERT INTO users (name, email, phone, nik, created_at, updated_at) VALUES (:name, :email, :phone, :nik, :now, :now)",
            values,
        )
        filed = connection.execute(
            "INSERT INTO reports (user_id, judul, isi, kategori, kode_wilayah, alamat, flag_anonim, flag_rahasia, created_at,"
            " updated_at) VALUES (:user, :judul, :isi, :kategori, :kode_wilayah, :alamat, :flag_anonim, :flag_rahasia, :now, :now)",
            values | {"user": reporter.lastrowid},
        )
    return redirect(url_for("complaint", number=filed.lastrowid), 303)


def _problem(given: dict[str, str]) -> str | None:
    needed = {"name": "Nama", "judul": "Judul", "isi": "Isi laporan"}
    missing = [label for name, label in needed.items() if not given[name]]
    if missing:
        return f"{missing[0]} perlu diisi."
    if given["nik"] and not (given["nik"].isascii() and given["nik"].isdigit() and len(given["nik"]) == 16):
        return "NIK terdiri atas 16 angka."
    known = given["kategori"] in ("", *CATEGORIES) and given["kode_wilayah"] in ("", *DISTRICTS)
    return None if known else "Pilih kategori dan kecamatan dari daftar."


def _set_status(number: int) -> Response:
    wanted = request.form.get("status", "")
    if wanted not in STATUSES:
        abort(400)
    elsewhere = request.form.get("nomor_lapor", _one(number)["nomor_lapor"] or "").strip() or None
    with storage.connection() as connection:
        connection.execute(
            "UPDATE reports SET status = ?, nomor_lapor = ?, updated_at = ? WHERE id = ?",
            (wanted, elsewhere, storage.now().isoformat(sep=" "), number),
        )
    return redirect(url_for("desk", number=number), 303)


def _answer(number: int) -> Response:
    text = request.form.get("body", "").strip()
    author = request.form.get("author", "").strip() or "Admin"
    if not text:
        abort(400)
    _one(number)
    now = storage.now().isoformat(sep=" ")
    with storage.connection() as connection:
        connection.execute(
            "INSERT INTO comments (report_id, author, body, is_internal, created_at) VALUES (?, ?, ?, ?, ?)",
            (number, author, text, int("is_internal" in request.form), now),
        )
        connection.execute("UPDATE reports SET updated_at = ? WHERE id = ?", (now, number))
    return redirect(url_for("desk", number=number), 303)
