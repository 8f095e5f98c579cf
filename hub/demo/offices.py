"""One region as the story uses it: its app, what its staff choose and write there, and where its tables keep that."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from hub.demo.books import Books
from hub.demo.processes import LocalApp


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the app's tables keep a complaint and its replies; written by hand, not taken from the connector's settings."""

    complaints: str
    key: str
    text: str
    status: str
    replies: str
    complaint: str
    reply: str


class Office(ABC):
    """One region with its app. ``agency`` is its code; ``words``: how the app's table writes ``new``, ``working`` and ``done``.

    ``doors`` are the paths of the pages where citizens file and where staff work. ``person`` is who files there: made up, as no
    identity number begins with 00. ``kind`` is the connector that reaches it,
    and ``proven`` names, in both languages, what that connector's check proves.
    """

    kind: ClassVar[str] = "database"
    proven: ClassVar[tuple[str, str]] = ("alamat, tabel, kolom dan hak", "address, tables, columns and rights")

    name: ClassVar[str]
    label: ClassVar[str]
    agency: ClassVar[str]
    region: ClassVar[str]
    shelf: ClassVar[Shelf]
    words: ClassVar[Mapping[str, Any]]
    doors: ClassVar[tuple[str, str]]
    person: ClassVar[Mapping[str, str]] = {}

    def __init__(self, books: Books) -> None:
        self.books = books

    @property
    @abstractmethod
    def url(self) -> str:
        """Where its pages are."""

    @property
    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The settings of the connector that reaches it."""

    @abstractmethod
    def file(self, title: str, text: str) -> str:
        """File a complaint through the citizens' form; return the app's number of it."""

    @abstractmethod
    def answer(self, number: str, text: str) -> None:
        """Write a reply on the staff's page."""

    @abstractmethod
    def choose(self, number: str, status: str) -> None:
        """Choose one of ``words`` on the staff's page."""

    @abstractmethod
    def public_page(self, number: str) -> str:
        """Return what citizens read."""

    def status(self, number: str) -> Any:
        """Return the status as the app's own table has it."""
        return self.books.value(f"SELECT {self.shelf.status} FROM {self.shelf.complaints} WHERE {self.shelf.key} = ?", [number])

    def replies(self, number: str) -> list[str]:
        """Return the replies as the app's own table has them, in order."""
        shelf = self.shelf
        found = self.books.rows(f"SELECT {shelf.reply} AS text FROM {shelf.replies} WHERE {shelf.complaint} = ? ORDER BY rowid", [number])
        return [str(row["text"]) for row in found]

    def numbers_of(self, text: str) -> list[str]:
        """Return the numbers of the complaints with exactly this text."""
        shelf = self.shelf
        found = self.books.rows(f"SELECT {shelf.key} AS number FROM {shelf.complaints} WHERE {shelf.text} = ? ORDER BY 1", [text])
        return [str(row["number"]) for row in found]

    def count(self) -> int:
        """Return how many complaints its table holds."""
        return int(self.books.value(f"SELECT count(*) FROM {self.shelf.complaints}"))


class HomeMade(Office):
    """One of the demo apps."""

    doors = ("/lapor", "/petugas")

    def __init__(self, app: LocalApp) -> None:
        super().__init__(Books(app.database))
        self.app = app

    @property
    def url(self) -> str:
        """Where its pages are."""
        return self.app.url

    @property
    def settings(self) -> dict[str, Any]:
        """The ready settings that come with the app."""
        return self.app.settings

    def file(self, title: str, text: str) -> str:
        """File a complaint through the citizens' form; return the app's number of it."""
        return self.app.file_by_form(text, **self.person, **({"title": title} if self.name == "laporkota" else {}))

    def answer(self, number: str, text: str) -> None:
        """Write a reply on the staff's page."""
        self.app.answer_by_form(number, text)

    def choose(self, number: str, status: str) -> None:
        """Choose one of ``words`` on the staff's page."""
        self.app.set_status_by_form(number, self.words[status])

    def public_page(self, number: str) -> str:
        """Return what citizens read."""
        return self.app.page(f"/laporan/{number}")


class Wonosari(HomeMade):
    """Gunungkidul with the usual four tables."""

    name = "wonosari"
    label = "Lapor Wonosari"
    agency = "34.03"
    region = "Kabupaten Gunungkidul"
    shelf = Shelf("pengaduan", "id_pengaduan", "isi_laporan", "status", "tanggapan", "id_pengaduan", "tanggapan")
    words = {"new": "0", "working": "proses", "done": "selesai"}
    person = {"name": "Ratna Rekaanwati", "identity": "0034030505950077", "phone": "081200000077"}


class LaporKota(HomeMade):
    """Semarang with a richer app."""

    name = "laporkota"
    label = "LaporKota"
    agency = "33.74"
    region = "Kota Semarang"
    shelf = Shelf("reports", "id", "isi", "status", "comments", "report_id", "body")
    words = {"new": "menunggu", "verified": "diverifikasi", "working": "diproses", "done": "selesai"}
    person = {"name": "Bima Umpamanto", "phone": "081200000088", "email": "bima@warga.example"}
