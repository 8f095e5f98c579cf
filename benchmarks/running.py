"""Starts the benchmarks' app beside us, and asks it what no connector asks."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from hub.demo.server import Server

ROOT = Path(__file__).resolve().parents[1]
PAGE = 100


class LocalApp:
    """The app as the benchmarks see it; ``url`` is its GeoReport address."""

    def __init__(self, root: str, pid: int) -> None:
        self.root = root
        self.pid = pid
        self.url = f"{root}/open311/v2"

    def counts(self) -> dict[str, int]:
        """How many requests it was sent, by method."""
        return dict(self._ask("GET", "counts"))

    def changed(self) -> dict[str, Any]:
        """Everything written since it started."""
        return dict(self._ask("GET", "changed"))

    def edit(self, numbers: Sequence[int], **what: str | None) -> None:
        """Change many requests in one call; ``{}`` in a text becomes the request's id."""
        self._ask("POST", "edit", {"numbers": list(numbers), **what})

    @contextmanager
    def distant(self, milliseconds: float) -> Iterator[None]:
        """Make every page take longer."""
        self._ask("POST", "latency", {"ms": milliseconds})
        try:
            yield
        finally:
            self._ask("POST", "latency", {"ms": 0})

    def _ask(self, method: str, what: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.root}/bench/{what}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def local_app(records: int, folder: Path, *, lazy: bool = False) -> Iterator[LocalApp]:
    """Run the app with so many records, as a process of its own."""
    command = [sys.executable, "-m", "benchmarks.apps.city", "--records", str(records), *(["--lazy"] if lazy else [])]
    server = Server(command, folder / "app.log", {"PYTHONPATH": str(ROOT)})
    server.start("/bench/counts")
    try:
        yield LocalApp(server.url, server.pid or 0)
    finally:
        server.stop()


def pages_alone(app: LocalApp) -> tuple[float, int, int]:
    """Fetch every page one after the other, parse it and keep nothing: seconds, records, bytes."""
    records = size = page = 0
    began = time.perf_counter()
    with requests.Session() as session:
        while True:
            page += 1
            answer = session.get(f"{app.url}/requests.json", params={"page": page, "page_size": PAGE}, timeout=60)
            found = json.loads(answer.content)
            if not found:
                return time.perf_counter() - began, records, size
            records, size = records + len(found), size + len(answer.content)
