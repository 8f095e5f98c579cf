"""dlt in an environment of its own, which is made once and kept beside the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from benchmarks.databases import fresh
from benchmarks.running import ROOT, LocalApp

ENVIRONMENT = ROOT / ".venv-bench"
_PYTHON = ENVIRONMENT / "bin" / "python"
_WANTED = ("dlt[sqlalchemy,postgres]",)
_SHOWN = ("dlt", "sqlalchemy", "psycopg2-binary", "requests", "orjson")
_PATIENCE = 1200.0


@dataclass(frozen=True, slots=True)
class Load:
    """One load by dlt: ``seconds`` without start and imports, rows in its table, peak memory of its process in MB."""

    seconds: float
    rows: int
    memory: float
    durability: str
    version: str


def install() -> str:
    """Make the environment if it is not there, and say what is in it."""
    if not _PYTHON.exists() or subprocess.run([_PYTHON, "-c", "import dlt"], check=False, capture_output=True).returncode:
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        subprocess.run([_PYTHON, "-m", "pip", "install", "--quiet", "--upgrade", *_WANTED], check=True)
    told = subprocess.run([_PYTHON, "-m", "pip", "list", "--format=json"], check=True, capture_output=True, text=True)
    versions = {each["name"].lower(): each["version"] for each in json.loads(told.stdout)}
    return ", ".join(f"{name} {versions[name]}" for name in _SHOWN if name in versions)


def load(app: LocalApp, kind: str) -> Load:
    """Let dlt load everything the app has into a fresh database; raises CalledProcessError with what it said."""
    with tempfile.TemporaryDirectory(prefix="simpul-bench-") as folder, fresh(kind, Path(folder)) as url:
        command: list[str | Path] = [_PYTHON, Path(__file__).with_name("dlt_load.py"), app.url, kind, _plain(url), folder]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        if done.returncode:
            sys.stderr.write(done.stderr[-3000:])
            done.check_returncode()
        return Load(**json.loads(done.stdout.splitlines()[-1]))


def _plain(url: str) -> str:
    # dlt insists on a password, also for a server that trusts this machine.
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql", password=address.password or "none")
    return address.render_as_string(hide_password=False)
