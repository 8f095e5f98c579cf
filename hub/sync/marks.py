"""Digests by which the engine recognises things without keeping them: keyed, so that they cannot be guessed back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from contracts.connector import Record
from contracts.content import IDENTITY_FIELDS, Field, to_content
from hub.keys import KeyRing

_TEXT_KEPT = 60


def veil(content: Mapping[Field, Any], keys: KeyRing) -> dict[Field, Any]:
    """Put keyed digests in the places of identity fields: what base, attempts, history and conflicts may hold."""
    return {
        name: keys.digest(str(value), name.value) if name in IDENTITY_FIELDS and value is not None else value
        for name, value in content.items()
    }


def local_content(record: Record, reads: frozenset[Field]) -> dict[Field, Any]:
    """Return what the app says of the fields it reports; a field it reports but leaves empty is None."""
    flat = to_content(record.complaint)
    return {name: flat.get(name) for name in sorted(reads)}


def fingerprint(record: Record, keys: KeyRing) -> str | None:
    """Digest what never changes in a record; None where the connector names nothing."""
    return keys.digest("\x1f".join(record.identity), "fingerprint") if record.identity else None


def text_key(text: Any, keys: KeyRing) -> str | None:
    """Digest the beginning of a complaint's text, white space and case folded, to find the same text elsewhere."""
    if not isinstance(text, str) or not text.strip():
        return None
    return keys.digest(" ".join(text.casefold().split())[:_TEXT_KEPT], "text")


def value_mark(value: Any) -> str:
    """Digest one field value for a link's history."""
    said = None if value == "" or value == [] else value
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def response_mark(text: str, visibility: str) -> str:
    """Digest a response as an app shows it."""
    return hashlib.sha256(f"{visibility}\x1f{' '.join(text.split())}".encode()).hexdigest()[:32]


def record_mark(veiled: Mapping[Field, Any], record: Record) -> str:
    """Digest everything a record says, to skip it when it says the same again."""
    said = [(item.ref, item.response.text, item.response.visibility.value) for item in record.responses]
    whole = [sorted(veiled.items()), said, record.version, record.state.value, record.token, sorted(record.same_as.items())]
    return hashlib.sha256(orjson.dumps(whole, default=str)).hexdigest()[:32]
