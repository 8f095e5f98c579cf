"""The check of a connection: every configured name against the real tables, and every right the settings need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.database import statements
from connectors.database.dialect import Table
from connectors.database.grants import grants
from connectors.database.layout import Layout
from connectors.database.reading import Reader
from connectors.database.session import Database, Session
from contracts.content import Field
from contracts.errors import Stop


def check(database: Database, layout: Layout, reader: Reader) -> None:
    """Prove that the connection works. Raises NotDone if the server is away, Stop with everything that is wrong."""
    with database.reading() as session:
        problems = [*_read_rights(database, session, layout), *_write_rights(database, session, layout), *_words(database, session, layout)]
        if not problems:
            _try(database, session, layout, reader)
            problems = [*_keys(database, session, layout), *_reporter_of_ours(database, session, layout)]
        advice = _statements(session, layout) if any(_of_rights(each) for each in problems) else ""
    if problems:
        raise Stop(_told(problems), advice)


def _told(problems: Iterable[str]) -> str:
    """Say each thing once, the longer way where two say it, and each on its line if they are several."""
    once = list(dict.fromkeys(problems))
    said = [each for each in once if not any(other.startswith(each) for other in once if other != each)]
    return said[0] if len(said) == 1 else f"{len(said)} things are wrong:" + "".join(f"\n  - {each}" for each in said)


def _of_rights(problem: str) -> bool:
    return "may not" in problem or "no right" in problem


def _statements(session: Session, layout: Layout) -> str:
    """Return what the database's administrator may run, for the user that we are."""
    who = layout.address.user or ""
    host = "%"
    if layout.address.kind == "mysql":
        who, _, host = str(session.ask("SELECT CURRENT_USER() AS who")[0]["who"]).rpartition("@")
    lines = grants(layout, user=who, host=host) if layout.address.kind != "sqlite" else []
    return "".join(["\nAll the rights these settings need:", *(f"\n  {line}" for line in lines)]) if lines else ""


def _needed(layout: Layout) -> list[tuple[str, Iterable[str]]]:
    needed: list[tuple[str, Iterable[str]]] = [(layout.complaints.table, layout.complaints.selected(layout.reporter))]
    needed += [(layout.reporter.table, layout.reporter.selected)] if layout.reporter else []
    return needed + [(each.table, each.selected) for each in layout.replies]


def _read_rights(database: Database, session: Session, layout: Layout) -> Iterator[str]:
    for table, columns in _needed(layout):
        for name in columns:
            try:
                column = database.column(session, table, name)
            except Stop as stop:
                yield str(stop)
                if name not in stop.problem:
                    break
            else:
                if "select" not in column.grants:
                    yield f"The user may not read {table}.{name}; grant it."


def _write_rights(database: Database, session: Session, layout: Layout) -> Iterator[str]:
    table, people, answers = layout.complaints, layout.reporter, layout.answers
    yield from _right(database, session, table.table, layout.updated, "update")
    if answers:
        yield from _insertion(database, session, answers.table, answers.key, answers.inserted)
    if layout.create:
        yield from _insertion(database, session, table.table, table.key, layout.inserted)
    if layout.create and people and people.create:
        yield from _insertion(database, session, people.table, people.key, people.inserted)


def _right(database: Database, session: Session, table: str, columns: Iterable[str], right: str) -> Iterator[str]:
    try:
        known = database.table(session, table)
    except Stop:
        return  # said already
    names = [name for name in columns if name in known.columns]
    refused = [name for name in dict.fromkeys(names) if right not in known.columns[name].grants]
    if refused:
        yield f"The user may not {right} {table}.{f', {table}.'.join(refused)}; grant it, or take it out of the settings."
    if names and not known.transactional:
        yield f"The table {table} knows no transactions (MyISAM); run: ALTER TABLE {table} ENGINE=InnoDB."


def _insertion(database: Database, session: Session, table: str, key: str, names: Iterable[str]) -> Iterator[str]:
    yield from _right(database, session, table, names, "insert")
    try:
        known: Table = database.table(session, table)
    except Stop:
        return
    for name in names:
        if name not in known.columns:
            yield f"The table {table} has no column {name}, or this user has no right on it."
    for column in known.columns.values():
        wanted = not (column.nullable or column.has_default or column.automatic)
        if wanted and column.name not in names:
            yield f"A new row in {table} needs {column.name}; give it under 'constants'."
    if key not in names and key in known.columns and not known.columns[key].automatic and not known.columns[key].has_default:
        yield f"The database makes no key for {table}; give {key} under 'constants', for example 'SP4N-{{unique}}'."


def _words(database: Database, session: Session, layout: Layout) -> Iterator[str]:
    table = layout.complaints
    known = database.table(session, table.table).columns
    for name, length in table.lengths.items():
        column = known.get(table.columns.get(name, ""))
        if column and column.length and column.length < length:
            yield f"'lengths' gives {name.value} {length} characters, but {column.name} holds {column.length}."
    status = known.get(table.columns.get(Field.STATUS, ""))
    if status and status.words and table.status and Field.STATUS in layout.write:
        allowed = {word.casefold() for word in status.words}
        for word in {table.status.put(each) for each in table.status.statuses} - {None}:
            if str(word).casefold() not in allowed:
                yield f"The status word {word!r} is not one that {status.name} takes ({', '.join(status.words)})."


def _try(database: Database, session: Session, layout: Layout, reader: Reader) -> None:
    """Read one record the way it will always be read; the driver's refusals pass through."""
    reader.records(session, session.ask(*statements.listing(database.dialect, layout, None, 1)))
    if layout.reporter:
        session.ask(*statements.reporters(database.dialect, layout.reporter, [None]))


def _keys(database: Database, session: Session, layout: Layout) -> Iterator[str]:
    """The key must be one: listing goes by it, and a ref must mean one row."""
    counted = session.ask(*statements.count(database.dialect, layout.complaints))[0]
    if counted["n"] != counted["d"]:
        yield f"{layout.complaints.key} is not a key of {layout.complaints.table}: some rows share a value or have none."


def _reporter_of_ours(database: Database, session: Session, layout: Layout) -> Iterator[str]:
    """The reporter in whose name the hub files must exist, or nothing it files can be read."""
    people, plan = layout.reporter, layout.create
    if people is None or plan is None or plan.constants.get(people.column) is None:
        return
    key = database.key(session, people.table, people.key, plan.constants[people.column])
    if key is None or not session.ask(*statements.reporters(database.dialect, people, [key])):
        yield f"'create' gives {people.column} a value that no row of {people.table} has; add that row to {people.table}, or name another."
