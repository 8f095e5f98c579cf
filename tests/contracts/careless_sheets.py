"""Connectors that work well and declare it wrongly, each in exactly one way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from marshmallow import EXCLUDE, ValidationError

from connectors.memory.connector import MemoryConnector
from connectors.memory.settings import MemorySettings
from contracts.connector import Capabilities, Hint, Part
from contracts.content import Field
from contracts.errors import Stop
from contracts.vocabulary import Status


class ForgivingSettings(MemorySettings):
    class Meta:
        unknown = EXCLUDE


class TakesAnySetting(MemoryConnector):
    settings_schema = ForgivingSettings


class CurtSettings(MemorySettings):
    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        """Say "Unknown field." and no more."""


class RefusesWithoutAHint(MemoryConnector):
    settings_schema = CurtSettings


class _Boasting(MemoryConnector):
    """Does its work well and declares it wrongly."""

    boast: dict[str, Any]

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, **self.boast)


class SaysClosedReadsAnswered(_Boasting):
    """Its "done" means answered, which it forgets to be able to say."""

    boast = {"statuses": {Status.CLOSED: Status.ANSWERED, Status.RECEIVED: Status.RECEIVED}}


class WritesWhatItCannotShow(_Boasting):
    boast = {"reads": frozenset(Field) - {Field.TITLE, Field.CATEGORY}}


class StatusWithoutWords(_Boasting):
    boast = {"statuses": {}}


class TogetherButNotCombined(_Boasting):
    boast = {"together": frozenset({Part.STATUS, Part.RESPONSE}), "combines": frozenset()}


class TogetherWithNothing(_Boasting):
    boast = {"together": frozenset({Part.RESPONSE, Part.HOLDER}), "writes": frozenset({Field.STATUS, Field.TITLE, Field.REASON})}


class CutToNothing(_Boasting):
    boast = {"cuts": {Field.TITLE: 0}}


class FilesWithoutFields(_Boasting):
    boast = {"creates": frozenset()}


class StepsIntoTheVoid(_Boasting):
    boast = {
        "transitions": {Status.RECEIVED: frozenset({Status.IN_PROGRESS, Status.CLOSED}), Status.IN_PROGRESS: frozenset({Status.ANSWERED})}
    }


class ShorterPagesThanItGives(_Boasting):
    boast = {"page_cap": 1}


class BelievesInWebhooks(_Boasting):
    """Takes any request for the app's."""

    boast = {"webhooks": True}

    def receive(self, hint: Hint) -> list[str]:
        return []


class Nameless(MemoryConnector):
    name = "Memory"
    summary = ""


class FailsItsCheck(MemoryConnector):
    def check(self) -> None:
        raise Stop("The memory app does not know us.", "Correct the credentials of the connection.")


class ClosesOnce(MemoryConnector):
    def close(self) -> None:
        del self.app
