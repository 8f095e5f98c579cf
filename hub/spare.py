"""Processor time that one thread leaves while it waits for the database, and who else of its work may have it.

Python lets one thread compute at a time: work that could be done in such a wait, and is done before it, only makes it later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class _Here(threading.local):
    hear: Callable[[bool], None] | None = None


_here = _Here()


@contextmanager
def heard(hear: Callable[[bool], None]) -> Iterator[None]:
    """Tell ``hear`` when this thread begins to wait (True) and when it goes on (False), until the context is left."""
    before, _here.hear = _here.hear, hear
    try:
        yield
    finally:
        _here.hear = before


@contextmanager
def waiting() -> Iterator[None]:
    """Wait for the database inside."""
    hear = _here.hear
    if hear is None:
        yield
        return
    hear(True)
    try:
        yield
    finally:
        hear(False)
