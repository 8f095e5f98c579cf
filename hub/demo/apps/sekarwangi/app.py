"""The pages of Kanal Sekarwangi: public list, a request, the form, and the staff's page (no login: it is a demo)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from flask import Flask, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.demo.apps import storage
from hub.demo.apps.sekarwangi import books, seed
from hub.demo.apps.sekarwangi.georeport import georeport
from hub.demo.apps.sekarwangi.words import SERVICES, STATUSES, TONES

APPS = Path(__file__).parent.parent
_LIST = "SELECT r.*, (SELECT count(*) FROM updates u WHERE u.service_request_id = r.service_request_id AND u.description <> '') AS jumlah"


def make_app(database: Path) -> Flask:
    """Build the app on its own SQLite file, which is made and filled with examples if it is not there."""
    storage.create(database, (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"), seed.fill)
    app = Flask("sekarwangi", template_folder=str(APPS / "templates"), static_folder=str(APPS / "static"))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    storage.serve_from(app, database)
    app.context_processor(_chrome)
    app.register_blueprint(georeport())
    app.add_url_rule("/", "listing", _listing)
    app.add_url_rule("/lapor", "form", _form)
    app.add_url_rule("/lapor", "file", _file, methods=["POST"])
    app.add_url_rule("/laporan/<number>", "complaint", _complaint)
    app.add_url_rule("/petugas", "staff", _staff)
    app.add_url_rule("/petugas/laporan/<number>", "desk", _desk)
    app.add_url_rule("/petugas/laporan/<number>/status", "set_status", _update, methods=["POST"])
    app.add_url_rule("/petugas/laporan/<number>/tanggapan", "answer", _update, methods=["POST"])
    return app


def _chrome() -> dict[str, object]:
    return {
        "app_name": "Kanal Sekarwangi",
        "tagline": "Lapor ke Pemerintah Kota Sekarwangi",
        "theme": "sekarwangi",
        "statuses": STATUSES,
        "tones": TONES,
        "services": {code: service.name for code, service in SERVICES.items()},
    }


def _listing() -> str:
    return render_template("sekarwangi/list.html", rows=_rows(), staff=False)


def _staff() -> str:
    return render_template("sekarwangi/list.html", rows=_rows(), staff=True)


def _rows() -> list[sqlite3.Row]:
    order = "requested_datetime DESC, CAST(service_request_id AS integer) DESC"
    return storage.connection().execute(f"{_LIST} FROM requests r ORDER BY {order}").fetchall()


def _complaint(number: str) -> str:
    return render_template("sekarwangi/complaint.html", row=books.one(number), updates=books.updates_of(number))


def _desk(number: str) -> str:
    return render_template("sekarwangi/desk.html", row=books.one(number), updates=books.updates_of(number))


def _form() -> str:
    return render_template("sekarwangi/form.html", given={}, problem=None)


def _file() -> Response | tuple[str, int]:
    names = ("first_name", "last_name", "email", "phone", "service_code", "description", "address")
    given = {name: request.form.get(name, "").strip() for name in names}
    problem = _problem(given)
    if problem:
        return render_template("sekarwangi/form.html", given=given, problem=problem), 422
    filed = books.file({name: value or None for name, value in given.items()}, {})
    return redirect(url_for("complaint", number=filed["service_request_id"]), 303)


def _problem(given: dict[str, str]) -> str | None:
    needed = {"first_name": "Nama", "description": "Isi laporan", "address": "Tempat kejadian"}
    missing = [label for name, label in needed.items() if not given[name]]
    if missing:
        return f"{missing[0]} perlu diisi."
    return None if given["service_code"] in SERVICES else "Pilih jenis laporan dari daftar."


def _update(number: str) -> Response:
    """Take a status, a text, or both from the staff's page; a status alone must differ from the present one."""
    status, text = request.form.get("status", ""), request.form.get("description", "").strip()
    row = books.one(number)
    if not (text or status) or (status and status not in STATUSES):
        abort(400)
    if text or status != row["status"]:
        books.add_update(number, status or None, text, "Petugas Kota Sekarwangi", {"caller": None, "update": None})
    return redirect(url_for("desk", number=number), 303)
