"""One complaint as the monitor may see it: what it says, who has it, and what happened, each line with its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.content import Field
from contracts.events import Kind
from contracts.vocabulary import Status
from hub.build import Hub
from hub.dashboard.language import t
from hub.dashboard.saying import Names, said, sentence
from hub.dashboard.words import FIELDS, LINK_STATES, RULES
from hub.operations.leafing import agencies, agency_of
from hub.operations.timeline import Event, Told, tell

# What tells of people or of the matter itself; of a confidential complaint the pages show none of it, whoever looks.
WORDS = frozenset({Field.TITLE, Field.DESCRIPTION, Field.ADDRESS, Field.LATITUDE, Field.LONGITUDE, Field.REASON, "response"})
# A longer title is cut in the heading, and stands among the content as a whole.
LONG_TITLE = 200
# What the hub itself did or decided: the connection is the one it did it to.
_BY_THE_HUB = frozenset({Kind.LINKED, Kind.DELIVERED, Kind.ENDED, Kind.CONFLICT})
# Their name says already which field it is.
_OF_ONE_FIELD = frozenset({Kind.STATUS, Kind.ASSIGNED, Kind.RETURNED})


@dataclass(frozen=True, slots=True)
class Piece:
    """One value in a line, with what it is; ``hidden`` where it is confidential."""

    label: str
    text: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the story: what, who said so, through which connection and by which rule, when it happened and was learned."""

    kind: Kind
    subject: str
    pieces: list[Piece]
    source: str
    connection: str | None
    rule: str
    happened_at: datetime | None
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """One app that has, had or is to get the complaint."""

    connection: str
    agency: str | None
    state: str
    ref: str | None
    raw_status: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything on a complaint's page."""

    id: str
    tracking_id: str
    title: str | None
    status: Status
    confidential: bool
    reporter_known: bool
    content: list[Piece]
    held: list[str]
    places: list[Place]
    entries: list[Entry]


def story(hub: Hub, given: str) -> Story:
    """Return one complaint by id or tracking id; raises NotFound or Refused."""
    told = tell(hub, given)
    names = Names(agencies(hub), agency_of(hub), bool(told.content.get(Field.CONFIDENTIAL.value)))
    apart = {Field.STATUS} | ({Field.TITLE} if len(told.summary.title or "") <= LONG_TITLE else set())
    content = [_piece(name, value, names) for name in FIELDS if (value := told.content.get(name)) is not None and name not in apart]
    return Story(
        id=told.summary.id,
        tracking_id=told.summary.tracking_id,
        title=None if names.confidential else told.summary.title,
        status=Status(told.summary.status),
        confidential=names.confidential,
        reporter_known=told.reporter_known,
        content=content,
        held=[t(FIELDS.get(name, name)) for name in told.held],
        places=list(_places(told, names)),
        entries=[_entry(event, names) for event in reversed(told.events)],
    )


def _piece(name: str, value: Any, names: Names) -> Piece:
    hidden = names.confidential and name in WORDS
    return Piece(t(FIELDS.get(name, name)), "" if hidden else said(name, value, names), hidden)


def _places(told: Told, names: Names) -> Iterable[Place]:
    for link in told.links:
        agency = names.agency_behind(link["connection"])
        state = t(LINK_STATES[link["state"]])
        yield Place(link["connection"], agency, state, link["ref"], link["raw"].get("status"), link["error"])


def _entry(event: Event, names: Names) -> Entry:
    kind = Kind(event.kind)
    subject = t(FIELDS.get(event.field, event.field)) if event.field and kind not in _OF_ONE_FIELD else ""
    hidden = names.confidential and (event.field in WORDS or kind in (Kind.RESPONDED, Kind.AMENDED, Kind.WITHDRAWN))
    pieces = [Piece("", "", True)] if hidden else [Piece(*each) for each in sentence(kind, event, names)]
    rule = RULES.get(event.rule)
    return Entry(
        kind=kind,
        subject=subject,
        pieces=pieces,
        source=_source(kind, event, names),
        connection=event.connection,
        rule=t(rule) if rule else event.rule,
        happened_at=event.happened_at,
        learned_at=event.learned_at,
    )


def _source(kind: Kind, event: Event, names: Names) -> str:
    if event.actor:
        return event.actor
    if event.connection is None or kind in _BY_THE_HUB:
        return t("Hub")
    return names.agency_behind(event.connection) or event.connection
