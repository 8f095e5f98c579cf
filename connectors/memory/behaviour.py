"""How rich or poor the app in memory is: each knob takes away something that a real app somewhere does not have."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from contracts.connector import Capabilities, Feed, Part, ResponseAbility
from contracts.content import IDENTITY_FIELDS, Field, JsonValue
from contracts.vocabulary import Status, Visibility


class Versions(StrEnum):
    """What the app says of a record's revision: nothing, a number that rises, or a text that only differs."""

    NONE = "none"
    RISING = "rising"
    OPAQUE = "opaque"


AT_FILING_ONLY = IDENTITY_FIELDS | {Field.DESCRIPTION, Field.SUBMITTED_AT, Field.CHANNEL, Field.OCCURRED_ON, Field.ANONYMOUS}


def _own_words() -> dict[str, Status]:
    return {status.value: status for status in Status}


def _can_all() -> ResponseAbility:
    return ResponseAbility(reads=True, writes=frozenset(Visibility))


@dataclass(frozen=True)
class Behaviour:
    """The knobs. The default app is rich; settings make it poor.

    ``words``: what staff may choose as status, and its canonical meaning; the first is what a citizen's complaint starts
    with. ``write_words``: what the hub writes for a canonical status (default: the first word that means it).
    ``undeclared_cuts``: cut like ``cuts``, but the capability sheet is silent. ``reply_moves_to``: the status word that
    any written reply sets. ``settle`` in seconds.
    """

    feed: Feed = Feed.POLL
    words: Mapping[str, Status] = field(default_factory=_own_words)
    write_words: Mapping[Status, str] | None = None
    reopens: frozenset[Status] = frozenset()
    reads: frozenset[Field] = frozenset(Field)
    creates: frozenset[Field] = frozenset(Field)
    writes: frozenset[Field] = frozenset(Field) - AT_FILING_ONLY
    cuts: Mapping[Field, int] = field(default_factory=dict)
    undeclared_cuts: Mapping[Field, int] = field(default_factory=dict)
    versions: Versions = Versions.RISING
    conditional_write: bool = True
    carries_token: bool = True
    can_find: bool = True
    idempotent_create: bool = True
    can_list: bool = True
    can_create: bool = True
    can_fetch: bool = True
    combines: frozenset[frozenset[Part]] = frozenset({frozenset(Part)})
    together: frozenset[Part] = frozenset()
    transitions: Mapping[Status, frozenset[Status]] | None = None
    responses: ResponseAbility = field(default_factory=_can_all)
    returns_record: bool = True
    reply_moves_to: str | None = None
    signals_deletion: bool = False
    has_epoch: bool = False
    page_size: int = 50
    settle: float = 5.0

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Behaviour:
        """Take the knobs out of loaded settings; those not given keep their default."""
        known = {knob.name for knob in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in settings.items() if name in known})

    @cached_property
    def said(self) -> Mapping[Status, str]:
        """The word written for each canonical status; a status that is missing cannot be said."""
        if self.write_words is not None:
            return dict(self.write_words)
        words: dict[Status, str] = {}
        for word, status in self.words.items():
            words.setdefault(status, word)
        return words

    @property
    def writable(self) -> frozenset[Field]:
        """The fields that can be changed: none that the app does not show, for nobody could tell what became of it."""
        return self.writes & self.reads

    @property
    def first_word(self) -> str:
        """The status word a new complaint starts with."""
        return next(iter(self.words))

    def fit(self, name: Field, value: JsonValue) -> JsonValue:
        """Return what the app keeps of a value: a text is cut to its column."""
        lengths = [cuts[name] for cuts in (self.cuts, self.undeclared_cuts) if name in cuts]
        return value[: min(lengths)] if lengths and isinstance(value, str) else value

    @property
    def capabilities(self) -> Capabilities:
        """The capability sheet that this behaviour admits to."""
        return Capabilities(
            feed=self.feed,
            reads=self.reads,
            creates=self.creates if self.can_create else frozenset(),
            writes=self.writable,
            cuts=self.cuts,
            statuses={status: self.words[word] for status, word in self.said.items() if word in self.words},
            reopens=self.reopens,
            transitions=self.transitions,
            combines=self.combines | ({self.together} if self.together else frozenset()),
            together=self.together,
            responses=self.responses,
            can_create=self.can_create,
            can_fetch=self.can_fetch,
            can_list=self.can_list,
            can_find=self.can_find,
            carries_token=self.carries_token,
            conditional_write=self.conditional_write,
            idempotent_create=self.idempotent_create,
            rising_versions=self.versions is Versions.RISING,
            has_epoch=self.has_epoch,
            signals_deletion=self.signals_deletion,
            attachments=True,
            settle=self.settle,
            page_cap=self.page_size,
        )
