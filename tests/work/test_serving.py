"""`simpul serve` as a process: it takes its port first, works, and ends within two seconds whatever hangs."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from hub.build import Hub
from hub.cli.exits import Exit
from hub.cli.root import root
from hub.cli.terminal import Terminal
from hub.store import tables
from tests.real.homemade import HomemadeApp, homemade
from tests.real.network import join, watch
from tests.work.processes import Processes
from tests.work.test_hands import until

SAID = "Lampu jalan di depan pasar padam sejak kemarin malam"


def test_a_port_that_is_taken_is_one_sentence_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        terminal = Terminal({"SIMPUL_HOME": str(tmp_path / "hub"), "HOME": str(tmp_path)})
        result = CliRunner().invoke(root, ["serve", "--port", str(port), "--lang", "en"], obj=terminal)
    assert result.exit_code == Exit.REFUSED
    assert result.output.startswith(f"Error: Port {port} on 127.0.0.1 cannot be used: Address already in use.")
    assert not (tmp_path / "hub").exists()


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    terminal = Terminal({"SIMPUL_HOME": str(tmp_path / "hub"), "HOME": str(tmp_path)})
    result = CliRunner().invoke(root, ["serve", "--host", "192.0.2.1", "--port", "0"], obj=terminal)
    assert result.exit_code == Exit.REFUSED
    assert "--" in result.output and "Traceback" not in result.output


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[tuple[HomemadeApp, HomemadeApp]]:
    """Two apps in files, joined in a hub."""
    first, second = (f"sqlite:///{tmp_path / name}.db" for name in ("kota", "dinas"))
    with homemade("kota", first, careful=True) as kota, homemade("dinas", second, careful=True) as dinas:
        join(tmp_path, f"sqlite:///{tmp_path / 'hub.db'}", (kota, dinas))
        yield kota, dinas


def holder(hub: Hub, name: str = "dinas") -> str | None:
    """Who is at work on a connection."""
    with hub.store.reading() as sql:
        owner: str | None = sql.execute(select(tables.connections.c.lease_owner).where(tables.connections.c.name == name)).scalar()
        return owner


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Processes]:
    """Servers of that hub."""
    with Processes(tmp_path, "--every", "0.2") as processes:
        yield processes


def told(server: Processes) -> str:
    """What it has said so far."""
    return server.log.read_text("utf-8") if server.log.exists() else ""


@pytest.mark.long
def test_it_answers_carries_a_complaint_across_and_ends_clean(apps: tuple[HomemadeApp, HomemadeApp], server: Processes) -> None:
    kota, dinas = apps
    pid = server.start()
    until(lambda: "event=serving" in told(server), 30.0)
    [url] = re.findall(r"url=(\S+)", told(server))
    assert urlopen(url, timeout=10).status == 200
    kota.file(SAID)
    until(lambda: dinas.texts() == [SAID], 30.0)
    began = time.monotonic()
    assert server.end(pid, signal.SIGINT) == 0
    assert time.monotonic() - began < 2.0
    assert "hanging=[]" in told(server)
    assert "level=error" not in told(server) and "Traceback" not in told(server)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_within_two_seconds_while_a_session_hangs_and_the_next_one_goes_on(
    tmp_path: Path, apps: tuple[HomemadeApp, HomemadeApp], server: Processes, number: signal.Signals
) -> None:
    kota, dinas = apps
    locked = sqlite3.connect(tmp_path / "dinas.db", isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")
    pid = server.start()
    kota.file(SAID)
    hub = watch(tmp_path, f"sqlite:///{tmp_path / 'hub.db'}")
    until(lambda: holder(hub) is not None, 30.0)
    began = time.monotonic()
    assert server.end(pid, number) == 0
    assert time.monotonic() - began < 2.0
    assert "dinas" in told(server).rpartition("hanging=")[2]
    locked.execute("ROLLBACK")
    locked.close()
    server.start()
    until(lambda: dinas.texts() == [SAID], 30.0)
    hub.close()


@pytest.mark.long
def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path, apps: tuple[HomemadeApp, HomemadeApp], server: Processes) -> None:
    locked = sqlite3.connect(tmp_path / "dinas.db", isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")
    pid = server.start()
    hub = watch(tmp_path, f"sqlite:///{tmp_path / 'hub.db'}")
    until(lambda: holder(hub) is not None, 30.0)
    server.tell(pid, signal.SIGINT)
    until(lambda: "event=stopping" in told(server))
    began = time.monotonic()
    assert server.end(pid, signal.SIGINT) == Exit.INTERRUPTED
    assert time.monotonic() - began < 1.0
    locked.close()
    hub.close()
