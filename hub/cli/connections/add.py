"""Making a connection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from ruamel.yaml.error import YAMLError

from contracts.errors import ConfigurationProblems
from hub.cli.command import Command, terminal
from hub.cli.terminal import Terminal
from hub.operations import connections as operations
from hub.operations.agencies import agencies
from hub.operations.files import parse, read_yaml

_SECTIONS = {"settings", "policy"}


@click.command(cls=Command)
@click.argument("name")
@click.option("--kind", required=True, help="Kind of app; `simpul connectors` lists them.")
@click.option("--agency", help="Code of the agency whose app it is.")
@click.option("--file", "path", type=click.Path(path_type=Path), help="YAML with settings: and policy:, or with the settings alone.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="One setting; dots lead into sections.")
@click.option("--secret", "asked", multiple=True, metavar="KEY", help="Ask for this setting without showing it.")
@click.option("--secret-env", "variables", multiple=True, metavar="KEY=VARIABLE", help="Take this setting from the environment.")
@terminal
def add(
    term: Terminal,
    name: str,
    kind: str,
    agency: str | None,
    path: Path | None,
    pairs: tuple[str, ...],
    asked: tuple[str, ...],
    variables: tuple[str, ...],
) -> None:
    """Add a connection; it reads, and writes nothing before it is approved."""
    settings, policy = sections(read_yaml(path) if path else {})
    for pair in pairs:
        _put(settings, *_pair(pair), as_yaml=True)
    for pair in variables:
        key, variable = _pair(pair)
        _put(settings, key, _from_environment(term.environ, variable), as_yaml=False)
    for key in asked:
        _put(settings, key, click.prompt(key, hide_input=True), as_yaml=False)
    operations.add(term.hub, name, kind, settings, agency=agency, policy=policy)
    term.say(f"Koneksi {name} ditambahkan; belum ada yang dikirim.", f"Connection {name} was added; nothing is sent yet.")
    _next(term, name, agency)


def sections(content: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a file into settings and policy; a file without these sections is the settings alone."""
    if content is None:
        return {}, {}
    if not isinstance(content, dict):
        raise ConfigurationProblems([("file", "is not a list of settings; write 'name: value' lines")])
    if not _SECTIONS & content.keys():
        return content, {}
    strange = sorted(str(name) for name in content.keys() - _SECTIONS)
    found = [(name, "stands beside settings: and policy:; move it into one of them") for name in strange]
    found += [(name, "is not a section of 'name: value' lines") for name in content if not isinstance(content[name] or {}, Mapping)]
    if found:
        raise ConfigurationProblems(found)
    return dict(content.get("settings") or {}), dict(content.get("policy") or {})


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise click.UsageError(f"'{key}' is not KEY=VALUE.")
    return key, value


def _put(settings: dict[str, Any], key: str, text: str, *, as_yaml: bool) -> None:
    *way, last = key.split(".")
    for step in way:
        inner = settings.setdefault(step, {})
        if not isinstance(inner, dict):
            raise click.UsageError(f"'{step}' in {key} is not a section.")
        settings = inner
    try:
        settings[last] = parse(text) if as_yaml and text else text
    except YAMLError:
        settings[last] = text


def _from_environment(environ: Mapping[str, str], variable: str) -> str:
    value = environ.get(variable)
    if value is None:
        raise ConfigurationProblems([(variable, "is not set in the environment; set it, or use --secret to be asked")])
    return value


def _next(term: Terminal, name: str, agency: str | None) -> None:
    steps = [f"simpul connections check {name}", f"simpul sync {name}", f"simpul connections approve {name}"]
    known = {each.code: each.connection for each in agencies(term.hub)}
    if agency is not None and known.get(agency) != name:
        steps.insert(0, f"simpul agencies apply FILE   # {agency}: connection: {name}")
    click.echo("\n".join([term.t("Langkah berikut:", "Next:"), *(f"  {step}" for step in steps)]))
