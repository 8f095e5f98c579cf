"""docs/operations.md leads to a hub: what it says to type for systemd is typed, and what the units would run is run.

Only what belongs to the machine is done otherwise: folders are folders below a temporary one, the programs that make users,
databases and services only note that they were called, and what pip installs is the program that these tests run with.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.cli.exits import Exit
from hub.config import Settings
from tests.docker.files import DOCKER, ROOT
from tests.real.test_images import free_port, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

_PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
_PLACES = ("/opt/simpul", "/etc/simpul", "/etc/systemd/system", "/var/lib/simpul", "/var/backups/simpul", "/usr/local/bin")
_NOTING = ("useradd", "createuser", "createdb", "rabbitmqctl", "systemctl", "pip")
_RUNUSER = 'shift 3\nexec "$@"\n'
_INSTALL = """
for each do shift; case $each in -o|-g) skip=1 ;; *) [ "${skip-}" ] && skip= || set -- "$@" "$each" ;; esac; done
exec /usr/bin/install "$@"
"""
_PYTHON = f"""
mkdir -p "$3/bin"
ln -s "$(dirname "$0")/pip" "$3/bin/pip"
ln -s {Path(sys.executable).with_name("simpul")} "$3/bin/simpul"
"""


class Machine:
    """A machine on which root types what the page says."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database.replace("+psycopg", "")
        self.checkout = folder / "checkout"
        shutil.copytree(DOCKER, self.checkout / "docker")
        for path in (*(self.checkout / "docker" / "systemd").iterdir(), self.checkout / "docker" / "simpul.sh"):
            path.write_text(self.here(path.read_text("utf-8")), "utf-8")
        for place in ("opt", "etc/systemd/system", "var/lib", "var/backups", "usr/local/bin", "root", "bin"):
            (folder / place).mkdir(parents=True)
        note = f'echo "$(basename "$0") $*" >>{folder}/noted\n'
        bodies = dict.fromkeys(_NOTING, "") | {"runuser": _RUNUSER, "install": _INSTALL, "python3.11": _PYTHON}
        for name, body in bodies.items():
            (folder / "bin" / name).write_text(f"#!/bin/sh\n{note}{body}")
            (folder / "bin" / name).chmod(0o755)

    def here(self, text: str) -> str:
        """Say of this machine what is said of any."""
        return re.sub(rf"(?<![\w.])({'|'.join(_PLACES)})\b", lambda found: f"{self.folder}{found[1]}", text)

    def type(self, text: str) -> str:
        """Type lines as root, in the checkout; each must succeed."""
        # /usr/bin is behind, for what every machine has.
        path = f"{self.folder}/usr/local/bin:{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        environ = {"PATH": path, "HOME": str(self.folder / "root"), "LANG": "C.UTF-8", "LOGNAME": "root"}
        ended = subprocess.run(["sh", "-ec", self.here(text)], cwd=self.checkout, env=environ, capture_output=True, text=True, check=False)
        assert ended.returncode == Exit.OK, f"{text}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def configure(self, text: str) -> None:
        """Write the file of settings that the page shows, with the address of this database."""
        text, count = re.subn(r"postgresql://[^\"]+", self.database, text)
        assert count == 1
        (self.folder / "etc/simpul/simpul.yaml").write_text(text)

    def unit(self, name: str) -> tuple[list[str], dict[str, str]]:
        """What an installed unit runs, and what that sees."""
        found = configparser.RawConfigParser(strict=False)
        found.read(self.folder / "etc/systemd/system" / name)
        environ = dict(pair.split("=", 1) for pair in found["Service"]["Environment"].split())
        return found["Service"]["ExecStart"].split(), {**environ, "PATH": "/usr/bin:/bin", "HOME": str(self.folder / "root")}

    def run(self, name: str) -> None:
        """Run a unit that ends."""
        words, environ = self.unit(name)
        ended = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
        assert ended.returncode == Exit.OK, ended.stdout + ended.stderr

    def noted(self) -> list[str]:
        return (self.folder / "noted").read_text().splitlines()


