"""The demo as people run it: what it says is checked, what is not so makes it fail, and nothing of it stays behind."""

from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from hub.demo import opening, quiet
from hub.demo.claims import Claims
from hub.demo.stage import Stage
from hub.demo.story import TERMINAL, set_up, there_and_back
from hub.demo.telling import Teller

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
SABOTAGED = "answer_sekarwangi_2011"


def _run(tmp_path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub.demo", "--once"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=110,
    )


def processes_that_mention(text: str) -> list[str]:
    """Return the command lines of running processes in which a text stands."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        found += [line] if text in line else []
    return found


def test_the_demo_ends_well_and_leaves_neither_process_nor_file(tmp_path: Path) -> None:
    done = _run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "✗" not in done.stdout
    count = done.stdout.count("✓")
    assert count >= 75
    assert f"{count} dari {count} pernyataan terbukti" in done.stdout
    assert "\x1b" not in done.stdout, "without a terminal it prints plain lines"
    assert list(tmp_path.iterdir()) == []
    assert processes_that_mention(str(tmp_path)) == []


def _one_case(stage: Stage) -> None:
    """Tell only as much of the story as one complaint of the Open311 city needs."""
    regency, _, sekarwangi = stage.offices
    opening.connect(stage)
    opening.import_history(stage, {"wonosari": 4, "laporkota": 4, "sekarwangi": 1})
    opening.go_live(stage)
    there_and_back(stage, sekarwangi, regency, TERMINAL)
    quiet.second_run(stage)


def test_a_claim_that_is_not_so_is_named_and_fails_the_demo(tmp_path: Path) -> None:
    said = io.StringIO()
    teller = Teller(Console(file=said), "en")

    def sabotage(name: str) -> None:
        if name == SABOTAGED:
            # Behind everybody's back, right before the story looks.
            with closing(sqlite3.connect(tmp_path / "sekarwangi.sqlite3", timeout=30)) as connection, connection:
                connection.execute("UPDATE updates SET description = 'Bukan jawaban itu.' WHERE service_request_id = '2011'")

    claims = Claims(teller, before=sabotage)
    with set_up(tmp_path, teller, claims) as stage:
        _one_case(stage)
    assert claims.all[-1].name == "second_run_sekarwangi", "one claim that is not so does not end the story"
    assert not claims.conclude()
    assert SABOTAGED in [claim.name for claim in claims.failed]
    assert "The answer is in Kanal Sekarwangi's own table, once." in said.getvalue().split("Result")[1]
    assert processes_that_mention(str(tmp_path)) == []
