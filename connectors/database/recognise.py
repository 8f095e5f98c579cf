"""Guessing which table and column is what, by the names that home-made apps use. Pure.

A guess is a proposal: everything that a person must decide is said in a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.database.dialect import Column, Kind, Table
from connectors.database.names import (
    CREATED,
    FILES,
    LAPOR,
    MODIFIED,
    OFFICER,
    OWN,
    PARENT,
    PEOPLE,
    PERSON,
    REPLIES,
    REPLY_TEXT,
    TABLES,
    TOKEN,
    VILLAGE,
    WORDS,
)
from connectors.database.settings import looks_secret
from connectors.mapping import normal


@dataclass
class Guess:
    """A proposal in the making: the settings as plain values, and what a person must decide."""

    settings: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def first(columns: Mapping[str, Column], names: Iterable[str]) -> str | None:
    """Return the first of some names that the table has, whatever its case."""
    known = {name.lower(): name for name in columns if not looks_secret(name)}
    return next((known[name] for name in names if name in known), None)


def complaints_table(tables: Mapping[str, Table]) -> Table | None:
    """Return the table that most looks like the one with complaints."""
    ranked = [(place, table) for name, table in tables.items() if (place := _place(name, TABLES)) is not None]
    ranked = [(place, table) for place, table in ranked if first(table.columns, OWN["description"])]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _place(name: str, names: tuple[str, ...]) -> int | None:
    """Return where a table stands among the usual names, with or without a prefix (``tbl_``) or an English plural."""
    bare = name.rpartition(".")[2].lower()
    for place, usual in enumerate(names):
        if any(each == usual or each.endswith(f"_{usual}") for each in (bare, bare.removesuffix("s"))):
            return place
    return None


def key_of(table: Table) -> str | None:
    """Return the primary key, if it is one column."""
    keys = [column.name for column in table.columns.values() if column.primary]
    return keys[0] if len(keys) == 1 else None


def created_of(table: Table) -> Column | None:
    """Return the column with the time of filing; one with a time of day is better than a date alone."""
    named = [table.columns[name] for usual in CREATED if (name := first(table.columns, [usual]))]
    return next((column for column in named if column.kind is not Kind.DATE), None) or next(iter(named), None)


def complaints(guess: Guess, table: Table) -> dict[str, Any]:
    """Propose the section ``complaints`` without its status words."""
    key = key_of(table) or "?"
    if key == "?":
        guess.notes.append(f"{table.name} has no primary key of one column: name the column that identifies a complaint under 'key'.")
    section: dict[str, Any] = {"table": table.name, "key": key}
    columns = {name: found for name, usual in OWN.items() if (found := first(table.columns, usual)) and found != key}
    section["columns"] = columns
    _times(guess, table, section)
    if token := first(table.columns, TOKEN):
        section["token"] = token
    else:
        advice = f"ALTER TABLE {table.name} ADD token_simpul varchar(200) NULL"
        guess.notes.append(f"Strongly advised: a column for the hub's mark ({advice}), then 'token: token_simpul' under 'complaints'.")
    if lapor := first(table.columns, LAPOR):
        section["same_as"] = {"lapor": lapor}
        guess.notes.append(f"{lapor} seems to hold SP4N-LAPOR's number; put the name of your LAPOR connection in place of 'lapor'.")
    if files := first(table.columns, FILES):
        section["attachment"] = {"column": files}
        guess.notes.append(f"If your app shows the files of {files} under an address, add it as 'url' under 'attachment'.")
    lengths = {name: length for name, column in columns.items() if name != "status" and (length := table.columns[column].length)}
    if lengths:
        section["lengths"] = lengths
    if "category" in columns and table.columns[columns["category"]].kind is Kind.INTEGER:
        guess.notes.append(f"{columns['category']} holds numbers: give each its name under 'words', or leave the category out.")
    return section


def _times(guess: Guess, table: Table, section: dict[str, Any]) -> None:
    created = created_of(table)
    if created:
        section["created"] = created.name
        if created.kind is Kind.DATE:
            section["date_only"] = True
    else:
        guess.notes.append(f"{table.name} has no column with the time of filing that I know; name it as 'created'.")
    if modified := first(table.columns, MODIFIED):
        section["modified"] = modified
        if not table.columns[modified].automatic:
            section["touch_modified"] = True
        guess.notes.append(f"Make sure that every change of a complaint changes {modified}; if not, take 'modified' out.")
    if deleted := first(table.columns, ["deleted_at"]):
        section["deleted"] = deleted


def same_table_replies(table: Table, section: dict[str, Any]) -> dict[str, Any] | None:
    """Propose replies that are rows of the complaints table with a parent (OpenSID); None if it has no parent column."""
    parent = first(table.columns, [name for name in PARENT if name != section["key"]])
    text = section["columns"].get("description")
    if parent is None or parent == section["key"] or text is None:
        return None
    section["where"] = {parent: None}
    created = created_of(table)
    found = {"table": table.name, "key": section["key"], "complaint": parent, "text": text, "created": created.name if created else None}
    return {name: value for name, value in found.items() if value}


def replies(guess: Guess, tables: Mapping[str, Table], complaint: Table, section: dict[str, Any]) -> dict[str, Any] | None:
    """Propose the table of replies, and that the hub's go there."""
    found = same_table_replies(complaint, section) or _own_table(tables, complaint, section["key"])
    if found is None:
        guess.notes.append("I found no table of replies; add it under 'replies' if there is one.")
        return None
    if not found.get("created") and section.pop("modified", None):
        section.pop("touch_modified", None)
        guess.notes.append(
            "Replies have no time, so new ones cannot be asked for; everything is compared instead ('modified' is left out)."
        )
    found["write"] = True
    table = tables[found["table"]]
    constants = _wanted(table, {found[name] for name in ("key", "complaint", "text", "created") if name in found})
    if constants:
        found["constants"] = constants
        names = ", ".join(constants)
        guess.notes.append(
            f"A reply of the hub needs {names}: the values under 'constants' are placeholders, set them (an officer's id, say)."
        )
    return found


