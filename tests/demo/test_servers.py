"""A server we start answers before we go on, and ends with us, however we end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from contracts.errors import NotDone
from hub.demo.processes import LocalApp
from hub.demo.server import Server

ROOT = Path(__file__).resolve().parents[2]


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def _gone(pid: int, within: float = 20.0) -> bool:
    deadline = time.monotonic() + within
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _alive(pid)


def test_a_stopped_app_is_gone_and_its_file_stays(tmp_path: Path) -> None:
    app = LocalApp("wonosari", tmp_path)
    app.start()
    pid = app.pid
    assert pid is not None and _alive(pid)
    app.stop()
    app.stop()
    assert not _alive(pid)
    assert app.pid is None
    assert app.database.exists()


def test_an_app_started_again_has_what_it_had(tmp_path: Path) -> None:
    with LocalApp("wonosari", tmp_path) as app:
        number = app.file_by_form("Tetap ada.", name="Uji Rekaan", identity="0034000101900099")
    with app:
        assert "Tetap ada." in app.page(f"/laporan/{number}")


def test_an_app_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    script = f"import pathlib, time; from hub.demo.processes import LocalApp; app = LocalApp('wonosari', pathlib.Path({str(tmp_path)!r}))\n"
    script += "app.start(); print(app.pid, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    try:
        assert _gone(pid)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_a_server_that_does_not_start_says_where_to_read_why(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    server = Server([sys.executable, "-c", "raise SystemExit('no such thing')"], log)
    with pytest.raises(NotDone, match=str(log)):
        server.start()
    assert "no such thing" in log.read_text()
    assert server.pid is None


def test_a_name_that_is_no_app_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wonosari, laporkota, sekarwangi"):
        LocalApp("lapor", tmp_path)
