"""What the images run, run: built as the Dockerfile says, started as compose says, as a user without rights, until a complaint is through.

Only what a container engine would do is done otherwise: folders of an image are folders below a temporary one, its ports
are free ones, and PostgreSQL and RabbitMQ are the real ones of this machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.docker.files import DOCKER, ROOT, command, compose, dockerfile, environment, settings

pytestmark = [pytest.mark.real, pytest.mark.timeout(600), pytest.mark.xdist_group("rabbitmq")]

_NOBODY = 65534
_SAID = "Pohon tumbang menutup jalan di depan balai desa sejak subuh"
_ROLES = ("web", "worker", "scheduler", "region")


_PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
_NOWHERE: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def free_port() -> int:
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def until(wanted: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Ask until the answer is not empty, and return it."""
    began = time.monotonic()
    while not (found := wanted()):
        assert time.monotonic() - began < seconds, "waited in vain"
        time.sleep(0.1)
    return found


def _interpreter() -> tuple[str, dict[str, Any]]:
    """Find a Python that somebody without rights may run, and what starts a process as such a one; else our own, as ourselves."""
    nobody: dict[str, Any] = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
    for found in (sys._base_executable, "/usr/local/bin/python3.11", "/usr/bin/python3.11"):  # type: ignore[attr-defined]
        if os.geteuid() == 0 and os.path.exists(found):
            try:
                if subprocess.run([found, "-c", "import ensurepip, venv"], **nobody, **_NOWHERE, check=False).returncode == 0:
                    return found, nobody
            except PermissionError:
                continue
    return sys._base_executable, {}  # type: ignore[attr-defined]


