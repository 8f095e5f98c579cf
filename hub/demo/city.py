"""The city that others reach by Open311 only, as the story uses it."""

from __future__ import annotations

from hub.demo.offices import HomeMade, Shelf


class Sekarwangi(HomeMade):
    """A made-up city that others reach by Open311 only: its tables are never opened by a connector."""

    kind = "open311"
    proven = ("alamat, jenis laporan dan kunci", "address, services and key")
    name = "sekarwangi"
    label = "Kanal Sekarwangi"
    agency = "35.98"
    region = "Kota Sekarwangi"
    shelf = Shelf("requests", "service_request_id", "description", "status", "updates", "service_request_id", "description")
    words = {"new": "open", "working": "in_progress", "done": "fixed"}
    person = {"name": "Anggraini", "last_name": "Rekaanputri", "phone": "081200000066", "email": "anggraini@warga.example"}

    def file(self, title: str, text: str) -> str:
        """File a complaint through the citizens' form, which asks for a kind and a place but for no title."""
        return self.app.file_by_form(text, **self.person, service="900", address="Terminal Sekarwangi")

    def replies(self, number: str) -> list[str]:
        """Return the texts of its updates; an update may be a status alone."""
        return [text for _, text in self.updates(number) if text]

    def updates(self, number: str) -> list[tuple[str | None, str]]:
        """Return status and text of each update as the app's own table has them, in order."""
        found = self.books.rows("SELECT status, description FROM updates WHERE service_request_id = ? ORDER BY update_id", [number])
        return [(row["status"], str(row["description"])) for row in found]