def blocks(heading: str, language: str) -> list[str]:
    section = _PAGE[_PAGE.index(f"## {heading}\n") :]
    return re.findall(rf"```{language}\n(.*?)```", section[: section.index("\n## ", 1)], re.DOTALL)


@pytest.fixture
def machine(tmp_path: Path, postgresql_url: str) -> Iterator[Machine]:
    """A machine on which all that the page says under "Install with systemd" was typed."""
    machine = Machine(tmp_path, postgresql_url)
    install, begin = blocks("Install with systemd", "sh")
    (settings,) = blocks("Install with systemd", "yaml")
    machine.type(install)
    machine.configure(settings)
    told = machine.type(begin)
    assert re.search(r"(once|sekali ini): \S{12,}", told), told
    yield machine


def test_what_the_page_says_to_type_makes_a_hub_that_the_units_work_with(machine: Machine) -> None:
    home = machine.folder / "var/lib/simpul"
    assert {path.name: path.stat().st_mode & 0o777 for path in home.iterdir()} == {"keys.json": 0o600}
    assert not list((machine.folder / "root").iterdir()), "it went to root's own home"
    assert '"admin"' in machine.type("simpul accounts list --json")
    (pip,) = (line for line in machine.noted() if line.startswith("pip "))
    assert (machine.checkout / pip.split("--constraint ")[1].split()[0]).is_file() and pip.endswith(".[hub,mysql,postgresql]")
    (enabled,) = (line.split()[3:] for line in machine.noted() if line.startswith("systemctl enable"))
    units = {path.name for path in (machine.folder / "etc/systemd/system").iterdir()}
    assert {re.sub("@.*", "@", name) + ("" if "." in name else ".service") for name in enabled} <= units
    machine.run("simpul-migrate.service")
    words, environ = machine.unit("simpul-web.service")
    port = str(free_port())
    with (machine.folder / "log").open("wb") as log:
        web = subprocess.Popen([*words[:-1], port], env=environ, stdout=log, stderr=log)
    try:
        asks = [words[0], "health", f"http://127.0.0.1:{port}/health/ready"]
        until(lambda: subprocess.run(asks, env=environ, capture_output=True, check=False).returncode == 0 or web.poll() is not None)
        assert web.poll() is None, (machine.folder / "log").read_text()
        web.send_signal(signal.SIGTERM)
        assert web.wait(20) == 0
    finally:
        if web.poll() is None:
            web.kill()
            web.wait()


def test_what_the_unit_backed_up_is_restored_by_what_the_page_says(machine: Machine) -> None:
    machine.run("simpul-backup.service")
    (made,) = os.listdir(machine.folder / "var/backups/simpul")
    machine.type("simpul accounts add budi --role admin --password-stdin <<END\nkucing-hujan-sepeda-7\nEND")
    (restore,) = blocks("Restore", "sh")
    named = re.sub(r"(?<=/)simpul-\d+-\d+Z\.zip", f"{made} --replace --yes", restore)
    assert named != restore and '"budi"' in machine.type("simpul accounts list --json")
    machine.type(named)
    accounts = machine.type("simpul accounts list --json")
    assert '"admin"' in accounts and '"budi"' not in accounts
    assert [line.split()[1] for line in machine.noted() if line.startswith("systemctl st")] == ["stop", "start"]


def test_the_release_that_the_page_installs_is_this_one(machine: Machine) -> None:
    found = configparser.ConfigParser()
    found.read(ROOT / "setup.cfg")
    assert os.readlink(machine.folder / "opt/simpul").endswith(f"opt/simpul-{found['metadata']['version']}")
    given = {"SIMPUL_CONFIG": str(machine.folder / "etc/simpul/simpul.yaml"), "SIMPUL_HOME": str(machine.folder / "var/lib/simpul")}
    assert Settings.load(given).needed_broker().endswith("/simpul")
