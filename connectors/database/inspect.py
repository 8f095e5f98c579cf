"""Look at an app's database and propose how to connect it.

Only the catalog is read, and the different words in the status column (at most 50). No complaint, no person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from connectors.database import recognise
from connectors.database.dialect import Table
from connectors.database.grants import grants
from connectors.database.layout import Address, address, layout
from connectors.database.recognise import Guess
from connectors.database.session import Database, Session
from connectors.database.settings import DatabaseSettings, looks_secret
from connectors.database.values import storable
from contracts.errors import Stop

_USER = "simpul"  # whoever looks is often the administrator; the connection gets a user of its own
_WORDS = 50
_WORD_LENGTH = 40  # longer ones are no status words, and might be what a person wrote


@dataclass(frozen=True, slots=True)
class Proposal:
    """Settings as plain values ready for YAML, the grants they need, and what a person must decide."""

    settings: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    secret_columns: tuple[str, ...] = field(default=())


def inspect(url: str, password: str | None = None) -> Proposal:
    """Propose settings for the database at ``url``. Raises Stop (bad address, nothing that looks like complaints) or NotDone."""
    try:
        place = address(url)
    except ValueError as problem:
        raise Stop(f"This is not an address of a database: {problem}.") from None
    database = Database(place, password)
    with database.reading() as session:
        tables = {name: database.table(session, name) for name in database.dialect.tables(session.ask, place)}
        guess = _guess(database, session, tables, url)
    return _proposal(guess, tables, place)


def _guess(database: Database, session: Session, tables: Mapping[str, Table], url: str) -> Guess:
    table = recognise.complaints_table(tables)
    if table is None:
        known = ", ".join(tables) or "none"
        raise Stop(
            f"No table looks like one of complaints (tables: {known}).", "Write the settings by hand; the documentation has examples."
        )
    own = url.replace(f"{urlsplit(url).username}@", f"{_USER}@", 1) if database.address.user else url
    guess = Guess({"url": own, "password_env": "PENGADUAN_DB_PASSWORD", "time_zone": "WIB"})
    if database.address.kind == "sqlite":
        del guess.settings["password_env"]
    guess.notes.append("Set 'time_zone' to the zone of the times in your tables: WIB, WITA or WIT.")
    section = recognise.complaints(guess, table)
    found = recognise.replies(guess, tables, table, section)
    people = recognise.reporter(guess, tables, table, section)
    status = section["columns"].get("status")
    if status:
        section["status"] = recognise.status_words(guess, _words(database, session, table, status))
    guess.settings["complaints"] = section
    if people:
        guess.settings["reporter"] = people
    if found:
        guess.settings["replies"] = [found]
    guess.settings["write"] = ["status"] if status else []
    guess.notes.append("To let the hub file complaints here, add 'create' (see the documentation) and the rights to insert.")
    return guess


def _words(database: Database, session: Session, table: Table, column: str) -> list[str]:
    """Return the words a status column allows, and those it holds."""
    own = database.dialect
    sql = f"SELECT DISTINCT {own.quote(column)} AS w FROM {own.quote_table(table.name)} LIMIT {_WORDS}"
    held = [word for row in session.ask(sql) if row["w"] is not None and len(word := str(storable(row["w"]))) <= _WORD_LENGTH]
    return list(dict.fromkeys([*table.columns[column].words, *sorted(held)]))


def _proposal(guess: Guess, tables: Mapping[str, Table], place: Address) -> Proposal:
    secret = tuple(f"{table.name}.{name}" for table in tables.values() for name in table.columns if looks_secret(name))
    problems = DatabaseSettings().validate(guess.settings)
    if problems:
        guess.notes.append(f"This proposal is not complete yet: {json.dumps(problems, ensure_ascii=False)}")
        return Proposal(guess.settings, tuple(guess.notes), (), secret)
    plan = layout(DatabaseSettings().load(guess.settings))
    return Proposal(guess.settings, tuple(guess.notes), (*_new_user(place), *grants(plan, tables, _USER)), secret)


def _new_user(place: Address) -> tuple[str, ...]:
    if place.kind == "mysql":
        return (f"CREATE USER '{_USER}'@'%' IDENTIFIED BY '…'; -- in place of %: the host the hub or agent comes from",)
    return (f"CREATE ROLE \"{_USER}\" LOGIN PASSWORD '…';",) if place.kind == "postgresql" else ()


def render(proposal: Proposal) -> str:
    """Write a proposal for a person: YAML to save and edit, with everything else in comments."""
    lines = ["# Proposed settings. Decide what the notes ask, save it as a file, then:"]
    lines += ["#   simpul connections add NAME --kind database --agency CODE --file FILE", "#   simpul connections check NAME", "#"]
    lines += [f"# - {note}" for note in proposal.notes]
    if proposal.secret_columns:
        lines += [f"# Never read nor written: {', '.join(proposal.secret_columns)}"]
    lines += ["", *_yaml(proposal.settings, 0), "", "# The rights these settings need, and no more (run by the database's administrator):"]
    lines += [statement if statement.startswith("--") else f"#   {statement}" for statement in proposal.grants]
    return "\n".join(line.replace("--", "#", 1) if line.startswith("--") else line for line in lines) + "\n"


def _yaml(value: Any, depth: int) -> list[str]:
    """Write plain values as YAML; every text is quoted, so that ``no`` and ``08`` stay texts."""
    pad = "  " * depth
    lines: list[str] = []
    for name, inner in value.items():
        if isinstance(inner, Mapping) and inner:
            lines += [f"{pad}{_word(name)}:", *_yaml(inner, depth + 1)]
        elif isinstance(inner, list) and inner and isinstance(inner[0], Mapping):
            lines.append(f"{pad}{_word(name)}:")
            for each in inner:
                head, *rest = _yaml(each, depth + 2)
                lines += [f"{pad}  - {head.strip()}", *rest]
        else:
            lines.append(f"{pad}{_word(name)}: {json.dumps(inner, ensure_ascii=False)}")
    return lines


def _word(name: object) -> str:
    written = str(name)
    plain = (
        written.isascii()
        and written.replace("_", "").isalpha()
        and written.lower() not in ("yes", "no", "on", "off", "true", "false", "null")
    )
    return written if plain and written not in ("y", "n") else json.dumps(written, ensure_ascii=False)
