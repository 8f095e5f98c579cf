"""Webhooks over a real port: quick, undisturbed by somebody else's flood, and lost by no kill; too much is not even read."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import quantiles
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook

from hub.accounts.roles import Role, Scope
from hub.api.hooks import BURST, PER_SECOND
from hub.build import Hub
from hub.operations.accounts import add_account
from hub.operations.tokens import add_token
from hub.operations.webhooks import open_webhook
from hub.store import tables
from hub.sync.engine import network_changed
from tests.real.homemade import HomemadeApp, homemade
from tests.real.network import join, watch
from tests.services import absent
from tests.work.processes import Processes
from tests.work.test_hands import until

pytestmark = pytest.mark.long

_numbers = count(1)


class Line:
    """One app's way to the server: where it is, and the secret."""

    def __init__(self, address: str, name: str, secret: str) -> None:
        self.address, self.name, self.key = address, name, Webhook(secret)

    def send(self, *refs: object, message: str | None = None) -> int:
        body, at, message = json.dumps({"refs": refs}), datetime.now(UTC), message or f"msg_{next(_numbers)}"
        signed = {"webhook-signature": self.key.sign(message, at, body), "webhook-timestamp": str(int(at.timestamp()))}
        with closing(HTTPConnection(self.address, timeout=30)) as http:
            http.request("POST", f"/hooks/{self.name}", body, {"Content-Type": "application/json", "webhook-id": message, **signed})
            with http.getresponse() as answer:
                answer.read()
                return answer.status


def timed(line: Line) -> list[float]:
    """Return how long webhooks took to be answered: 5 %, 10 % ... 95 %."""
    took = []
    for _ in range(80):
        began = time.monotonic()
        assert line.send() == 202
        took.append(time.monotonic() - began)
    return quantiles(took, n=20)


class Served:
    """A hub of two apps that is served, and polls them once an hour."""

    def __init__(self, home: Path, server: Processes, hub: Hub) -> None:
        self.home, self.server, self.hub = home, server, hub
        self.secrets = {name: open_webhook(hub, name) for name in ("kota", "dinas")}
        self.pid, self.address = 0, ""

    def start(self) -> None:
        before = self._told().count("event=serving")
        self.pid = self.server.start()
        until(lambda: self._told().count("event=serving") > before, 30.0)
        self.address = str(urlsplit(re.findall(r"event=serving url=(\S+)", self._told())[-1]).netloc)

    def line(self, name: str) -> Line:
        return Line(self.address, name, self.secrets[name])

    def _told(self) -> str:
        return self.server.log.read_text("utf-8") if self.server.log.exists() else ""


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[tuple[HomemadeApp, HomemadeApp]]:
    first, second = (f"sqlite:///{tmp_path / name}.db" for name in ("kota", "dinas"))
    with homemade("kota", first, careful=True) as kota, homemade("dinas", second, careful=True) as dinas:
        yield kota, dinas


@pytest.fixture
def served(tmp_path: Path, apps: tuple[HomemadeApp, HomemadeApp]) -> Iterator[Served]:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    join(tmp_path, url, apps)
    hub = watch(tmp_path, url)
    for app in apps:
        hub.session(app.name).run()
    with hub.store.unit() as unit:
        later = datetime.now(UTC).replace(year=2100)
        unit.sql.execute(update(tables.connections).values(pull_due_at=later, listing_due_at=later))
        network_changed(unit)
    with Processes(tmp_path, "--every", "0.5") as server:
        served = Served(tmp_path, server, hub)
        served.start()
        yield served
    hub.close()


def test_what_a_webhook_tells_of_is_in_the_other_app_though_nobody_polls(served: Served, apps: tuple[HomemadeApp, HomemadeApp]) -> None:
    kota, dinas = apps
    line = served.line("kota")
    for number in range(1, 11):
        kota.file(f"Lampu {number} padam di depan pasar")
        assert line.send(number) == 202
        until(lambda: len(dinas.texts()) == number)  # noqa: B023


def test_what_was_answered_with_202_survives_a_kill(served: Served, apps: tuple[HomemadeApp, HomemadeApp]) -> None:
    kota, dinas = apps
    for number in range(1, 6):
        kota.file(f"Lampu {number} padam di depan pasar")
        assert served.line("kota").send(number) == 202
        served.server.end(served.pid, signal.SIGKILL)
        served.start()
    until(lambda: len(dinas.texts()) == 5, 30.0)
    assert len(kota.texts()) == 5


