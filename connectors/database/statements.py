"""The SQL of this connector. Pure: each function returns the text and the values to bind.

Names come from the layout and are quoted; values are always bound. Columns come back under the name of the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.database.dialect import Dialect
from connectors.database.layout import Complaints, Constants, Layout, Replies, Reporters

Statement = tuple[str, tuple[Any, ...]]


def _list(dialect: Dialect, columns: Iterable[str]) -> str:
    return ", ".join(f"{dialect.quote(name)} AS {dialect.quote(name)}" for name in columns)


def _filter(dialect: Dialect, fixed: Constants, *more: str) -> tuple[str, tuple[Any, ...]]:
    parts = [f"{dialect.quote(name)} " + ("IS NULL" if value is None else f"= {dialect.mark}") for name, value in fixed.items()]
    values = tuple(value for value in fixed.values() if value is not None)
    return " AND ".join([*parts, *more]) or "1 = 1", values


def _select(dialect: Dialect, layout: Layout, *conditions: str) -> Statement:
    table = layout.complaints
    where, values = _filter(dialect, table.where, *conditions)
    return f"SELECT {_list(dialect, table.selected(layout.reporter))} FROM {dialect.quote_table(table.table)} WHERE {where}", values


def _marks(dialect: Dialect, values: Sequence[Any]) -> str:
    return ", ".join([dialect.mark] * len(values))


def listing(dialect: Dialect, layout: Layout, after: Any, limit: int) -> Statement:
    """Select the next complaints in key order."""
    key = dialect.quote(layout.complaints.key)
    sql, values = _select(dialect, layout, f"{key} IS NOT NULL", *([] if after is None else [f"{key} > {dialect.mark}"]))
    return f"{sql} ORDER BY {key} LIMIT {int(limit)}", (*values, *(() if after is None else (after,)))


def by_keys(dialect: Dialect, layout: Layout, keys: Sequence[Any]) -> Statement:
    """Select complaints by key."""
    sql, values = _select(dialect, layout, f"{dialect.quote(layout.complaints.key)} IN ({_marks(dialect, keys)})")
    return sql, (*values, *keys)


def one(dialect: Dialect, layout: Layout, key: Any, *, lock: bool = False) -> Statement:
    """Select one complaint, locked against other writers if asked."""
    sql, values = by_keys(dialect, layout, [key])
    return sql + (dialect.lock if lock else ""), values


def by_token(dialect: Dialect, layout: Layout, token: str) -> Statement:
    """Select the complaints that carry the hub's mark, oldest key first."""
    table = layout.complaints
    sql, values = _select(dialect, layout, f"{dialect.quote(table.token or '')} = {dialect.mark}")
    return f"{sql} ORDER BY {dialect.quote(table.key)} LIMIT 2", (*values, token)


def count(dialect: Dialect, table: Complaints) -> Statement:
    """Count the complaints and their different keys."""
    where, values = _filter(dialect, table.where)
    key = dialect.quote(table.key)
    return f"SELECT COUNT(*) AS n, COUNT(DISTINCT {key}) AS d FROM {dialect.quote_table(table.table)} WHERE {where}", values


def _stamp(dialect: Dialect, modified: str | None, created: str | None) -> str:
    names = [dialect.quote(name) for name in (modified, created) if name]
    return names[0] if len(names) == 1 else f"COALESCE({', '.join(names)})"


