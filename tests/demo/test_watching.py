"""Without --once the demo goes on: what is done on one app's pages shows up, and Ctrl-C ends everything."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.demo.test_story import ROOT, processes_that_mention


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo without --once, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "hub.demo", "--lang", "en"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        if process.poll() is None:
            process.kill()


def _line(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(pattern, line)
        if found:
            return found
    raise AssertionError(f"it ended ({process.wait()}) and never said {pattern}")


@pytest.mark.long
def test_it_keeps_both_apps_in_step_until_it_is_interrupted(watching: subprocess.Popen[str], tmp_path: Path) -> None:
    form = _line(watching, r"LaporKota: citizens (http\S+),")[1]
    _line(watching, "Ctrl-C ends")
    given = {"name": "Uji Rekaan", "judul": "Halte roboh", "isi": "Halte di depan pasar roboh sejak semalam."}
    with requests.post(form, data=given, timeout=30) as answer:
        assert answer.ok
    _line(watching, "Filed")
    watching.send_signal(signal.SIGINT)
    _line(watching, "Done")
    assert watching.wait(30) == 0
    assert list(tmp_path.iterdir()) == []
    assert processes_that_mention(str(tmp_path)) == []
