"""The id by which all that one request set in motion is found again in the logs of web, broker and worker."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from threading import Lock

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

KEY = "request"

_OWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)
_TRACE = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", re.ASCII)


def given(headers: Mapping[str, str]) -> str | None:
    """Return the id that a caller brings (X-Request-ID, else the trace of a W3C traceparent), if it is well-formed; names in lower case."""
    own, trace = _OWN.fullmatch(headers.get("x-request-id", "")), _TRACE.fullmatch(headers.get("traceparent", ""))
    return own[0] if own else trace[1] if trace else None


def begin(known: str | None = None) -> str:
    """Begin something that is logged under one id, a fresh one where none is known; what the thread did before is over."""
    clear_contextvars()
    found = known if known is not None and _OWN.fullmatch(known) else uuid.uuid4().hex
    bind_contextvars(**{KEY: found})
    return found


def end() -> None:
    """Log under this id no more."""
    clear_contextvars()


def current() -> str | None:
    """Return the id that this thread logs under."""
    return get_contextvars().get(KEY)


class Asked:
    """Who first asked for each connection's turn, until it is sent: that may be in another thread, and many ask for one turn."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ids: dict[str, str] = {}

    def note(self, connection: str) -> None:
        """Remember that this thread asks for it."""
        known = current()
        if known is not None:
            with self._lock:
                self._ids.setdefault(connection, known)

    def take(self, connection: str) -> str | None:
        """Return who asked for it, and forget that."""
        with self._lock:
            return self._ids.pop(connection, None)


ASKED = Asked()