def test_a_flood_of_one_app_delays_no_other(served: Served) -> None:
    answers: Counter[int] = Counter()
    flooding = True

    def flood(address: str) -> None:
        line = Line(address, "kota", served.secrets["kota"])
        while flooding:
            answers[line.send(1)] += 1

    def pester(address: str) -> None:
        stranger = Line(address, "kota", served.secrets["dinas"])
        while flooding:
            answers[stranger.send(1)] += 1

    quiet, began = timed(served.line("dinas")), time.monotonic()
    threads = [Thread(target=work, args=(served.address,)) for work in (flood, flood, pester)]
    for thread in threads:
        thread.start()
    until(lambda: answers[429] > 0, 30.0)
    beside = timed(served.line("dinas"))
    flooding = False
    for thread in threads:
        thread.join()
    most = BURST + PER_SECOND * (time.monotonic() - began) + 2
    assert answers.keys() == {202, 401, 429} and answers[202] <= most, (answers, most)
    total = sum(answers.values())
    print(f"\nmedian, 95 %: in quiet {quiet[9]:.4f}, {quiet[-1]:.4f} s; beside {total} of a flood {beside[9]:.4f}, {beside[-1]:.4f} s")


HEADS = ["Content-Length: 20971520", "Transfer-Encoding: chunked"]


def answer_to_much(address: str, head: str) -> bytes:
    """Announce twenty megabytes, send as little as is refused, and return the answer."""
    host, _, port = address.rpartition(":")
    piece = b"x" * 65536
    with socket.create_connection((host, int(port)), timeout=30) as peer:
        peer.sendall(f"POST /hooks/kota HTTP/1.1\r\nHost: {host}\r\nwebhook-signature: v1,x\r\n{head}\r\n\r\n".encode())
        # The answer may come, and the connection end, before everything is sent; what came is still to be read.
        with suppress(ConnectionError):
            for _ in range(9 if "chunked" in head else 0):
                peer.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        return peer.recv(4096)


@pytest.mark.parametrize("head", HEADS)
def test_twenty_megabytes_are_refused_before_they_are_read(served: Served, head: str) -> None:
    assert answer_to_much(served.address, head).startswith(b"HTTP/1.1 413")


def test_the_script_in_the_docs_works_as_it_stands(tmp_path: Path, served: Served, apps: tuple[HomemadeApp, HomemadeApp]) -> None:
    if not (shutil.which("openssl") and shutil.which("curl") and shutil.which("od")):
        absent("openssl, curl or od is not installed")
    docs = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")
    (script,) = re.findall(r"```sh\n(#!/bin/sh.*?)```", docs, re.DOTALL)
    file = tmp_path / "kirim-webhook.sh"
    file.write_text(script, "utf-8")
    kota, dinas = apps
    for said in ("Lampu padam", "Jalan rusak"):
        kota.file(said)
    environ = {"PATH": os.environ["PATH"], "HUB": f"http://{served.address}/hooks/kota", "SECRET": served.secrets["kota"]}
    done = subprocess.run(["sh", str(file), "1", "2"], env=environ, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    until(lambda: sorted(dinas.texts()) == ["Jalan rusak", "Lampu padam"], 30.0)
    wrong = subprocess.run(
        ["sh", str(file), "1"], env={**environ, "SECRET": served.secrets["dinas"]}, capture_output=True, text=True, timeout=30
    )
    assert wrong.returncode != 0 and "401" in wrong.stderr


def test_the_processes_of_one_web_count_together(served: Served, tmp_path: Path) -> None:
    add_account(served.hub, "prometheus", "kucing-hujan-sepeda-7", Role.MONITOR)
    token = add_token(served.hub, "prometheus", "test", Scope.READ, days=1)
    log = tmp_path / "web.log"
    # A process that has counted already cannot share any more, so this one is not forked from the tests' own.
    command = [str(Path(sys.executable).with_name("simpul")), "web", "--port", "0", "--workers", "2"]
    environ = {**os.environ, "SIMPUL_HOME": str(tmp_path)}
    with log.open("w") as file, subprocess.Popen(command, env=environ, stderr=file, stdout=file) as web:
        try:
            until(lambda: "event=answering" in log.read_text("utf-8"), 30.0)
            served.address = str(urlsplit(re.findall(r"event=answering url=(\S+)", log.read_text("utf-8"))[-1]).netloc)
            line = served.line("kota")
            for _ in range(40):
                assert line.send() == 202
            asked = Request(f"http://{served.address}/metrics", headers={"Authorization": f"Bearer {token}"})
            with urlopen(asked, timeout=30) as answer:
                told = answer.read().decode()
            assert [answer_to_much(served.address, head)[9:12] for head in HEADS] == [b"413", b"411"]
            pids = set(re.findall(r"_(\d+)\.db", " ".join(each.name for each in Path(_folder(web.pid)).iterdir())))
        finally:
            web.terminate()
            web.wait(30)
    assert 'simpul_webhooks_total{connection="kota",outcome="accepted"} 40.0' in told and "simpul_database_up 1.0" in told
    assert len(pids) >= 2, "more than one process has counted"


def _folder(pid: int) -> str:
    """Return where a process counts, once it is known by its files."""
    opened = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()]
    return str(next(Path(each).parent for each in opened if "simpul-metrics-" in each))
