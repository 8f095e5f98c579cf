"""What the hub is told about itself, read once at start: from the environment, and from a file if one is named.

A name in the environment beats the same name in the file; an empty value counts as not given. Nothing is read at import.
The file is the one that ``SIMPUL_CONFIG`` names, else ``simpul.yaml`` in the hub's home if there is one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from contracts.errors import ConfigurationProblems
from contracts.strict import nearest

PREFIX = "SIMPUL_"
DEFAULT_HOME = "~/.simpul"
OWN_FILE = "simpul.yaml"
LANGUAGES = ("id", "en")
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("logfmt", "json")

# Set for the test suite and CI, not for the hub; a shell that has them may still run it.
_OF_TESTS = re.compile(r"SIMPUL_(REAL|EXAMPLES|SAMPLES|APPS|SEED|HISTORIES|SHARDS|STEPS|NOSHRINK|TEST_\w+)")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_POSTGRESQL = "postgresql+psycopg"

Problems = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Settings:
    """One hub's settings, checked. ``database`` is an SQLAlchemy URL that may hold a password, so repr leaves it out.

    ``coordinator`` is the code of the agency that holds a complaint while it waits to be assigned; ``national`` names
    the connection that every verified complaint goes to (None: there is none yet). Paths are absolute. ``tls``: people
    reach the pages by https, so that cookies may travel over nothing else. ``broker`` is RabbitMQ's address (None: there
    is none, and `simpul serve` needs none); it may hold a password too.
    """

    home: Path
    database: str = field(repr=False)
    keys: Path
    coordinator: str = "pusat"
    national: str | None = None
    language: str = "id"
    log_level: str = "info"
    log_format: str = "logfmt"
    tls: bool = False
    broker: str | None = field(default=None, repr=False)

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Settings:
        """Read ``SIMPUL_*`` and the file of settings; raises ConfigurationProblems with all that is wrong."""
        problems: Problems = []
        default = {"home": _Given(f"{PREFIX}HOME", DEFAULT_HOME, Path.cwd(), _own_folder(environ))}
        given = default | _from_file(environ, problems) | _from_environment(environ, problems)
        checked: dict[str, Any] = {}
        for name, value in given.items():
            try:
                checked[name] = _CHECKS[name](value)
            except ValueError as error:
                problems.append((value.where, str(error)))
        if problems:
            raise ConfigurationProblems(problems)
        home: Path = checked["home"]
        checked.setdefault("database", f"sqlite:///{home / 'hub.db'}")
        checked.setdefault("keys", home / "keys.json")
        return cls(**checked)

    def needed_broker(self) -> str:
        """Return the broker's address; raises ConfigurationProblems if there is none."""
        if self.broker is None:
            raise ConfigurationProblems([(f"{PREFIX}BROKER", "is not set; write amqp://user:password@host:5672/vhost")])
        return self.broker


@dataclass(frozen=True, slots=True)
class _Given:
    """One value as it was given: where (for the message), the folder its relative paths start from, and the user's own."""

    where: str
    value: str
    folder: Path
    user: Path | None


def _path(given: _Given) -> Path:
    value = given.value
    if value == "~" or value.startswith("~/"):
        if not given.user:
            raise ValueError("starts with ~, but HOME names no folder; write the whole path")
        return given.user / value[2:]
    return given.folder / value


def _own_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the user's folder, what ``~`` stands for; None for a service that has none."""
    own = Path(environ.get("HOME", ""))
    return own if own.is_absolute() else None


def _database(given: _Given) -> str:
    # The value is never repeated in the message: it may hold a password.
    scheme, separator, rest = given.value.partition("://")
    if separator and rest and scheme in ("postgres", "postgresql", _POSTGRESQL):
        return f"{_POSTGRESQL}://{rest}"
    # A path that starts where the hub happens to be started would be another database each time; memory forgets.
    if scheme == "sqlite" and rest.startswith("//") and rest.strip("/"):
        return given.value
    raise ValueError("is not an address the hub can store in; write sqlite:////path/to/hub.db or postgresql://user:password@host/name")


