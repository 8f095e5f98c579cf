"""The smallest rights that some settings need, as statements for the database's administrator. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors.database.dialect import Table, dialect
from connectors.database.layout import Layout

_Rights = dict[str, dict[str, tuple[str, ...]]]


def rights(layout: Layout) -> _Rights:
    """Return the columns per table and right: select, update, insert; nothing that is not configured."""
    found: _Rights = {}

    def add(table: str, right: str, columns: Iterable[str]) -> None:
        names = tuple(columns)
        if names:
            known = found.setdefault(table, {}).get(right, ())
            found[table][right] = tuple(dict.fromkeys([*known, *names]))

    people, answers = layout.reporter, layout.answers
    add(layout.complaints.table, "select", layout.complaints.selected(people))
    add(layout.complaints.table, "update", layout.updated)
    add(layout.complaints.table, "insert", layout.inserted)
    if people:
        add(people.table, "select", people.selected)
        add(people.table, "insert", people.inserted if layout.create and people.create else ())
    for replies in layout.replies:
        add(replies.table, "select", replies.selected)
        add(replies.table, "insert", replies.inserted if replies is answers else ())
    return found


def grants(layout: Layout, tables: Mapping[str, Table] | None = None, user: str = "simpul", host: str = "%") -> list[str]:
    """Return the statements; for a SQLite file, advice on its permissions.

    ``tables`` tells which keys a sequence makes, whose use PostgreSQL grants apart. ``host`` is where the hub or agent
    comes from, for MariaDB and MySQL.
    """
    kind = layout.address.kind
    if kind == "sqlite":
        return _file(layout)
    own = dialect(kind)
    who = f"'{user}'@'{host}'" if kind == "mysql" else own.quote_part(user)
    statements = [] if kind == "mysql" else _schemas(layout, who)
    for table, by_right in rights(layout).items():
        parts = [f"{right.upper()} ({', '.join(own.quote(name) for name in columns)})" for right, columns in by_right.items()]
        place = f"{layout.address.database}.{table}" if kind == "mysql" and "." not in table else table
        statements.append(f"GRANT {', '.join(parts)} ON {own.quote_table(place)} TO {who};")
        if kind == "postgresql" and "insert" in by_right:
            statements += _sequences(table, tables or {}, who)
    # The driver doubles percent signs; a person's client does not want that.
    return [statement.replace("%%", "%") for statement in statements]


def _schemas(layout: Layout, who: str) -> list[str]:
    own = dialect(layout.address.kind)
    schemas = {table.partition(".")[0] if "." in table else "public" for table in rights(layout)}
    connect = f"GRANT CONNECT ON DATABASE {own.quote_part(layout.address.database)} TO {who};"
    return [connect, *(f"GRANT USAGE ON SCHEMA {own.quote_part(schema)} TO {who};" for schema in sorted(schemas))]


def _sequences(table: str, tables: Mapping[str, Table], who: str) -> list[str]:
    known = tables.get(table)
    made = [column.name for column in known.columns.values() if column.automatic] if known else []
    own = dialect("postgresql")
    return [f"GRANT USAGE ON SEQUENCE {own.quote_table(f'{table}_{name}_seq')} TO {who};" for name in made]


def _file(layout: Layout) -> list[str]:
    path = layout.address.database
    writes = any(right != "select" for by_right in rights(layout).values() for right in by_right)
    if not writes:
        return [f"-- SQLite has no users. Give the hub's or agent's user the right to read {path}."]
    return [
        f"-- SQLite has no users. Put the hub's or agent's user into the group of {path},",
        "-- and give that group the right to write the file and its folder (chmod g+rw, g+rwx).",
    ]