def _touched(dialect: Dialect, layout: Layout, since: Any, day: Any) -> Statement:
    """Select (key, stamp) of complaints and of their replies, from ``since``; what may be a date alone from its ``day``."""
    table = layout.complaints
    where, values = _filter(dialect, table.where)
    modified, stamp = dialect.quote(table.modified or ""), _stamp(dialect, table.modified, table.created)
    sql = f"SELECT {dialect.quote(table.key)} AS k, {stamp} AS s FROM {dialect.quote_table(table.table)} WHERE {where}"
    if since is not None:
        sql += f" AND ({modified} >= {dialect.mark} OR ({modified} IS NULL AND ({stamp} IS NULL OR {stamp} >= {dialect.mark})))"
        values += (since, day)
    for replies in layout.replies:
        where, fixed = _filter(dialect, replies.where)
        stamp = _stamp(dialect, replies.modified, replies.created)
        points = dialect.quote(replies.complaint)
        sql += f" UNION ALL SELECT {points} AS k, {stamp} AS s FROM {dialect.quote_table(replies.table)}"
        sql += f" WHERE {where} AND {points} IS NOT NULL"
        values += fixed
        if since is not None:
            sql, values = f"{sql} AND {stamp} >= {dialect.mark}", (*values, day)
    return sql, values


def changed(dialect: Dialect, layout: Layout, since: Any, day: Any, after: tuple[Any, Any] | None, limit: int) -> Statement:
    """Select the keys of complaints by their newest time, oldest first; a complaint without any time comes first."""
    inner, values = _touched(dialect, layout, since, day)
    having = ""
    if after is not None:
        stamp, key = after
        if stamp is None:
            having, values = f" HAVING MAX(s) IS NOT NULL OR k > {dialect.mark}", (*values, key)
        else:
            later = f"MAX(s) > {dialect.mark} OR (MAX(s) = {dialect.mark} AND k > {dialect.mark})"
            having, values = f" HAVING {later}", (*values, stamp, stamp, key)
    order = "CASE WHEN MAX(s) IS NULL THEN 0 ELSE 1 END, MAX(s), k"
    return f"SELECT k AS k, MAX(s) AS s FROM ({inner}) AS touched GROUP BY k{having} ORDER BY {order} LIMIT {int(limit)}", values


def newest(dialect: Dialect, layout: Layout) -> Statement:
    """Select the newest time of all, and the database's own time now in UTC."""
    inner, values = _touched(dialect, layout, None, None)
    return f"SELECT MAX(s) AS s, {dialect.clock} AS now FROM ({inner}) AS touched", values


def replies_of(dialect: Dialect, replies: Replies, keys: Sequence[Any]) -> Statement:
    """Select the replies of several complaints at once."""
    where, values = _filter(dialect, replies.where, f"{dialect.quote(replies.complaint)} IN ({_marks(dialect, keys)})")
    sql = f"SELECT {_list(dialect, replies.selected)} FROM {dialect.quote_table(replies.table)} WHERE {where}"
    return f"{sql} ORDER BY {dialect.quote(replies.key)}", (*values, *keys)


def reporters(dialect: Dialect, table: Reporters, keys: Sequence[Any]) -> Statement:
    """Select several reporters at once."""
    marks = _marks(dialect, keys)
    sql = f"SELECT {_list(dialect, table.selected)} FROM {dialect.quote_table(table.table)}"
    return f"{sql} WHERE {dialect.quote(table.key)} IN ({marks})", tuple(keys)


def update(dialect: Dialect, table: Complaints, key: Any, changes: Mapping[str, Any]) -> Statement:
    """Change only the named columns of one complaint."""
    parts = ", ".join(f"{dialect.quote(name)} = {dialect.mark}" for name in changes)
    sql = f"UPDATE {dialect.quote_table(table.table)} SET {parts} WHERE {dialect.quote(table.key)} = {dialect.mark}"
    return sql, (*changes.values(), key)


def insert(dialect: Dialect, table: str, key: str, values: Mapping[str, Any]) -> Statement:
    """Insert one row; where the database can, the statement returns its key as ``k``."""
    names = ", ".join(dialect.quote(name) for name in values)
    sql = f"INSERT INTO {dialect.quote_table(table)} ({names}) VALUES ({_marks(dialect, list(values))})"
    return sql + (f" RETURNING {dialect.quote(key)} AS k" if dialect.returns_key else ""), tuple(values.values())
