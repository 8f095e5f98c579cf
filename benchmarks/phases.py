"""Where a session's time goes: wall and CPU seconds by phase, each second counted once, in the phase that is innermost.

Pages are fetched and read in threads beside the one that takes them in, so the phases of these overlap; within a thread they
add up. Every phase costs a few microseconds each time it is entered, so what is measured this way is slower than the timed runs.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import requests
from sqlalchemy import Engine, event

from connectors.open311 import reading
from connectors.open311.ahead import ahead
from contracts.connector import Page
from hub.build import Hub
from hub.session.session import Session
from hub.store.behind import Behind
from hub.store.unit import Unit

WIRE, PARSING, AHEAD = "the wire", "parsing and mapping", "waiting for the page ahead"
WAITING, DECIDING, ROWS, COPIES = "waiting for pages", "deciding", "building and sending rows", "waiting for COPY"
DATABASE, COMMIT = "statements", "commit"
ORDER = (WIRE, PARSING, AHEAD, WAITING, DECIDING, ROWS, COPIES, DATABASE, COMMIT)


class Phases:
    """Seconds by phase, of wall time and of CPU time."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = defaultdict(float)
        self.cpu: dict[str, float] = defaultdict(float)
        self._local = threading.local()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what happens inside as ``name``, but for what an inner phase counts."""
        stack: list[str] = self._local.__dict__.setdefault("stack", [])
        self._count(stack)
        stack.append(name)
        try:
            yield
        finally:
            self._count(stack)
            stack.pop()

    def wrap(self, name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same function, counted."""

        def counted(*given: Any, **named: Any) -> Any:
            with self.phase(name):
                return inner(*given, **named)

        return counted

    def _count(self, stack: list[str]) -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        if stack:
            began = self._local.began
            self.wall[stack[-1]] += wall - began[0]
            self.cpu[stack[-1]] += cpu - began[1]
        self._local.began = wall, cpu


def measured(hub: Hub, session: Session) -> Phases:
    """Run a session and return where its time went."""
    phases = Phases()
    with ExitStack() as undone:
        _database(phases, hub.store.engine, undone)
        undone.enter_context(patch.object(requests.Session, "send", _method(phases, WIRE, requests.Session.send)))
        for kind, name in ((Unit, "flush"), (Unit, "finish"), (Behind, "add")):
            undone.enter_context(patch.object(kind, name, _method(phases, ROWS, getattr(kind, name))))
        undone.enter_context(patch.object(Behind, "settle", _method(phases, COPIES, Behind.settle)))
        for name in ("lease", "report", "release"):
            undone.enter_context(patch.object(session.gateway, name, phases.wrap(DECIDING, getattr(session.gateway, name))))
        undone.enter_context(patch.object(session.connector, "changes", _fetched(phases, session.connector.changes)))
        undone.enter_context(patch.object(reading, "ahead", _ahead(phases)))
        with phases.phase(WAITING):
            session.run()
    return phases


def _method(phases: Phases, name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    def counted(self: Any, *given: Any, **named: Any) -> Any:
        with phases.phase(name):
            return inner(self, *given, **named)

    return counted


def _fetched(phases: Phases, changes: Callable[[str | None], Iterator[Page]]) -> Callable[[str | None], Iterator[Page]]:
    return lambda since: _each(phases, PARSING, changes(since))


def _ahead(phases: Phases) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Count what the connector's own thread reads ahead, and apart from it how long its records wait for that."""
    return lambda source: _each(phases, AHEAD, ahead(_each(phases, PARSING, source)))


def _each(phases: Phases, name: str, source: Iterator[Any]) -> Generator[Any, None, None]:
    while True:
        with phases.phase(name):
            found = next(source, None)
        if found is None:
            return
        yield found


def _database(phases: Phases, engine: Engine, undone: ExitStack) -> None:
    def one(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        with phases.phase(DATABASE):
            cursor.execute(statement, parameters)
        return True

    def many(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        with phases.phase(DATABASE):
            cursor.executemany(statement, parameters)
        return True

    for name, listener in (("do_execute", one), ("do_executemany", many)):
        event.listen(engine, name, listener)
        undone.callback(event.remove, engine, name, listener)
    undone.enter_context(patch.object(engine.dialect, "do_commit", phases.wrap(COMMIT, engine.dialect.do_commit)))
