"""The world around a connector: what the app's own people do there while the suite looks on through the connector."""

from __future__ import annotations

import pytest

from contracts.conformance.samples import FIRST, SECOND
from contracts.connector import Connector, Hint
from contracts.content import Field, JsonValue
from contracts.vocabulary import Status


class World:
    """The app's own people. Override what can be done in your app; what is left as it is here is skipped.

    Never act through the connector here: the point is that somebody else acts.
    """

    blind: frozenset[Field] = frozenset()
    """Fields that can be written although the app never shows them; say in a comment why that cannot be helped."""

    def file(self, title: str, description: str) -> str:
        """A citizen files a complaint; returns its ref as the connector will call it."""
        raise NotImplementedError

    def change(self, ref: str) -> tuple[Field, JsonValue]:
        """Staff change one field to something new, not its status; returns the field and the flat value it now has."""
        raise NotImplementedError

    def set_status(self, ref: str, status: Status) -> None:
        """Staff choose the word that the connector reports as ``status``."""
        raise NotImplementedError

    def set_unknown_status(self, ref: str) -> None:
        """Staff choose a status word that the connection's map does not know."""
        raise NotImplementedError

    def lock_out(self) -> None:
        """The app's administrator revokes our access."""
        raise NotImplementedError

    def respond(self, ref: str, text: str) -> None:
        """Staff write a public response."""
        raise NotImplementedError

    def delete(self, ref: str) -> None:
        """Staff delete the complaint."""
        raise NotImplementedError

    def attach(self, ref: str, name: str, data: bytes) -> None:
        """Somebody adds a file to the complaint."""
        raise NotImplementedError

    def announce(self, ref: str) -> Hint:
        """Return the webhook that the app sends about a record, signed as the connector is configured."""
        raise NotImplementedError

    def digest(self) -> str:
        """Return a text that differs whenever anything stored in the app differs (a dump, a checksum, a write counter)."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Return when what was written can be read; apps with a read-after-write delay poll here."""

    def unknown_ref(self) -> str:
        """Return a ref of the app's form that no record has."""
        return "999999999"

    def value(self, name: Field, again: bool = False) -> JsonValue:
        """Return a value this app would take for a field; ``again`` asks for another one. Override for closed lists."""
        return (SECOND if again else FIRST)[name]


def needs(world: World, *actions: str) -> None:
    """Skip the running test if the world lacks one of these actions."""
    for action in actions:
        if getattr(type(world), action) is getattr(World, action):
            pytest.skip(f"the world of this app offers no {action}")


def requires(able: object, what: str) -> None:
    """Skip the running test unless the connector is able to do ``what``."""
    if not able:
        pytest.skip(f"the capability sheet says: no {what}")


def some_ref(connector: Connector, world: World, title: str = "Lampu jalan mati") -> str:
    """Return the ref of a record to work on: a new one where the world can file, else the first one listed."""
    if type(world).file is not World.file:
        ref = world.file(title, "Lampu jalan di depan pasar sudah mati tiga malam.")
        world.catch_up()
        return ref
    for page in connector.changes(None):
        for record in page.records:
            return record.ref
    pytest.skip("the app holds no record and its world cannot file one")
