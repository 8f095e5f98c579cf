"""After the story the hub serves: what is done on an app's page arrives by itself and is seen in the hub's pages; Ctrl-C ends all."""

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
from click.testing import CliRunner

from hub.demo.command import demo
from hub.demo.watching import ACCOUNT, free_port
from hub.work.door import bind
from tests.demo.test_story import ROOT, processes_that_mention


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo that stays and serves, in a process of its own without a terminal."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "hub.demo", "--serve", "--lang", "en"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
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


def _logged_in(address: str, password: str) -> requests.Session:
    person = requests.Session()
    page = person.get(f"{address}login", timeout=30).text
    mark = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert mark
    given = {"csrf_token": mark[1], "name": ACCOUNT, "password": password}
    with person.post(f"{address}login", data=given, timeout=30, allow_redirects=False) as answer:
        assert answer.status_code == 303
    return person


@pytest.mark.long
def test_the_hub_serves_until_it_is_interrupted_and_takes_in_what_is_filed_meanwhile(
    serving: subprocess.Popen[str], tmp_path: Path
) -> None:
    form = _line(serving, r"Kanal Sekarwangi: citizens (http\S+),")[1]
    address = _line(serving, r"The hub serves at (http\S+)")[1]
    password = _line(serving, r"password (\S+)")[1]
    _line(serving, "Ctrl-C ends")
    with requests.get(address, timeout=30, allow_redirects=False) as closed:
        assert closed.status_code in (302, 303, 401), "nobody sees anything without an account"
    with _logged_in(address, password) as person, person.get(address, timeout=30) as page:
        assert page.ok
        assert "Kota Sekarwangi" in page.text
    given = {"first_name": "Uji", "service_code": "001", "description": "Halte roboh sejak semalam.", "address": "Jalan Rekaan"}
    with requests.post(form, data=given, timeout=30) as answer:
        assert answer.ok
    _line(serving, "Filed")
    serving.send_signal(signal.SIGINT)
    _line(serving, "Done")
    assert serving.wait(30) == 0
    assert serving.stderr is not None
    assert serving.stderr.read() == ""
    assert list(tmp_path.iterdir()) == []
    assert processes_that_mention(str(tmp_path)) == []


def test_to_end_at_once_and_to_stay_is_too_much_to_ask() -> None:
    told = CliRunner().invoke(demo, ["--once", "--serve"])
    assert told.exit_code == 2
    assert "--once or --serve" in told.output


def test_where_the_usual_port_is_taken_it_serves_at_another() -> None:
    with bind("127.0.0.1", 0) as mine:
        taken = mine.getsockname()[1]
        assert free_port(taken) not in (0, taken)
    assert free_port(taken) == taken