def _broker(given: _Given) -> str:
    problem = "is not an address of RabbitMQ; write amqp://user:password@host:5672/vhost, or amqps:// for TLS"
    try:
        parsed = urlsplit(given.value)
        reachable = parsed.scheme in ("amqp", "amqps") and parsed.hostname and parsed.port != 0
    except ValueError:
        # Its own text quotes the address.
        raise ValueError(problem) from None
    if not reachable:
        raise ValueError(problem)
    return given.value


def _code(given: _Given) -> str:
    if not _CODE.fullmatch(given.value):
        raise ValueError(f"'{given.value}' is not a code; use at most 64 letters, digits, dots, hyphens and underscores")
    return given.value


def _one_of(words: tuple[str, ...]) -> Callable[[_Given], str]:
    def check(given: _Given) -> str:
        value = given.value.lower()
        if value not in words:
            raise ValueError(f"'{given.value}' is not one of {', '.join(words)}. {nearest(value, words)}")
        return value

    return check


def _switch(given: _Given) -> bool:
    return _one_of(("on", "off"))(given) == "on"


_CHECKS: dict[str, Callable[[_Given], Any]] = {
    "home": _path,
    "database": _database,
    "keys": _path,
    "coordinator": _code,
    "national": _code,
    "language": _one_of(LANGUAGES),
    "log_level": _one_of(LOG_LEVELS),
    "log_format": _one_of(LOG_FORMATS),
    "tls": _switch,
    "broker": _broker,
}


def _from_environment(environ: Mapping[str, str], problems: Problems) -> dict[str, _Given]:
    known = {PREFIX + name.upper(): name for name in _CHECKS}
    given: dict[str, _Given] = {}
    for variable, value in environ.items():
        if variable in known and value.strip():
            given[known[variable]] = _Given(variable, value.strip(), Path.cwd(), _own_folder(environ))
        elif variable.startswith(PREFIX) and variable not in {*known, f"{PREFIX}CONFIG"} and not _OF_TESTS.fullmatch(variable):
            problems.append((variable, f"is not a setting. {nearest(variable, [*known, f'{PREFIX}CONFIG'])}"))
    return given


def config_file(environ: Mapping[str, str]) -> Path:
    """Return where the file of settings is or would be; raises ValueError for a ``~`` that stands for no folder."""
    user = _own_folder(environ)
    named = environ.get(f"{PREFIX}CONFIG", "").strip()
    if named:
        return _path(_Given(f"{PREFIX}CONFIG", named, Path.cwd(), user))
    home = environ.get(f"{PREFIX}HOME", "").strip() or DEFAULT_HOME
    return _path(_Given(f"{PREFIX}HOME", home, Path.cwd(), user)) / OWN_FILE


def _from_file(environ: Mapping[str, str], problems: Problems) -> dict[str, _Given]:
    named = bool(environ.get(f"{PREFIX}CONFIG", "").strip())
    try:
        path = config_file(environ)
        if not named and not os.path.exists(path):
            return {}
        content = _read(path)
    except ValueError as error:
        if named or "HOME names no folder" not in str(error):  # else it is told of the home itself
            problems.append((f"{PREFIX}CONFIG" if named else OWN_FILE, str(error)))
        return {}
    given: dict[str, _Given] = {}
    for name, value in content.items():
        where = f"{path.name}: {name}"
        if name not in _CHECKS:
            problems.append((where, f"is not a setting. {nearest(str(name), _CHECKS)}"))
        elif isinstance(value, str) and value.strip():
            given[name] = _Given(where, value.strip(), path.parent, _own_folder(environ))
        elif value is not None and not isinstance(value, str):
            problems.append((where, "is not a text; write it in quotes"))
    return given


def _read(path: Path) -> dict[Any, Any]:
    """Return what the YAML file says; raises ValueError with a sentence that repeats nothing of its content."""
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror}); correct the name or the file's permissions") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8; save it as UTF-8") from error
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        line = f" at line {mark.line + 1}" if mark else ""
        raise ValueError(f"{path} is not YAML{line}; write one 'name: value' a line") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ValueError(f"{path} is not a list of settings; write one 'name: value' a line")
    return content