class Machine:
    """One machine's folders and ports in place of those of the containers."""

    def __init__(self, folder: Path, database: str, broker: str) -> None:
        self.folder = folder
        self.python, self.rights = _interpreter()
        self.places = {place: str(folder / place.strip("/")) for place in ("/opt/simpul", "/dist", "/src", "/run/secrets")}
        self.places |= {place: str(folder / place.strip("/")) for place in ("/var/lib/simpul", "/srv/example", "/backups", "/etc/simpul")}
        self.ports = {number: str(free_port()) for number in ("8080", "8090", "9101", "9102")}
        self.services = compose("compose.yaml", "example/compose.yaml")["services"]
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._lay_out(database, broker)

    def here(self, text: str) -> str:
        """Say of this machine what is said of a container."""
        for place, mine in self.places.items():
            text = re.sub(rf"(?<![\w.]){place}\b", mine, text)
        for number, mine in self.ports.items():
            text = re.sub(rf"\b{number}\b", mine, text)
        return text.replace("0.0.0.0", "127.0.0.1")

    def _lay_out(self, database: str, broker: str) -> None:
        for place in self.places.values():
            Path(place).mkdir(parents=True)
        shutil.copy(DOCKER / "prepare.sh", self.folder)
        subprocess.run(["sh", str(self.folder / "prepare.sh")], check=True, capture_output=True)
        made = (self.folder / "secrets" / "simpul.yaml").read_text()
        # The addresses in it are of a network that only containers have.
        made = re.sub(r"postgresql://\S+@postgresql:\S+?(?=\")", database.replace("+psycopg", ""), made)
        made = re.sub(r"amqp://\S+@rabbitmq:\S+?(?=\")", broker, made)
        assert "simpul@" not in made and made.count("127.0.0.1") == 2
        Path(self.places["/run/secrets"], "simpul.yaml").write_text(made)
        for name in ("connections.yaml", "agencies.yaml"):
            Path(self.places["/etc/simpul"], name).write_text(self.here((DOCKER / "example" / name).read_text()))
        for place in self.places:
            if self.rights and place in ("/var/lib/simpul", "/srv/example", "/backups"):
                os.chown(self.places[place], _NOBODY, _NOBODY)

    # -- the image

    def build(self) -> None:
        """Carry out the first stage's instructions, in their order."""
        source = Path(self.places["/src"])
        for word, rest in dockerfile()[0].steps:
            if word == "COPY":
                *froms, to = rest.split()
                for name in froms:
                    _copy(ROOT / name, source / (to if len(froms) == 1 and to != "./" else name))
            elif word == "RUN":
                line = re.sub(r"^python\b", self.python, self.here(rest))
                ended = subprocess.run(line, shell=True, cwd=source, env=_clean(), capture_output=True, text=True, check=False)
                assert ended.returncode == 0, f"{line}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}"

    # -- containers

    def environ(self, service: Mapping[str, Any]) -> dict[str, str]:
        """What a process in the container sees, and nothing of this test."""
        given = environment(dockerfile()[-1]) | {"HOME": "/var/lib/simpul", "TMPDIR": "/srv/example"}
        for file in service.get("env_file", []):
            given |= settings((DOCKER / file).read_text("utf-8"))
        given |= service.get("environment", {})
        return {name: self.here(value.replace("$PATH", "/usr/bin:/bin")) for name, value in given.items()}

    def popen(self, name: str, words: list[str], **how: Any) -> subprocess.Popen[bytes]:
        service = self.services[name]
        words = [self.here(word) for word in words]
        found = shutil.which(words[0], path=self.environ(service)["PATH"])
        assert found is not None, words
        return subprocess.Popen([found, *words[1:]], env=self.environ(service), cwd=self.places["/var/lib/simpul"], **self.rights, **how)

    def run(self, name: str, *words: str, typed: str = "") -> str:
        """Run a command to its end as ``docker compose run`` does; without words, the service's own."""
        process = self.popen(name, ["simpul", *words] if words else command(self.services[name]), **_PIPES)
        said, wrong = process.communicate(typed.encode(), timeout=120)
        assert process.returncode == 0, f"{name} {words}: {said.decode()} {wrong.decode()}"
        return said.decode()

    def start(self, name: str) -> None:
        """Start a service that stays, once what it depends on is as far as it says; wait until it is healthy."""
        for other, how in self.services[name]["depends_on"].items():
            healthy = how["condition"] == "service_healthy"
            assert other in ("postgresql", "rabbitmq", "migrate") or (healthy and self.healthy(other)), (name, other)
        with self.log(name).open("wb") as log:
            self.running[name] = self.popen(name, command(self.services[name]), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        until(lambda: self.healthy(name) or self.running[name].poll() is not None)
        assert self.running[name].poll() is None, self.log(name).read_text()

    def healthy(self, name: str) -> bool:
        """Ask as compose asks."""
        test = self.services[name]["healthcheck"]["test"]
        assert test[0] == "CMD"
        return self.popen(name, test[1:], **_NOWHERE).wait(20) == 0

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def stop(self) -> dict[str, int]:
        """Ask all to end, as compose does, and return how each ended."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(int(self.services[name].get("stop_grace_period", "10s")[:-1])) for name, process in self.running.items()}

    def kill(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.kill()
                process.wait()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _clean() -> dict[str, str]:
    """This environment without the virtual one that the test runs in."""
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if not part.startswith(sys.prefix))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SIMPUL_", "PYTEST", "VIRTUAL_ENV", "PYTHON"))}
    return {**kept, "PATH": path}


@contextmanager
def _machine(database: str, broker: str) -> Iterator[Machine]:
    # Not pytest's own folder: nobody else may enter that.
    with tempfile.TemporaryDirectory(prefix="simpul-image-") as folder:
        os.chmod(folder, 0o755)
        machine = Machine(Path(folder), database, broker)
        try:
            yield machine
        finally:
            machine.kill()


def _asked(machine: Machine, token: str, path: str) -> Any:
    asking = urllib.request.Request(machine.here(f"http://127.0.0.1:8080/api/v1{path}"), headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asking, timeout=20) as answer:
        return json.load(answer)


def _file(machine: Machine, text: str) -> None:
    """File through the region's own form, as a citizen does."""
    form = {"judul": "Pohon tumbang", "isi": text, "name": "Ratna Wulandari", "phone": "081234567890", "nik": "3502170101900001"}
    data = urllib.parse.urlencode(form | {"kategori": "Lingkungan", "kode_wilayah": "33.74.01", "alamat": "Balai Desa"}).encode()
    with urllib.request.urlopen(machine.here("http://127.0.0.1:8090/lapor"), data=data, timeout=20) as answer:
        assert answer.status == 200


def _answers(machine: Machine) -> list[str]:
    file = Path(machine.places["/srv/example"]) / "laporkota.sqlite3"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as sql:
        return [
            row[0] for row in sql.execute("SELECT c.body FROM comments c JOIN reports r ON r.id = c.report_id WHERE r.isi = ?", (_SAID,))
        ]


def test_what_the_images_run_carries_a_complaint_and_ends_clean(postgresql_url: str, broker: str) -> None:
    with _machine(postgresql_url, broker) as machine:
        machine.build()
        machine.run("migrate")
        told = machine.run("migrate", "init", "--admin", "admin", "--password-stdin", typed="kucing-hujan-sepeda-7\n")
        assert "kucing" not in told
        machine.run("migrate", "accounts", "add", "peta", "--role", "monitor", "--password-stdin", typed="kucing-hujan-sepeda-7\n")
        token = re.findall(r"\S{30,}", machine.run("migrate", "tokens", "add", "peta", "--account", "peta"))[0]
        for name in ("region", "web", "worker", "scheduler"):
            machine.start(name)
        machine.run("connect")
        machine.run("connect", "connections", "show", "laporkota")
        _file(machine, _SAID)

        def arrived() -> list[dict[str, Any]]:
            items = _asked(machine, token, "/complaints?limit=200&order=newest")["items"]
            return [one for one in items if one["title"] == "Pohon tumbang"]

        (complaint,) = until(arrived)
        machine.run("migrate", "complaints", "assign", complaint["id"], "--agency", "33.74")
        machine.run("migrate", "complaints", "answer", complaint["id"], "--text", "Petugas berangkat")
        until(lambda: _answers(machine) == ["Petugas berangkat"])
        machine.run("backup")
        (made,) = Path(machine.places["/backups"]).iterdir()
        assert {"hub.dump", "manifest.json"} == set(zipfile.ZipFile(made).namelist())
        assert all(machine.healthy(name) for name in _ROLES)
        assert machine.stop() == dict.fromkeys(_ROLES, 0)
        assert not any(machine.healthy(name) for name in _ROLES)
        for name in ("web", "worker", "scheduler"):
            assert not re.search(r'"level": ?"(error|critical)"|Traceback|Ratna|3502170101900001|kucing', machine.log(name).read_text())
