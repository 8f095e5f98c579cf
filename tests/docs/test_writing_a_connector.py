"""The connector in docs/connectors/writing.md works as it stands on the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from connectors.memory.app import MemoryApp
from contracts.conformance.world import World
from contracts.connector import Capabilities, RecordState
from hub.cli.exits import Exit
from hub.plugins import Connectors
from tests.hub.cli.office import Office

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "connectors" / "writing.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package of the page, laid out as pip lays it out."""
    folder = tmp_path / "site"
    folder.mkdir()
    code, suite = blocks("python")
    (folder / "simpul_folder.py").write_text(code, "utf-8")
    (folder / "test_folder.py").write_text(suite, "utf-8")
    project = tomllib.loads(blocks("toml")[0])["project"]
    points = "\n".join(f"{name} = {module}" for name, module in project["entry-points"]["simpul.connectors"].items())
    meta = folder / f"simpul_folder-{project['version']}.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    (meta / "entry_points.txt").write_text(f"[simpul.connectors]\n{points}\n")
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    sys.modules.pop("simpul_folder", None)
    MemoryApp.forget()


@pytest.fixture
def office(package: Path, tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.terminal.close()


@pytest.fixture
def complaints(tmp_path: Path) -> Path:
    """The app's folder with the one file that the page shows."""
    folder = tmp_path / "pengaduan"
    folder.mkdir()
    (folder / "000123.json").write_text(blocks("json")[0], "utf-8")
    return folder


@pytest.fixture
def settings(office: Office, complaints: Path) -> str:
    return office.write("folder.yaml", blocks("yaml")[0].replace("/srv/pengaduan", str(complaints)))


def row(complaints: Path, ref: str = "000123") -> dict[str, object]:
    return dict(json.loads((complaints / f"{ref}.json").read_text("utf-8")))


def test_the_package_of_the_page_is_found_and_not_broken(package: Path) -> None:
    connectors = Connectors.installed()
    assert "folder" in connectors.names()
    assert not [broken for broken in connectors.broken if broken.package == "simpul-folder"]


def test_it_passes_the_suite_with_the_test_of_the_page(package: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), str(ROOT)])}
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-W", "error", "--rootdir", str(package)]
    told = subprocess.run([*command, "test_folder.py"], cwd=package, env=environ, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    passed = re.search(r"(\d+) passed", told.stdout)
    assert passed and int(passed[1]) >= 45, told.stdout


def test_the_file_that_the_page_shows_is_read_in_every_part(package: Path, complaints: Path) -> None:
    kind = Connectors.installed().get("folder")
    text = blocks("yaml")[0].replace("/srv/pengaduan", str(complaints))
    connector = kind(kind.settings_schema().load(YAML(typ="safe").load(text)))
    record = connector.fetch("000123")
    assert record.complaint.submitted_at is not None and record.complaint.submitted_at.isoformat() == "2026-11-02T01:15:00+00:00"
    assert (record.complaint.category, record.raw, record.same_as) == ("Penerangan", {"status": "proses"}, {"lapor": "8812345"})
    assert [each.response.text for each in record.responses] == ["Petugas berangkat."]


def test_every_command_of_the_page_does_what_it_says(office: Office, settings: str, complaints: Path) -> None:
    (complaints / "rusak.json").write_text("{", "utf-8")
    last = blocks("sh")[-1]
    for line in last.replace("folder.yaml", settings).splitlines():
        words = line.partition("#")[0].split()[1:]
        told = office.run(*words, typed="ya\n")
        assert told.exit_code == (Exit.WAITS if words == ["sync", "desa"] else Exit.OK), told.output  # the broken file waits
        assert "folder" in told.output or words != ["connectors"]
    assert row(complaints)["status"] == "proses"
    assert [each["ref"] for each in office.json("quarantine", "list")] == ["rusak"]


def test_it_is_synchronised_both_ways_with_an_app_in_memory(office: Office, settings: str, complaints: Path) -> None:
    (kota,) = office.live("kota")
    office.ok("connections", "add", "desa", "--kind", "folder", "--agency", "DESA", "--file", settings)
    office.ok("agencies", "apply", office.write("a.yaml", "- {code: DESA, name: Desa, connection: desa}\n"), "--yes")
    office.ok("connections", "approve", "desa", "--yes")

    filed = office.filed(kota, "Jalan berlubang")  # from memory to the folder, and the answer back
    office.ok("complaints", "assign", filed, "--agency", "DESA")
    office.ok("sync", "desa")
    (ours,) = [path.stem for path in complaints.iterdir() if path.stem != "000123"]
    assert row(complaints, ours)["judul"] == "Jalan berlubang"
    answer = {"id": "1", "isi": "Sudah ditambal.", "waktu": "2026-11-02T10:00:00+07:00"}
    (complaints / f"{ours}.json").write_text(json.dumps({**row(complaints, ours), "status": "selesai", "tanggapan": [answer]}))
    office.ok("sync", "desa")
    office.ok("sync", "kota")
    (there,) = kota.store.rows.values()
    assert (there.status, [reply.text for reply in there.replies]) == ("answered", ["Sudah ditambal."])

    first = {**row(complaints), "isi": "Lampu di depan balai desa mati.", "status": "baru", "tanggapan": []}
    (complaints / "000124.json").write_text(json.dumps(first))
    office.ok("sync", "desa")  # from the folder to memory, and the answer back
    (found,) = [
        one["id"] for one in office.json("complaints", "list") if [link["ref"] for link in office.links(one["id"], "desa")] == ["000124"]
    ]
    office.ok("complaints", "assign", found, "--agency", "KOTA")
    office.ok("sync", "kota")
    (mirror,) = [each for ref, each in kota.store.rows.items() if ref != there.ref]
    kota.respond(mirror.ref, "Lampu sudah diganti.")
    kota.set_status(mirror.ref, "answered")
    office.ok("sync", "kota")
    office.ok("sync", "desa")
    said = row(complaints, "000124")
    assert said["status"] == "selesai" and "Lampu sudah diganti." in str(said["tanggapan"])

    before = {path.name: path.read_bytes() for path in complaints.iterdir()}  # and a second time nothing moves
    office.ok("sync", "--all")
    assert before == {path.name: path.read_bytes() for path in complaints.iterdir()}


def test_the_page_names_every_capability_every_record_state_and_everything_of_the_world(package: Path) -> None:
    written = set(re.findall(r"\w+", PAGE))
    assert set(Capabilities.__dataclass_fields__) <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert {state.name for state in RecordState} <= written
    assert {"World", "Finding"} <= written and World.__doc__


def test_a_misspelt_setting_is_told_in_a_sentence(office: Office, settings: str) -> None:
    told = office.fails(
        Exit.CONFIGURATION, "connections", "add", "desa", "--kind", "folder", "--set", "foldr=/srv", "--set", "status.words.a=received"
    )
    assert "Did you mean folder?" in told
