"""The Dockerfile and the compose files as they are written, for tests that check them and for one that runs them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"


@dataclass
class Stage:
    """One stage of the Dockerfile: its base, and its instructions in order, as (word, rest)."""

    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, word: str) -> list[str]:
        return [rest for step, rest in self.steps if step == word]

    def last(self, word: str) -> str:
        return self.all(word)[-1]


def dockerfile() -> list[Stage]:
    """Every stage, with the arguments before the first one put in."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for word, rest in _instructions((DOCKER / "Dockerfile").read_text("utf-8")):
        if word == "ARG" and not stages:
            name, _, value = rest.partition("=")
            arguments[name] = value
        elif word == "FROM":
            stages.append(Stage(re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], rest.split()[0])))
        else:
            stages[-1].steps.append((word, rest))
    return stages


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", " ", lines).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, rest.strip()


def environment(stage: Stage) -> dict[str, str]:
    """What ENV sets."""
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(stage.all("ENV"))))


def words_of(rest: str) -> list[str]:
    """The words of ENTRYPOINT, CMD or a HEALTHCHECK's CMD in the JSON form: the one that needs no shell."""
    words = json.loads(rest[rest.index("[") :])
    assert isinstance(words, list) and all(isinstance(word, str) for word in words)
    return words


def compose(*files: str) -> dict[str, Any]:
    """Read compose files as compose does: what a later one says of a service is added to what the first says."""
    whole: dict[str, Any] = {}
    for name in files or ("compose.yaml",):
        _merge(whole, YAML(typ="safe", pure=True).load(DOCKER / name))
    return whole


def _merge(whole: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(whole.get(name), dict):
            _merge(whole[name], value)
        elif isinstance(value, list) and isinstance(whole.get(name), list) and name in ("volumes", "secrets", "ports"):
            whole[name] = whole[name] + value
        else:
            whole[name] = value


def command(service: Mapping[str, Any]) -> list[str]:
    """What a container of our image is started with."""
    entry = service.get("entrypoint") or words_of(dockerfile()[-1].last("ENTRYPOINT"))
    return [*entry, *(service.get("command") or words_of(dockerfile()[-1].last("CMD")))]


def settings(text: str) -> dict[str, str]:
    """What an env file sets."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
