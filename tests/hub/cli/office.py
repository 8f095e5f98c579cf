"""An office with a hub and local apps in memory, where commands are typed as at a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import select

from connectors.memory.app import MemoryApp
from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import Fault, FaultKind, no_faults
from hub.cli.exits import Exit
from hub.cli.root import root
from hub.cli.terminal import Terminal
from hub.clock import ManualClock
from hub.store import tables

NIK = "3502170101900001"


class Office:
    """One hub in a folder; ``clock`` stands still until a test moves it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock = ManualClock(datetime(2026, 11, 1, tzinfo=UTC))
        self.environ = {"SIMPUL_HOME": str(home / "hub"), "HOME": str(home)}
        self.terminal = Terminal(self.environ, self.clock)

    def move(self, database: str) -> None:
        """Keep the hub in a database of production from now on, and make it there."""
        self.environ["SIMPUL_DATABASE"] = database
        self.ok("init")

    def run(self, *words: str, typed: str | None = None) -> Result:
        """Type a command; whatever it was, no traceback leaves it."""
        self.clock.advance(61)
        self.terminal.asked_language, self.terminal.debug = None, False
        result = CliRunner().invoke(root, list(words), obj=self.terminal, input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert "Traceback" not in result.output
        return result

    def ok(self, *words: str, typed: str | None = None) -> str:
        """Type a command that must succeed, and return what it prints."""
        result = self.run(*words, typed=typed)
        assert result.exit_code == Exit.OK, result.output
        return result.stdout

    def fails(self, code: Exit, *words: str, typed: str | None = None) -> str:
        """Type a command that must end with this code, and return all it prints."""
        result = self.run(*words, typed=typed)
        assert result.exit_code == code, result.output
        return result.output

    def json(self, *words: str) -> Any:
        """Type a command with ``--json`` and return what it prints."""
        return json.loads(self.run(*words, "--json").stdout)

    def write(self, name: str, text: str) -> str:
        """Write a file and return its path."""
        path = self.home / name
        path.write_text(text, "utf-8")
        return str(path)

    def app(self, name: str, behaviour: Behaviour | None = None) -> MemoryApp:
        """Return the local app behind a connection of that name."""
        return MemoryApp.named(f"{self.home}/{name}", behaviour, self.clock.now)

    def add(self, name: str, behaviour: Behaviour | None = None) -> MemoryApp:
        """Add a connection to an app in memory, whose agency has its name in capitals."""
        app = self.app(name, behaviour)
        self.ok("connections", "add", name, "--kind", "memory", "--agency", name.upper(), "--set", f"app={self.home}/{name}")
        agency = f"- {{code: {name.upper()}, name: Dinas {name}, connection: {name}}}\n"
        self.ok("agencies", "apply", self.write(f"agency-{name}.yaml", agency), "--yes")
        return app

    def live(self, *names: str) -> tuple[MemoryApp, ...]:
        """Add connections that may write."""
        apps = tuple(self.add(name) for name in names)
        for name in names:
            self.ok("connections", "approve", name, "--yes")
        return apps

    def filed(self, app: MemoryApp, title: str = "Lampu mati", **fields: Any) -> str:
        """Let a citizen file in an app, and the hub take it in; returns the tracking id."""
        self.clock.advance(1)
        ref = app.file(title, f"{title} di jalan merdeka", **fields)
        name = app.name.rpartition("/")[2]
        self.ok("sync", name)
        told = self.json("complaints", "list")
        return next(str(one["tracking_id"]) for one in told if any(link["ref"] == ref for link in self.links(one["id"], name)))

    def links(self, complaint: str, connection: str) -> list[dict[str, Any]]:
        """Return a complaint's links with one connection."""
        return [link for link in self.json("complaints", "show", complaint)["links"] if link["connection"] == connection]

    def status(self, complaint: str) -> str:
        """Return a complaint's status code."""
        return str(self.json("complaints", "show", complaint)["summary"]["status"])

    def everything(self) -> list[Any]:
        """Return the content of every table, to compare before and after."""
        with self.terminal.hub.store.reading() as sql:
            return [(table.name, sorted(map(repr, sql.execute(select(table)).all()))) for table in tables.metadata.sorted_tables]


def breaks(app: MemoryApp, kind: FaultKind, *operations: str) -> None:
    """Let calls go wrong in one way; without a name of an operation, all of them."""
    app.faults = lambda operation: Fault(kind) if not operations or operation in operations else None


def mends(app: MemoryApp) -> None:
    """Let everything go through again."""
    app.faults = no_faults
