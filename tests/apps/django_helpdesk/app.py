"""django-helpdesk as one object: installs it from the package registry, runs it, and uses it as people do."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, Self

import requests
from ruamel.yaml import YAML

from hub.demo.server import Server

PACKAGES = ("django-helpdesk==2.6.1", "waitress==3.*")
SITE = Path(__file__).parent / "site"
OFFICER = "petugas"
STATUSES = {"open": 1, "reopened": 2, "resolved": 3, "closed": 4, "duplicate": 5}
_PASSWORD = "hanya-untuk-uji"
_INSTALL, _PAGE = 600.0, 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a citizen is told about a ticket: its number, and what opens its public page."""

    number: int
    name: str
    email: str
    key: str


def install() -> Path:
    """Return the interpreter of the app's own environment, made once under ``SIMPUL_APPS`` (default ``~/.cache/simpul-apps``).

    Raises RuntimeError if the package registry cannot be used.
    """
    apps = Path(os.environ.get("SIMPUL_APPS") or Path.home() / ".cache" / "simpul-apps")
    apps.mkdir(parents=True, exist_ok=True)
    folder = apps / f"django-helpdesk-2.6.1-py{sys.version_info.major}{sys.version_info.minor}"
    python, done = folder / "bin" / "python", folder / "installed"
    with (apps / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another test process may be at it
        if not done.exists():
            _run([sys.executable, "-m", "venv", "--clear", str(folder)])
            _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", *PACKAGES])
            done.touch()
    return python


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, timeout=_INSTALL)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} failed:\n{done.stderr[-2000:]}")


class DjangoHelpdesk:
    """One site in ``folder``. A context that starts and stops it; stopped, its database stays."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.database = folder / "helpdesk.sqlite3"
        self._environment = {
            "DESK_HOME": str(folder),
            "DESK_PASSWORD": _PASSWORD,
            "DJANGO_SETTINGS_MODULE": "desk_settings",
            "PYTHONPATH": str(SITE),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._python = install()
        self._server = Server([str(self._python), str(SITE / "desk_serve.py"), str(port)], folder / "server.log", self._environment)
        self._officer: requests.Session | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end; empty before it was started."""
        return self._server.url

    @property
    def pid(self) -> int | None:
        """Its process, or None while it is not running."""
        return self._server.pid

    @property
    def settings(self) -> dict[str, Any]:
        """Settings with which the hub's ``database`` connector reaches this site's own tables."""
        ready: dict[str, Any] = YAML(typ="safe").load(Path(__file__).parent / "connection.yaml")
        return ready | {"url": f"sqlite:///{self.database.absolute()}"}

    def start(self) -> None:
        """Make and seed the database if there is none, then serve until `stop`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.database.exists():
            _run([str(self._python), "-m", "django", "migrate", "--verbosity", "0"], self._environment)
            _run([str(self._python), str(SITE / "desk_seed.py")], self._environment)
        self._server.start()

    def stop(self) -> None:
        """End it and what it started."""
        if self._officer is not None:
            self._officer.close()
            self._officer = None
        self._server.stop()

    def file_ticket(self, title: str, description: str, email: str) -> Ticket:
        """File a ticket through the public form, as a citizen without an account does."""
        with requests.Session() as citizen:
            form = {"queue": str(self._queue()), "title": title, "body": description, "submitter_email": email, "priority": "3"}
            answer = self._submit(citizen, "/tickets/submit/", form)
            found = re.search(r"ticket=([\w-]+-(\d+))&.*key=([\w-]+)", answer.headers["Location"])
        assert found, "the form answered with another address than the ticket's"
        return Ticket(int(found[2]), found[1], email, found[3])

    def ticket(self, number: int) -> Ticket:
        """Return what opens the public page of a ticket that somebody else filed."""
        row = self.rows(
            "SELECT t.submitter_email, t.secret_key, q.slug"
            " FROM helpdesk_ticket t JOIN helpdesk_queue q ON q.id = t.queue_id WHERE t.id = ?",
            [number],
        )[0]
        return Ticket(number, f"{row['slug']}-{number}", row["submitter_email"] or "", row["secret_key"])

    def public_page(self, ticket: Ticket) -> str:
        """Return what the citizen reads there, with answers, as text without entities."""
        address = {"ticket": ticket.name, "email": ticket.email, "key": ticket.key}
        with requests.get(f"{self.url}/view/", params=address, timeout=_PAGE) as answer:
            answer.raise_for_status()
            return unescape(answer.text)

    def staff_reply(self, number: int, text: str, status: str | None = None, public: bool = True) -> None:
        """Write a follow-up on the staff's page and, if wanted, choose one of ``STATUSES`` with it."""
        now = self.rows("SELECT title, queue_id AS queue, priority, status AS new_status FROM helpdesk_ticket WHERE id = ?", [number])[0]
        form = {**{name: str(value) for name, value in now.items()}, "comment": text} | ({"public": "1"} if public else {})
        if status:
            form["new_status"] = str(STATUSES[status])
        self._submit(self._signed_in(), f"/tickets/{number}/update/", form, f"/tickets/{number}/")

    def set_status(self, number: int, status: str) -> None:
        """Choose one of ``STATUSES`` on the staff's page, without a word."""
        self.staff_reply(number, "", status)

    def status(self, number: int) -> int:
        """Return the status as the database has it."""
        return int(self.rows("SELECT status FROM helpdesk_ticket WHERE id = ?", [number])[0]["status"])

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Read the app's own tables, without being able to write."""
        with closing(sqlite3.connect(f"{self.database.absolute().as_uri()}?mode=ro", uri=True, timeout=_PAGE)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, parameters)]

    def _queue(self) -> int:
        return int(self.rows("SELECT id FROM helpdesk_queue WHERE slug = 'air'")[0]["id"])

    def _signed_in(self) -> requests.Session:
        if self._officer is None:
            self._officer = requests.Session()
            self._submit(self._officer, "/login/", {"username": OFFICER, "password": _PASSWORD})
        return self._officer

    def _submit(self, session: requests.Session, path: str, form: Mapping[str, str], page: str | None = None) -> requests.Response:
        """Load the page with the form for its CSRF token, then send it; raises AssertionError unless it was taken."""
        shown = session.get(self.url + (page or path), timeout=_PAGE)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown.text)
        assert token, f"{page or path} has no form ({shown.status_code})"
        data = {**form, "csrfmiddlewaretoken": token[1]}
        answer = session.post(self.url + path, data=data, timeout=_PAGE, allow_redirects=False)
        assert answer.status_code == 302, f"{path} refused the form ({answer.status_code})"
        return answer
