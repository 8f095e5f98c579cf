"""The people of an app in memory, for the conformance suite."""

from __future__ import annotations

from connectors.memory.app import MemoryApp
from connectors.memory.faults import Fault, FaultKind
from connectors.memory.hints import announced
from contracts.conformance import World
from contracts.connector import Hint
from contracts.content import Field, JsonValue
from contracts.vocabulary import Status

WEBHOOK_SECRET = "rahasia-di-antara-kita"
TITLE_AFTERWARDS = "Lampu mati, sudah dicek"


class MemoryWorld(World):
    """Acts on the app itself, never through a connector."""

    def __init__(self, app: MemoryApp) -> None:
        self.app = app

    def file(self, title: str, description: str) -> str:
        return self.app.file(title, description, place_code="35.02", category="Jalan")

    def change(self, ref: str) -> tuple[Field, JsonValue]:
        self.app.edit(ref, Field.TITLE, TITLE_AFTERWARDS)
        return Field.TITLE, self.app.store.rows[ref].fields[Field.TITLE]

    def set_status(self, ref: str, status: Status) -> None:
        self.app.set_status(ref, self.app.behaviour.said[status])

    def set_unknown_status(self, ref: str) -> None:
        self.app.set_status(ref, "ditimbang-timbang")

    def lock_out(self) -> None:
        self.app.faults = lambda operation: Fault(FaultKind.STOP)

    def respond(self, ref: str, text: str) -> None:
        self.app.respond(ref, text)

    def delete(self, ref: str) -> None:
        self.app.delete(ref)

    def attach(self, ref: str, name: str, data: bytes) -> None:
        self.app.attach(ref, name, "text/plain", data)

    def announce(self, ref: str) -> Hint:
        return announced(ref, WEBHOOK_SECRET)

    def digest(self) -> str:
        return repr(self.app.store)
