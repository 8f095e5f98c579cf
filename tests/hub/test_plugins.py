"""Real plugin packages are laid out on disk and found as any installed one is; pluggy is not replaced."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from types import ModuleType

import pytest

from contracts.connector import Connector
from contracts.errors import ConfigurationProblems, NotFound
from hub.plugins import Connectors

GOOD = """
from collections.abc import Iterator
from marshmallow import Schema
from contracts.connector import Capabilities, Connector, Feed, Page, Record
from contracts.hookspecs import hookimpl

class {kind}(Connector):
    name = "{name}"
    summary = "A kind of app."
    settings_schema = Schema
    capabilities = Capabilities(Feed.POLL, frozenset())
    def check(self): ...
    def changes(self, since): yield from ()
    def fetch(self, ref): raise NotImplementedError

@hookimpl
def register_connector():
    return {kind}
"""

Install = Callable[..., None]


def good(name: str) -> str:
    return GOOD.format(kind=name.title(), name=name)


class Site:
    """A folder of installed packages, each with one connector in an entry point."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str, source: str, package: str | None = None) -> str:
        """Lay out a package and return the name of its module."""
        package = package or f"simpul-{name}"
        module = f"plugin_{package.replace('-', '_')}"
        (self.folder / f"{module}.py").write_text(source)
        meta = self.folder / f"{package.replace('-', '_')}-1.0.dist-info"
        meta.mkdir()
        (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (meta / "entry_points.txt").write_text(f"[simpul.connectors]\n{name} = {module}\n")
        return module

    def points(self) -> list[EntryPoint]:
        return [point for dist in distributions(path=[str(self.folder)]) for point in dist.entry_points]

    def connectors(self) -> Connectors:
        return Connectors.installed(self.points())


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Site(tmp_path)
    for name in [name for name in sys.modules if name.startswith("plugin_")]:
        del sys.modules[name]


def _module(source: str) -> ModuleType:
    module = ModuleType("outside")
    exec(compile(source, "outside.py", "exec"), module.__dict__)
    return module


def test_an_installed_connector_is_found_by_the_name_of_its_entry_point(site: Site) -> None:
    site.install("roundup", good("roundup"))
    site.install("kannel", good("kannel"))
    connectors = site.connectors()
    assert connectors.names() == ["kannel", "roundup"]
    assert issubclass(connectors.get("roundup"), Connector)
    assert connectors.get("roundup").name == "roundup"
    assert connectors.broken == ()


def test_a_misspelt_name_is_told_the_nearest_one(site: Site) -> None:
    site.install("roundup", good("roundup"))
    with pytest.raises(NotFound, match="Did you mean roundup?"):
        site.connectors().get("rundup")
    with pytest.raises(NotFound, match="There are none"):
        Connectors().get("rundup")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("raise RuntimeError('out of order')", "RuntimeError: out of order"),
        ("import a_driver_that_is_not_there", "ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("this is no Python", "SyntaxError"),
        ("", "no register_connector hook"),
        (good("bad").replace("def register_connector()", "def register_conector()") + "\nregister_connector = 1", "register_conector"),
        (good("bad").replace("def register_connector()", "def register_connector(extra)"), "extra"),
        (good("bad").replace("return Bad", "raise KeyError('x')"), "KeyError"),
        (good("bad").replace("return Bad", "return 'Bad'"), "derived from contracts.connector.Connector"),
        (good("bad").replace("return Bad", "return None"), "no register_connector hook"),
        (good("bad").replace("    def check(self): ...\n", "").replace('    summary = "A kind of app."\n', ""), "lacks check, summary"),
        (good("other"), "is called 'bad' but its connector 'other'"),
    ],
)
def test_a_broken_plugin_is_listed_with_its_error_and_stops_no_other(site: Site, source: str, told: str) -> None:
    site.install("bad", source)
    site.install("roundup", good("roundup"))
    site.install("alpha", good("alpha"))
    connectors = site.connectors()
    assert connectors.names() == ["alpha", "roundup"]
    [broken] = connectors.broken
    assert (broken.name, broken.package) == ("bad", "simpul-bad")
    assert told in broken.problem
    with pytest.raises(NotFound, match="simpul-bad"):
        connectors.get("bad")


def test_nobody_takes_the_name_of_a_connector_of_ours(site: Site) -> None:
    site.install("roundup", good("roundup"), package="a-stranger")
    ours = site.install("roundup", good("roundup"), package="simpul")
    connectors = site.connectors()
    assert connectors.get("roundup").__module__ == ours
    assert [(broken.package, "already brings" in broken.problem) for broken in connectors.broken] == [("a-stranger", True)]


def test_a_module_is_registered_by_hand_and_only_once() -> None:
    connectors = Connectors()
    module = _module(good("roundup"))
    assert connectors.register(module) is connectors.get("roundup")
    with pytest.raises(ConfigurationProblems, match="registered already"):
        connectors.register(module)
    assert connectors.names() == ["roundup"]


def test_a_module_that_was_refused_leaves_nothing_behind() -> None:
    connectors = Connectors()
    with pytest.raises(ConfigurationProblems, match="no register_connector hook"):
        connectors.register(_module(""))
    with pytest.raises(ConfigurationProblems, match="already brings"):
        connectors.register(_module(good("roundup"))) and connectors.register(_module(good("roundup")))
    connectors.register(_module(good("kannel")))
    assert connectors.names() == ["kannel", "roundup"]


def test_every_installed_connector_of_this_project_works() -> None:
    connectors = Connectors.installed()
    assert [broken for broken in connectors.broken if broken.package == "simpul"] == []
