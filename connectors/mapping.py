"""Word maps as data: how one app's own words stand for the canonical ones, forward and backward.

Public for outside authors, and versioned: `VERSION` rises when the meaning of a map changes. A map is checked when it
is built, so that what it says obeys the lens laws: what is written reads back as what the capability sheet promised,
and promising twice changes nothing. Words are compared after ``strip`` and ``casefold``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from marshmallow import ValidationError, fields, validates_schema

from contracts.strict import StrictSchema
from contracts.vocabulary import Status

VERSION = 1

__all__ = ["VERSION", "MapProblem", "StatusMap", "StatusMapSchema", "UnmappedWord", "WordMap", "normal", "status_map"]

_START = (Status.RECEIVED, Status.VERIFIED, Status.ASSIGNED)
_WORKING = (*_START, Status.IN_PROGRESS)
_ANSWERED = (Status.ANSWERED, Status.REPORTER_REPLIED, Status.CLOSED)

T = TypeVar("T")


class MapProblem(ValueError):
    """A map that contradicts itself; the sentence says which word and what to change."""


class UnmappedWord(ValueError):
    """A local word the map does not know; the connector turns it into a ``Rejected`` or a ``Reject``."""

    def __init__(self, word: str) -> None:
        super().__init__(f"the word {word[:40]!r} is not in the map")
        self.word = word


def normal(word: object) -> str:
    """Return the form in which words are compared."""
    return str(word).strip().casefold()


@dataclass(frozen=True)
class StatusMap:
    """One app's status words. ``words``: local to canonical. ``write``: canonical to local, where it is not derived.

    Derived: received, verified and assigned take the nearest word of these three, an earlier one first; in_progress its
    own word or the nearest earlier; reporter_replied and closed the word for answered. Returned, archived and postponed
    are never guessed: unless ``words`` or ``write`` names them, the app cannot be told so. Where several words mean one
    status, the first is written. ``reopen``: local words that mean a reopening when they step back. ``ignore``: words
    that carry no status. ``may_close``: only the national counterpart's own words may mean closed; a local app's "done"
    is answered. Raises MapProblem when built from contradictions.
    """

    words: Mapping[str, Status]
    write: Mapping[Status, str] = field(default_factory=dict)
    reopen: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    may_close: bool = False
    _forward: dict[str, Status] = field(init=False, repr=False, compare=False, default_factory=dict)
    _ignored: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_forward", _unique(self.words))
        object.__setattr__(self, "_ignored", frozenset(map(normal, self.ignore)))
        self._check_words()
        self._check_laws()

    def _check_words(self) -> None:
        for word in self._ignored & self._forward.keys():
            raise MapProblem(f"the word {word!r} is both mapped and ignored; keep one")
        for word in self.reopen:
            if normal(word) not in self._forward:
                raise MapProblem(f"the reopening word {word!r} is not in words")
        marked = {normal(word) for word in self.reopen}
        for word, status in self._forward.items():
            if status is Status.CLOSED and not self.may_close:
                raise MapProblem(f"the word {word!r} must not mean closed: a local 'done' is answered, only the national rule closes")
            if status in self.reopens and word not in marked:
                raise MapProblem(f"the word {word!r} reads as {status}, which another word marks as a reopening; mark both or neither")

    def _check_laws(self) -> None:
        for status, word in self.write.items():
            if normal(word) not in self._forward:
                raise MapProblem(f"{status} is written as {word!r}, which words does not read back")
        projected = self.statuses
        for status, seen in projected.items():
            if projected.get(seen) != seen:
                raise MapProblem(f"{status} reads back as {seen}, but {seen} is not written as a word that reads as {seen}")

    def get(self, word: object) -> Status | None:
        """Return what a local word means; None for an ignored one. Raises UnmappedWord."""
        key = normal(word)
        if key in self._ignored:
            return None
        if key not in self._forward:
            raise UnmappedWord(str(word))
        return self._forward[key]

    def put(self, status: Status) -> str | None:
        """Return the local word to write for a status; None if this app cannot be told."""
        if status in self.write:
            return self.write[status]
        for candidate in _substitutes(status):
            for word, meaning in self.words.items():
                if meaning == candidate:
                    return word
        return None

    def project(self, status: Status) -> Status | None:
        """Return the status the app reports after it was told ``status``; None if it cannot be told."""
        word = self.put(status)
        return None if word is None else self.get(word)

    @property
    def statuses(self) -> dict[Status, Status]:
        """``Capabilities.statuses``: canonical status to the one reported back; what cannot be said is missing."""
        projected = ((status, self.project(status)) for status in Status)
        return {status: seen for status, seen in projected if seen is not None}

    @property
    def reopens(self) -> frozenset[Status]:
        """``Capabilities.reopens``: the reported statuses that mean a reopening."""
        return frozenset(self._forward[normal(word)] for word in self.reopen)


def _substitutes(status: Status) -> Iterable[Status]:
    """Return whose word may stand for ``status``, best first (see `StatusMap`)."""
    if status in _WORKING:
        place = _WORKING.index(status)
        return (*reversed(_WORKING[: place + 1]), *(later for later in _START[place + 1 :]))
    if status in _ANSWERED:
        return (status, Status.ANSWERED)
    return (status,)


def _unique(words: Mapping[str, T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for word, meaning in words.items():
        key = normal(word)
        if key in found and found[key] != meaning:
            raise MapProblem(f"the word {key!r} appears twice with two meanings (case and spaces do not count)")
        found[key] = meaning
    return found


@dataclass(frozen=True)
class WordMap(Generic[T]):
    """Local words of a category, class or channel. ``keep``: a word that is not in the map stands for itself.

    Writing takes ``write`` first, then the first word with that meaning, then (with ``keep``) the value itself.
    Raises MapProblem when built from contradictions.
    """

    words: Mapping[str, T]
    write: Mapping[T, str] = field(default_factory=dict)
    keep: bool = False
    _forward: dict[str, T] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_forward", _unique(self.words))
        for meaning, word in self.write.items():
            if self._forward.get(normal(word)) != meaning:
                raise MapProblem(f"{meaning} is written as {word!r}, which words does not read back as {meaning}")

    def get(self, word: str) -> T:
        """Return what a local word means. Raises UnmappedWord, unless ``keep``."""
        key = normal(word)
        if key in self._forward:
            return self._forward[key]
        if self.keep:
            return word.strip()  # type: ignore[return-value]  # keep is only for maps of strings
        raise UnmappedWord(word)

    def put(self, meaning: T) -> str | None:
        """Return the local word for a canonical value; None if this app has none."""
        if meaning in self.write:
            return self.write[meaning]
        for word, value in self.words.items():
            if value == meaning:
                return word
        itself = self.keep and normal(meaning) not in self._forward
        return str(meaning).strip() if itself else None


class StatusMapSchema(StrictSchema):
    """The settings of a `StatusMap`, the same in every connector."""

    words = fields.Dict(
        fields.String(),
        fields.Enum(Status, by_value=True),
        required=True,
        metadata={"help": f"Your status words and what each means: {', '.join(word for word in Status if word is not Status.CLOSED)}."},
    )
    write = fields.Dict(
        fields.Enum(Status, by_value=True),
        fields.String(),
        load_default=dict,
        metadata={"help": "Which of your words to write for a national status, where the nearest one is not what you want."},
    )
    reopen = fields.List(
        fields.String(), load_default=list, metadata={"help": "Your words that mean 'opened again' when they follow a later status."}
    )
    ignore = fields.List(fields.String(), load_default=list, metadata={"help": "Your words that say nothing about the status."})

    @validates_schema
    def consistent(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a map that contradicts itself, with the reason."""
        try:
            status_map(data)
        except MapProblem as problem:
            raise ValidationError(str(problem), "words") from problem


def status_map(settings: Mapping[str, Any], *, may_close: bool = False) -> StatusMap:
    """Build the map from settings loaded by `StatusMapSchema`. Raises MapProblem."""
    return StatusMap(
        words=settings["words"],
        write=settings.get("write", {}),
        reopen=frozenset(settings.get("reopen", ())),
        ignore=frozenset(settings.get("ignore", ())),
        may_close=may_close,
    )
