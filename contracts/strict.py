"""Refuse what nobody declared, and say which name was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from marshmallow import RAISE, Schema, ValidationError


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a sentence that offers the most similar known name, or all of them when none is similar."""
    names = sorted(known)
    similar = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if similar:
        return f"Did you mean {similar[0]}?"
    return f"Known are: {', '.join(names)}." if names else "There are none."


class StrictSchema(Schema):
    """The base of everything that people type or call with: settings of connectors, bodies of the API.

    An unknown name is an error at that name which suggests the nearest known one.
    """

    class Meta:
        unknown = RAISE

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        """Put the suggestion into the messages of unknown names; marshmallow raises the error afterwards."""
        items = error.messages.values() if many and isinstance(error.messages, dict) else [error.messages]
        for messages in items:
            if isinstance(messages, dict):
                self._suggest(messages)

    def _suggest(self, messages: dict[Any, Any]) -> None:
        known = [field.data_key or name for name, field in self.load_fields.items()]
        for name, problems in messages.items():
            if problems == [self.error_messages["unknown"]]:
                messages[name] = [f"There is no such name here. {nearest(str(name), known)}"]
