"""Runs a demo app beside us as a process of its own, and uses it the way citizens and staff do: through its pages."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import requests
from ruamel.yaml import YAML

from contracts.errors import Reject
from hub.demo.server import Server

_PATIENCE = 30.0  # seconds for one page, and for another writer of the same file
# Where the package is, so that an app's process finds it from any folder.
_ROOT = Path(__file__).resolve().parents[2]

# How each app's forms call what a person fills in.
_FORMS: dict[str, dict[str, str]] = {
    "wonosari": {"text": "isi_laporan", "name": "nama", "phone": "telp", "identity": "nik", "answer": "tanggapan"},
    "laporkota": {
        "title": "judul",
        "text": "isi",
        "name": "name",
        "phone": "phone",
        "email": "email",
        "identity": "nik",
        "category": "kategori",
        "region": "kode_wilayah",
        "address": "alamat",
        "anonymous": "flag_anonim",
        "confidential": "flag_rahasia",
        "answer": "body",
        "author": "author",
        "internal": "is_internal",
        "lapor_number": "nomor_lapor",
    },
    "sekarwangi": {"text": "description", "name": "first_name", "service": "service_code", "answer": "description"},
}


class LocalApp:
    """One demo app: ``wonosari``, ``laporkota`` or ``sekarwangi``, with its file in ``folder``. A context that starts and stops it."""

    def __init__(self, name: str, folder: Path, port: int = 0) -> None:
        if name not in _FORMS:
            raise ValueError(f"no demo app is called {name!r}; there are {', '.join(_FORMS)}")
        self.name = name
        self.database = folder / f"{name}.sqlite3"
        command = [sys.executable, "-m", f"hub.demo.apps.{name}", "--until-stdin-closes", "--database", str(self.database)]
        self._server = Server([*command, "--port", str(port)], folder / f"{name}.log", {"PYTHONPATH": str(_ROOT)})
        self._form = _FORMS[name]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the app answers, without a slash at the end; empty before it was started."""
        return self._server.url

    @property
    def pid(self) -> int | None:
        """The app's process, or None while it is not running."""
        return self._server.pid

    @property
    def settings(self) -> dict[str, Any]:
        """Settings with which the hub reaches this app: its own file, or for Kanal Sekarwangi its interface with a key."""
        ready: dict[str, Any] = YAML(typ="safe").load(Path(__file__).parent / "apps" / self.name / "connection.yaml")
        if "endpoint" not in ready:
            return ready | {"url": f"sqlite:///{self.database.absolute()}"}
        [caller] = self.rows("SELECT api_key FROM callers")
        return ready | {"endpoint": f"{self.url}/open311/v2/", "allow_private": True, "api_key": caller["api_key"]}

    def start(self) -> None:
        """Start it; raises NotDone if it does not come up."""
        self._server.start()

    def stop(self) -> None:
        """End it; its file stays."""
        self._server.stop()

    def file_by_form(self, text: str, **fields: str) -> str:
        """File a complaint through the public form as a citizen would, and return the app's number of it.

        ``fields`` are those the form has: ``name``, ``identity``, ``phone``; LaporKota also takes ``title``, ``email``,
        ``category``, ``region``, ``address`` and the boxes ``anonymous`` and ``confidential``; Kanal Sekarwangi takes ``name``,
        ``last_name``, ``service``, ``address``, ``email`` and ``phone``. Raises Reject.
        """
        return self._post("/lapor", {"text": text, **fields})

    def answer_by_form(self, number: str | int, text: str, **fields: str) -> None:
        """Write a reply on the staff's page; LaporKota also takes ``author`` and ``internal``, the city ``status``. Raises Reject."""
        self._post(f"/petugas/laporan/{number}/tanggapan", {"answer": text, **fields})

    def set_status_by_form(self, number: str | int, status: str, **fields: str) -> None:
        """Choose a status, in the app's own word, on the staff's page; LaporKota also takes ``lapor_number``. Raises Reject."""
        self._post(f"/petugas/laporan/{number}/status", {"status": status, **fields})

    def page(self, path: str) -> str:
        """Return the HTML of a page; raises Reject if the app has none there."""
        with requests.get(self.url + path, timeout=_PATIENCE) as answer:
            if not answer.ok:
                raise Reject(f"{self.name} answers {answer.status_code} to {path}.", "Check the address.")
            return answer.text

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Read the app's own tables, without its help and without being able to write."""
        with closing(sqlite3.connect(f"{self.database.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, parameters)]

    def _post(self, path: str, fields: Mapping[str, str]) -> str:
        form = {self._form.get(name, name): value for name, value in fields.items()}
        with requests.post(self.url + path, data=form, timeout=_PATIENCE, allow_redirects=False) as answer:
            where = re.search(r"/(\d+)$", answer.headers.get("Location", ""))
        if answer.status_code != 303 or where is None:
            raise Reject(f"{self.name} refused the form {path} ({answer.status_code}).", "Fill in what its page asks for.")
        return where[1]
