"""Digests by which the engine recognises things without keeping them: keyed, so that they cannot be guessed back."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from contracts.complaint import Response
from contracts.connector import Record
from contracts.content import IDENTITY_FIELDS, Field, content_of
from hub.keys import KeyRing

_TEXT_KEPT = 60
# Longer than any app's id, and short enough for an index of every database.
REF_KEPT = 500
_HISTORY = 20
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def veil(content: Mapping[Field, Any], keys: KeyRing) -> dict[Field, Any]:
    """Put keyed digests in the places of identity fields: what base, attempts, history and conflicts may hold."""
    if IDENTITY_FIELDS.isdisjoint(content):
        return dict(content)
    return {
        name: keys.digest(str(value), name.value) if name in IDENTITY_FIELDS and value is not None else value
        for name, value in content.items()
    }


def local_content(record: Record, reads: frozenset[Field]) -> dict[Field, Any]:
    """Return what the app says of the fields it reports, in order; a field it reports but leaves empty is None."""
    return content_of(record.complaint, _in_order(reads))


@functools.lru_cache(maxsize=1024)
def _in_order(reads: frozenset[Field]) -> tuple[Field, ...]:
    return tuple(sorted(reads))


class Told(NamedTuple):
    """What a record tells of the fields its app reports: plain, and veiled as the store may keep it; and what it is known by."""

    plain: dict[Field, Any]
    veiled: dict[Field, Any]
    mark: str
    fingerprint: str | None


def told(record: Record, reads: frozenset[Field], keys: KeyRing) -> Told:
    """Work out once what every rule asks of a record; raises ValueError or TypeError for what no database can keep."""
    plain = local_content(record, reads)
    veiled = veil(plain, keys)
    mark = fingerprint(record, keys)
    return Told(plain, veiled, record_mark(veiled, record, mark), mark)


def fingerprint(record: Record, keys: KeyRing) -> str | None:
    """Digest what never changes in a record; None where the connector names nothing."""
    return keys.digest("\x1f".join(record.identity), "fingerprint") if record.identity else None


def text_key(text: Any, keys: KeyRing) -> str | None:
    """Digest the beginning of a complaint's text, folded, to find where the same text may be; `same_text` tells whether it is."""
    if not isinstance(text, str) or not text.strip():
        return None
    # Folding does not look ahead: of a long text its beginning is enough.
    folded = _folded(text[: 2 * _TEXT_KEPT])
    return keys.digest((folded if len(folded) > _TEXT_KEPT else _folded(text))[:_TEXT_KEPT], "text")


def whole_text_key(text: Any, keys: KeyRing) -> str | None:
    """Digest a complaint's whole text, folded: what a tombstone keeps of it."""
    return keys.digest(_folded(text), "whole text") if isinstance(text, str) and text.strip() else None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def same_text(ours: Any, theirs: Any, kept: int | None) -> bool:
    """Tell whether an app's text is ours, where it keeps so many characters or visibly cut it."""
    if not isinstance(ours, str) or not isinstance(theirs, str):
        return False
    return _folded(ours[:kept]) == _folded(theirs) or (len(theirs) > _TEXT_KEPT and _folded(ours).startswith(_folded(theirs)))


def value_mark(value: Any) -> str:
    """Digest one field value for a link's history."""
    said = None if value == "" or value == [] else value
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def remembered(past: list[str] | None, before: Any, value: Any) -> list[str]:
    """Add a value to a field's history, newest last, each once, no more than are worth keeping; it begins with the first change."""
    mark = value_mark(value)
    if past is None:
        past = [] if before is None else [value_mark(before)]
    return [*(item for item in past if item != mark), mark][-_HISTORY:]


def response_mark(text: str, visibility: str) -> str:
    """Digest a response as an app shows it."""
    return hashlib.sha256(f"{visibility}\x1f{' '.join(text.split())}".encode()).hexdigest()[:32]


def record_mark(veiled: Mapping[Field, Any], record: Record, known_by: str | None) -> str:
    """Digest everything a record says and its fingerprint, to skip it when the same one says the same again.

    Raises ValueError for a NUL character, and TypeError for half a character: no database can keep those.
    """
    said = [_said(item.ref, item.response) for item in record.responses]
    names, values = ",".join(veiled), list(veiled.values())
    told = [known_by, record.ref, names, values, said, record.version, str(record.state), record.token]
    text = orjson.dumps([*told, sorted(record.raw.items()), sorted(record.same_as.items())], default=str)
    if rb"\u0000" in text and _NUL.search(text):
        raise ValueError("a NUL character")
    return hashlib.sha256(text).hexdigest()[:32]


def _said(ref: str, response: Response) -> list[Any]:
    files = [item.name for item in response.attachments]
    return [ref, response.text, str(response.visibility), response.author, files]


def sound(record: Record) -> None:
    """Refuse a ref too long for an index, a moment without a zone, and a NUL in what it is known by; raises ValueError."""
    if len(record.ref) > REF_KEPT:
        raise ValueError("a ref that is too long")
    for part in record.identity:
        if "\0" in part:
            raise ValueError("a NUL character")
    moments = [record.created_at, record.updated_at]
    if record.responses:
        moments += [item.response.written_at for item in record.responses]
    for moment in moments:
        if moment is not None and moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
