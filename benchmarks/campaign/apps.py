"""The local apps of the campaign: each a process with a file of its own, a journal of all that was written there, and old copies."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks.campaign.rules import ROOT, SETTLE
from benchmarks.campaign.shapes import SHAPES
from hub.demo.processes import LocalApp
from hub.demo.server import Server

_BUSY = 30.0  # seconds that we wait for other writers of the file
_PAGE = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One write that the app received: ``created``, ``said`` or ``status``; ``hub`` where the row tells who made it."""

    what: str
    text: str
    value: str
    hub: bool


class App(LocalApp):
    """One app as the campaign sees it. ``label`` is the name of its connection and its agency; ``restored``: how often."""

    def __init__(self, label: str, kind: str, folder: Path, *, marked: bool = True) -> None:
        super().__init__(kind, folder / label)
        self.label, self.kind, self.shape, self.marked = label, kind, SHAPES[kind], marked
        self.restored = 0
        self.port = free_port()
        self.log = folder / label / "app.log"
        command = [sys.executable, "-m", "benchmarks.campaign.local", kind, "--until-stdin-closes", "--database", str(self.database)]
        self._server = Server([*command, "--port", str(self.port)], self.log, {"PYTHONPATH": str(ROOT)})
        self._copy = folder / label / "old.sqlite3"

    @property
    def over_http(self) -> bool:
        """Whether the hub reaches it through its interface, not its tables."""
        return self.kind == "sekarwangi"

    def open(self) -> None:
        """Start it for the first time: without the demo's examples, and with a journal."""
        self.start()
        shape = self.shape
        with self._writing() as sql:
            # The city counts its numbers on from the highest; that one request is history.
            but = f"WHERE {shape.key} <> (SELECT {shape.key} FROM {shape.table} ORDER BY CAST({shape.key} AS integer) DESC LIMIT 1)"
            sql.execute(f"DELETE FROM {shape.table} {but if self.over_http else ''}")
            sql.execute(f"UPDATE {shape.table} SET status = ?", (shape.word("received"),))
            sql.execute(f"DELETE FROM {shape.replies}")
            for statement in _journal(self):
                sql.execute(statement)

    def connection(self, port: int) -> dict[str, Any]:
        """Return the settings of its connection; ``port``: where its interface is reached."""
        settings = self.settings
        if self.over_http:
            mark = {} if self.marked else {"token": "none"}
            # It takes them so. Whoever must repeat the status with every answer can put back, when late, what staff chose meanwhile.
            settings["updates"]["alone"] = True
            return settings | {"endpoint": f"http://127.0.0.1:{port}/open311/v2/", "settle": SETTLE, "page_size": _PAGE} | mark
        if self.kind == "wonosari":
            settings["replies"][0]["constants"] = {"id_petugas": 2}
        return settings

    # -- faults

    def kill(self) -> None:
        """End it as a power cut does."""
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGKILL)
        self.stop()

    def fault(self, name: str) -> bool:
        """Let its interface fail in this way from now on; "": no more. One that is not running has no fault, and cannot be told."""
        with suppress(requests.RequestException), requests.post(f"{self.url}/faults", data=name, timeout=5) as answer:
            return answer.ok
        return False

    def faulty(self) -> str | None:
        """Return how its interface fails now; None if it does not say."""
        with suppress(requests.RequestException), requests.get(f"{self.url}/faults", timeout=5) as answer:
            return answer.text if answer.ok else None
        return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else read or write the file."""
        with closing(sqlite3.connect(self.database, timeout=_BUSY, isolation_level=None)) as sql:
            sql.execute("BEGIN EXCLUSIVE")
            yield
            sql.execute("ROLLBACK")

    def copy(self) -> None:
        """Make a backup."""
        self._copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.database, timeout=_BUSY)) as here, closing(sqlite3.connect(self._copy)) as there:
            here.backup(there)

    def restore(self) -> tuple[Books, Books]:
        """Put the backup back, in one go; returns what the app held just before and holds now. The journal stays."""
        self.restored += 1
        with closing(sqlite3.connect(self.database, timeout=_BUSY, isolation_level=None)) as sql:
            sql.execute("ATTACH ? AS old", (str(self._copy),))
            sql.execute("BEGIN EXCLUSIVE")
            before = self.books(sql)
            sql.execute("INSERT INTO pulih VALUES (1)")
            for table in self.shape.keeps:
                sql.execute(f"DELETE FROM main.{table}")
                sql.execute(f"INSERT INTO main.{table} SELECT * FROM old.{table}")
                # The numbers that were given since are given again.
                sql.execute("DELETE FROM main.sqlite_sequence WHERE name = ?", (table,))
                sql.execute("INSERT INTO main.sqlite_sequence SELECT * FROM old.sqlite_sequence WHERE name = ?", (table,))
            sql.execute("DELETE FROM pulih")
            sql.execute("INSERT INTO jurnal (apa) VALUES ('restored')")
            after = self.books(sql)
            sql.execute("COMMIT")
        return before, after

    # -- what is there

    def books(self, sql: sqlite3.Connection | None = None) -> Books:
        """Read everything that people see there."""
        if sql is None:
            with closing(sqlite3.connect(f"{self.database.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY)) as own:
                return self.books(own)
        shape = self.shape
        records = sql.execute(f"SELECT {shape.key}, {shape.text}, status FROM main.{shape.table}").fetchall()
        replies = sql.execute(
            f"SELECT c.{shape.text}, r.{shape.said} FROM main.{shape.replies} r"
            f" LEFT JOIN main.{shape.table} c ON c.{shape.key} = r.{shape.of} WHERE r.{shape.said} <> ''"
        ).fetchall()
        return Books([(str(ref), text, status) for ref, text, status in records], [(text or "", said) for text, said in replies])

    def journal(self) -> list[Entry]:
        """Return every write it has received since `open`, in order."""
        return [
            Entry(row["apa"], row["teks"] or "", row["isi"] or "", bool(row["hub"])) for row in self.rows("SELECT * FROM jurnal ORDER BY n")
        ]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.database, timeout=_BUSY)) as sql, sql:
            yield sql


@dataclass(frozen=True, slots=True)
class Books:
    """What an app holds: (ref, text, status) of its complaints, and (text of the complaint, what was said) of its replies."""

    records: list[tuple[str, str, str]]
    replies: list[tuple[str, str]]


def _journal(app: App) -> Iterator[str]:
    shape = app.shape
    its_text = f"(SELECT {shape.text} FROM {shape.table} WHERE {shape.key} = NEW.{shape.of})"
    quiet = "NOT EXISTS (SELECT 1 FROM pulih)"
    yield "CREATE TABLE pulih (x)"
    yield "CREATE TABLE jurnal (n INTEGER PRIMARY KEY, apa TEXT, teks TEXT, isi TEXT, hub INTEGER, at TEXT DEFAULT (strftime('%H:%M:%f')))"
    yield f"""CREATE TRIGGER jurnal_created AFTER INSERT ON {shape.table} WHEN {quiet} BEGIN
        INSERT INTO jurnal (apa, teks, isi, hub) VALUES ('created', NEW.{shape.text}, NEW.{shape.key}, {shape.filed}); END"""
    yield f"""CREATE TRIGGER jurnal_status AFTER UPDATE OF status ON {shape.table} WHEN NEW.status IS NOT OLD.status BEGIN
        INSERT INTO jurnal (apa, teks, isi, hub) VALUES ('status', NEW.{shape.text}, NEW.status, 0); END"""
    yield f"""CREATE TRIGGER jurnal_said AFTER INSERT ON {shape.replies} WHEN {quiet} BEGIN
        INSERT INTO jurnal (apa, teks, isi, hub) VALUES ('said', {its_text}, NEW.{shape.said}, {shape.wrote}); END"""


def until(tells: Callable[[], object], seconds: float, every: float = 0.1) -> bool:
    """Wait until something is so, at most so long; tells whether it is."""
    began = time.monotonic()
    while not tells():
        if time.monotonic() - began > seconds:
            return False
        time.sleep(every)
    return True


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])
