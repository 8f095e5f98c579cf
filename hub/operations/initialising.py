"""Making a hub: its file of settings, its keys, its tables, and the first administrator. Doing it again changes nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from contracts.errors import ConfigurationProblems, SimpulError
from hub.accounts.passwords import generated
from hub.accounts.roles import Role
from hub.build import Hub
from hub.config import PREFIX, Settings, config_file
from hub.keyfile import write_private
from hub.operations.accounts import account_problems, add_account

_WHAT_FOR: dict[str, tuple[str, str]] = {
    "home": ("tempat basis data dan kunci", "where database and keys are"),
    "database": ("basis data hub: SQLite atau PostgreSQL", "the hub's database: SQLite or PostgreSQL"),
    "keys": ("berkas kunci; cadangkan terpisah dari basis data", "the key file; back it up apart from the database"),
    "coordinator": ("kode instansi yang memegang laporan sebelum disposisi", "the agency that holds what waits to be assigned"),
    "national": ("koneksi yang menerima semua laporan terverifikasi", "the connection that gets every verified complaint"),
    "language": ("bahasa layar: id atau en", "language of the screens: id or en"),
    "log_level": ("debug, info, warning atau error", "debug, info, warning or error"),
    "log_format": ("logfmt (key=value) atau json", "logfmt (key=value) or json"),
    "tls": ("on bila halaman dibuka lewat https", "on when people reach the pages by https"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a hub will be made of, checked. ``missing``: those of ``config``, ``keys`` and ``database`` that are not there yet."""

    settings: Settings
    config: Path
    given: frozenset[str]
    missing: frozenset[str]


def plan(environ: Mapping[str, str], admin: str | None = None, password: str | None = None) -> Plan:
    """Check everything before anything is made; raises ConfigurationProblems with all that is wrong."""
    problems = [] if admin is None else account_problems(admin, password)
    try:
        settings, config = _settings(environ)
    except ConfigurationProblems as error:
        raise ConfigurationProblems([*error.problems, *problems]) from None
    places = {"config": config, "keys": settings.keys}
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        places["database"] = Path(url.database)
    missing = {name: place for name, place in places.items() if not os.path.exists(place)}
    problems += [(str(place), what) for place in missing.values() if (what := _in_the_way(place))]
    if problems:
        raise ConfigurationProblems(problems)
    given = frozenset(name for name in _WHAT_FOR if environ.get(PREFIX + name.upper(), "").strip())
    return Plan(settings, config, given, frozenset(missing))


def _settings(environ: Mapping[str, str]) -> tuple[Settings, Path]:
    try:
        config = config_file(environ)
    except ValueError:
        return Settings.load(environ), Path()  # which says what is wrong with it
    if not os.path.exists(config):
        # The file that will be made is no mistake now.
        environ = {name: value for name, value in environ.items() if name != f"{PREFIX}CONFIG"}
    return Settings.load(environ), config


def _in_the_way(place: Path) -> str | None:
    """Say why a file cannot be made there."""
    folder = place.parent
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return f"cannot be made: {folder} is no folder; choose another place with SIMPUL_HOME"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"cannot be made: this user may not write in {folder}; choose another place with SIMPUL_HOME"
    return None


def write_config(made: Plan) -> None:
    """Write the file of settings, readable by its owner only (an address may hold a password); never over one that is there."""
    try:
        write_private(made.config, _text(made), replace=False)
    except ConfigurationProblems as error:
        advice = "Make its folder writable, or name another file in SIMPUL_CONFIG."
        raise SimpulError(f"{made.config} could not be written.", advice) from error


def _text(made: Plan) -> str:
    settings = made.settings
    lines = []
    for name, said in _WHAT_FOR.items():
        if name == "home" and made.config.parent == settings.home:
            continue
        value = getattr(settings, name)
        word = ("on" if value else "off") if isinstance(value, bool) else "" if value is None else str(value)
        lines.append(f"# {said[settings.language == 'en']}")
        lines.append(f"{'' if name in made.given else '# '}{name}: {json.dumps(word, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def first_admin(hub: Hub, name: str, password: str | None) -> str | None:
    """Make the first administrator; without a password one is generated and returned, to be shown this once."""
    chosen = password or generated()
    add_account(hub, name, chosen, Role.ADMIN)
    return None if password else chosen
