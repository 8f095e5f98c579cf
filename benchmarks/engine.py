"""Processor time of the engine's own steps: tasks leased, results taken in, leases given back, and what people do.

Counted by the clock of the thread that does them, so neither the app, nor the wire, nor the database's own processes are
in it, and other work on the machine changes it little.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from hub.sync.gateway import LocalGateway

_STEPS = ("lease", "report", "release")


class Spent:
    """Seconds of processor time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def counted(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same function, counted."""

        def step(*given: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return inner(*given, **named)
            finally:
                self.seconds += time.thread_time() - began

        return step


@contextmanager
def engine_time() -> Iterator[Spent]:
    """Count every step that any gateway of this process makes inside."""
    spent = Spent()
    with ExitStack() as undone:
        for name in _STEPS:
            undone.enter_context(patch.object(LocalGateway, name, spent.counted(getattr(LocalGateway, name))))
        yield spent