def _own_table(tables: Mapping[str, Table], complaint: Table, key: str) -> dict[str, Any] | None:
    bare = complaint.name.rpartition(".")[2].lower()
    points = (
        key if key not in ("id", "?") else "",
        f"{bare}_id",
        f"id_{bare}",
        "pengaduan_id",
        "id_pengaduan",
        "complaint_id",
        "laporan_id",
    )
    for name, table in sorted(tables.items(), key=lambda pair: _place(pair[0], REPLIES) or 0):
        pointer, text, own = first(table.columns, points), first(table.columns, REPLY_TEXT), key_of(table)
        if name == complaint.name or _place(name, REPLIES) is None or not (pointer and text and own):
            continue
        created = created_of(table)
        found = {"table": name, "key": own, "complaint": pointer, "text": text, "created": created.name if created else None}
        return {what: value for what, value in found.items() if value}
    return None


def _wanted(table: Table, given: set[str]) -> dict[str, Any]:
    """Return placeholders for the columns that a new row needs, and for the officer who replies."""
    wanted: dict[str, Any] = {}
    for column in table.columns.values():
        needed = not (column.nullable or column.has_default or column.automatic)
        if column.name in given or looks_secret(column.name) or not (needed or column.name.lower() in OFFICER):
            continue
        wanted[column.name] = column.words[0] if column.words else "-" if column.kind is Kind.TEXT else 1
    return wanted


def reporter(guess: Guess, tables: Mapping[str, Table], complaint: Table, section: dict[str, Any]) -> dict[str, Any] | None:
    """Propose the table of reporters, or the reporter's columns in the table of complaints itself."""
    for name, table in sorted(tables.items(), key=lambda pair: _place(pair[0], PEOPLE) or 0):
        key = key_of(table)
        if _place(name, PEOPLE) is None or not key or name == complaint.name:
            continue
        bare = name.rpartition(".")[2].lower()
        points = (key if key != "id" else "", f"{bare}_id", f"id_{bare}", f"{bare.rstrip('s')}_id", "user_id", "id_user")
        pointer = first(complaint.columns, points)
        columns = {what: found for what, usual in PERSON.items() if (found := first(table.columns, usual))}
        if pointer and columns:
            guess.notes.append(
                "Reporter's data goes to nobody unless the hub's policy says so; take out of 'reporter' what you need not share."
            )
            optional = {"optional": True} if complaint.columns[pointer].nullable else {}
            return {"column": pointer, "table": name, "key": key, "columns": columns, **optional}
    own = {what: found for what, usual in PERSON.items() if (found := first(complaint.columns, usual))}
    section["columns"] |= own
    return None


def status_words(guess: Guess, words: Iterable[str]) -> dict[str, Any]:
    """Propose the map of the status words that the column allows or holds."""
    known = list(dict.fromkeys(words))
    table = {word: status.value for status, usual in WORDS.items() for word in usual}
    if known and set(known) - {""} <= set(VILLAGE):
        table = {word: status.value for word, status in VILLAGE.items()}
    mapped = {word: table[normal(word)] for word in known if normal(word) in table}
    for word in known:
        if normal(word) not in table:
            guess.notes.append(
                f"Decide what the status {word!r} means and add it to 'words' (or to 'ignore'); until then such rows are quarantined."
            )
    guess.notes.append("Check each status word; a word that opens a finished complaint again also belongs under 'reopen'.")
    return {"words": mapped}
